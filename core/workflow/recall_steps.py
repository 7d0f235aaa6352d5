"""Which step of a recall may follow which: one table; and whether a recall is over."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased
from sqlmodel import col

from core.words import N_
from db.enums import RecallStep
from db.tables import Recall, RecallEvent

R = RecallStep
_REACHED = frozenset({R.contacted, R.booked, R.attended, R.unreachable, R.declined, R.closed})
NEXT: Mapping[RecallStep, frozenset[RecallStep]] = {
    R.opened: _REACHED - {R.unreachable},  # nobody is unreachable before somebody tried
    R.contacted: _REACHED,
    R.booked: _REACHED,
    R.attended: _REACHED - {R.unreachable, R.declined},
    R.unreachable: _REACHED,
    R.declined: _REACHED - {R.unreachable},
    R.closed: frozenset(),
}
WORDS: Mapping[RecallStep, str] = {
    R.opened: N_("opened"),
    R.contacted: N_("contacted"),
    R.booked: N_("booked"),
    R.attended: N_("attended"),
    R.unreachable: N_("unreachable"),
    R.declined: N_("declined"),
    R.closed: N_("closed"),
}


def is_closed() -> ColumnElement[bool]:
    """The condition over `Recall` that it was closed."""
    event = aliased(RecallEvent)
    return exists().where(col(event.recall_id) == col(Recall.id), col(event.step) == R.closed)

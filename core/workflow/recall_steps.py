"""Which step of a recall may follow which: one table; and whether a recall is over."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from core.words import N_
from db.enums import RecallStep
from db.tables import OpenRecall, Recall

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
    return col(Recall.id).not_in(still_open())


def still_open() -> SelectOfScalar[int]:
    """Ids of the recalls that nobody has closed, from the small table that triggers keep."""
    return select(col(OpenRecall.recall_id))

"""Whether a participant may still be invited: the newest word on opt-out, death and moving away, and whether two entries became one.

Facts are rows that are never changed. Of one kind the newest by its day counts, and of one day the one entered last. An opt-out names a
programme, or none for all of them; a later word about all programmes stands over an earlier one about a single programme, and the other
way round.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.batches import batches
from core.workflow.programmes import cards
from db.tables import Participant, ParticipantFact, ParticipantMerge

OPTED_OUT, DIED, MOVED_AWAY, CONTACT_DETAILS = "opted_out", "died", "moved_away", "contact_details"
ENDING = (OPTED_OUT, DIED, MOVED_AWAY)
AT_ONCE = 5000  # participants of one query


@dataclass(frozen=True)
class Standing:
    """What keeps a participant out of invitations on a day. `opted_out` holds card ids; `merged_into` is who the entry is found under."""

    opted_out: frozenset[str] = frozenset()
    died: date | None = None
    moved_away: bool = False
    merged_into: int | None = None

    def active(self, card_id: str) -> bool:
        """Whether the participant takes part in this programme."""
        return self.merged_into is None and self.died is None and not self.moved_away and card_id not in self.opted_out


def standing(session: Session, ids: Collection[int], on: date) -> dict[int, Standing]:
    """How each of these participants stood on that day; those of whom nothing is known take part."""
    told: dict[int, list[ParticipantFact]] = {}
    for some in batches(ids, AT_ONCE):
        rows = select(ParticipantFact).where(col(ParticipantFact.participant_id).in_(some), col(ParticipantFact.kind).in_(ENDING))
        rows = rows.where(ParticipantFact.valid_from <= on).order_by(col(ParticipantFact.valid_from), col(ParticipantFact.id))
        for row in session.exec(rows):
            told.setdefault(row.participant_id, []).append(row)
    into = merged(session, ids)
    return {one: _standing(told.get(one, ()), into.get(one)) for one in ids}


def merged(session: Session, ids: Collection[int]) -> dict[int, int]:
    """The participant under whom each of these is found now, for those that were merged; a chain is followed to its end."""
    found: dict[int, int] = {}
    for some in batches(ids, AT_ONCE):
        rows = select(ParticipantMerge.from_id, ParticipantMerge.into_id).where(col(ParticipantMerge.from_id).in_(some))
        found |= dict(session.exec(rows).all())
    further = merged(session, set(found.values())) if found else {}
    return {came: further.get(went, went) for came, went in found.items()}


def entries(session: Session, participant_id: int) -> frozenset[int]:
    """The participant and every entry that was merged into this one: append-only rows keep the entry that they were made for."""
    found, new = {participant_id}, {participant_id}
    while new:
        new = set(session.exec(select(ParticipantMerge.from_id).where(col(ParticipantMerge.into_id).in_(new)))) - found
        found |= new
    return frozenset(found)


def active(card_id: str, on: date) -> ColumnElement[bool]:
    """The condition over `Participant` that somebody takes part in this programme on that day."""
    fact, later = aliased(ParticipantFact), aliased(ParticipantFact)
    about = col(fact.value)["programme"].as_string().in_((card_id, ""))
    ends = or_(
        and_(col(fact.kind) == DIED, col(fact.value)["on"].as_string().is_not(None)),
        and_(col(fact.kind) == MOVED_AWAY, col(fact.value)["said"].as_boolean()),
        and_(col(fact.kind) == OPTED_OUT, col(fact.value)["said"].as_boolean(), about),
    )
    newer = exists().where(
        col(later.participant_id) == col(fact.participant_id), col(later.kind) == col(fact.kind), col(later.valid_from) <= on,
        or_(col(later.kind) != OPTED_OUT, col(later.value)["programme"].as_string().in_((card_id, ""))),
        or_(
            col(later.valid_from) > col(fact.valid_from),
            and_(col(later.valid_from) == col(fact.valid_from), col(later.id) > col(fact.id)),
        ),
    )  # fmt: skip
    ended = exists().where(col(fact.participant_id) == col(Participant.id), col(fact.kind).in_(ENDING), col(fact.valid_from) <= on)
    return and_(present(), ~ended.where(ends, ~newer))


def present() -> ColumnElement[bool]:
    """The condition over `Participant` that the entry was not merged into another one."""
    return ~exists().where(col(ParticipantMerge.from_id) == col(Participant.id))


def _standing(rows: Iterable[ParticipantFact], into: int | None) -> Standing:
    newest = {row.kind: row.value for row in rows}
    opted: dict[str, bool] = {}
    for row in rows:
        if row.kind == OPTED_OUT:
            opted |= dict.fromkeys([row.value["programme"]] if row.value.get("programme") else cards(), bool(row.value.get("said")))
    return Standing(
        opted_out=frozenset(card_id for card_id, said in opted.items() if said),
        died=_day(newest.get(DIED, {})),
        moved_away=bool(newest.get(MOVED_AWAY, {}).get("said")),
        merged_into=into,
    )


def _day(value: Mapping[str, object]) -> date | None:
    return date.fromisoformat(str(value["on"])) if value.get("on") else None

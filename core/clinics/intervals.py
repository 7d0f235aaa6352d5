"""How long after an exam the next round is due: the programme's interval, and for women of a raised risk the interval of their band."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from core.eligibility import breast
from core.eligibility.selection import between
from core.workflow.programmes import card
from db.tables import Participant, ParticipantFact


@dataclass(frozen=True)
class Interval:
    """`days` or calendar `months`; `level` is the risk level for which it holds, "" for everybody else, between two ages."""

    days: int | None = None
    months: int | None = None
    level: str = ""
    first: int = 0
    end: int = 0

    def before(self, on: date) -> date:
        """The latest exam after which the round is due by that day."""
        return on - timedelta(days=self.days) if self.days is not None else _months(on, -(self.months or 0))

    def after(self, exam: date) -> date:
        """When the round after an exam is due."""
        return exam + timedelta(days=self.days) if self.days is not None else _months(exam, self.months or 0)

    def holds(self, on: date, others: Sequence["Interval"]) -> ColumnElement[bool]:
        """The condition over `Participant` that this interval is theirs."""
        if self.level:
            return and_(_of_level(self.level, on), between(on, self.first, self.end))
        return and_(true(), *(not_(one.holds(on, ())) for one in others if one.level))


@cache
def intervals(card_id: str) -> tuple[Interval, ...]:
    """The programme's own interval first, then those of the raised levels that differ from it."""
    own = Interval(days=card(card_id).screening_interval_days)
    if card_id != "breast":
        return (own,)
    bands = breast.setting().bands
    routine = bands["routine"]
    raised = tuple(
        Interval(band.days, band.months, level, band.first or routine.first or 0, (band.last or routine.last or 0) + 1)
        for level, band in bands.items()
        if level != "routine"
    )
    return (own, *raised)


def _of_level(level: str, on: date) -> ColumnElement[bool]:
    """Whether the newest word on a woman's risk is this level; a list that the database makes once, because few are at a raised risk."""
    fact, newer = aliased(ParticipantFact), aliased(ParticipantFact)
    same = col(newer.participant_id) == col(fact.participant_id), col(newer.kind) == "breast_risk", col(newer.valid_from) <= on
    after = or_(
        col(newer.valid_from) > col(fact.valid_from), and_(col(newer.valid_from) == col(fact.valid_from), col(newer.id) > col(fact.id))
    )
    raised = select(col(fact.participant_id)).where(col(fact.kind) == "breast_risk", col(fact.valid_from) <= on)
    raised = raised.where(col(fact.value)["level"].as_string() == level, ~exists().where(*same, after))
    return col(Participant.id).in_(raised)


def _months(on: date, months: int) -> date:
    """The same day of another month, or its last."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))

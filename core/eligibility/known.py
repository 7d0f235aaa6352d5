"""What is known of participants on a day, for many at once by a fixed number of queries; what nobody entered stays None."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from core.batches import batches
from core.cohorts.standing import AT_ONCE, Standing, standing
from core.workflow.counted import refused
from db.enums import OutcomeKind, Sex
from db.tables import Episode, Exam, Outcome, Participant, ParticipantFact, Programme

YES_NO = (
    "ever_smoker", "current_smoker", "family_history", "emphysema", "copd", "pneumonia", "asbestos", "personal_cancer",
    "extrathoracic_cancer",
)  # fmt: skip
VALUES = ("smoking", "education", "race", "bmi", "relatives", "breast_risk", "gail_inputs")
KINDS = (*YES_NO, *VALUES)
"""Kinds of `ParticipantFact` that eligibility and risk are made of."""


@dataclass(frozen=True)
class Known:
    """One participant on a day: `values` of the newest fact of each kind that held, `since` the day from which each holds."""

    participant_id: int
    on: date
    birth: date | None
    sex: Sex
    stands: Standing = field(default_factory=Standing)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    since: Mapping[str, date] = field(default_factory=dict)
    cancers: Mapping[str, date] = field(default_factory=dict)
    """Programme → the day of a cancer that was recorded there, unless a second person refused the entry."""

    def may_be_screened(self, card_id: str) -> bool:
        """Whether the participant takes part and no cancer is known, so that the rules are to be asked at all."""
        return self.stands.active(card_id) and card_id not in self.cancers

    def said(self, kind: str) -> bool | None:
        """Yes or no, None when nobody entered it."""
        value = self.values.get(kind, {}).get("said")
        return value if isinstance(value, bool) else None

    def number(self, kind: str, name: str) -> float | None:
        value = self.values.get(kind, {}).get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def known(session: Session, ids: Collection[int], on: date) -> dict[int, Known]:
    """Participant id → what is known on that day; ids that do not exist are left out."""
    stands, ill = standing(session, ids, on), _cancers(session, ids, on)
    values: dict[int, dict[str, Mapping[str, Any]]] = {one: {} for one in ids}
    since: dict[int, dict[str, date]] = {one: {} for one in ids}
    people = []
    for some in batches(ids, AT_ONCE):
        rows = select(
            col(ParticipantFact.participant_id), col(ParticipantFact.kind), col(ParticipantFact.value), col(ParticipantFact.valid_from)
        )  # fmt: skip
        rows = rows.where(col(ParticipantFact.participant_id).in_(some), col(ParticipantFact.kind).in_(KINDS))
        rows = rows.where(ParticipantFact.valid_from <= on).order_by(col(ParticipantFact.valid_from), col(ParticipantFact.id))
        for who, kind, value, valid_from in session.exec(rows):
            values[who][kind], since[who][kind] = value, valid_from
        asked = select(col(Participant.id), col(Participant.birth_date), col(Participant.sex)).where(col(Participant.id).in_(some))
        people += list(session.exec(asked))
    return {
        who: Known(who, on, birth, sex, stands[who], values[who], since[who], ill.get(who, {}))
        for who, birth, sex in people
        if who is not None
    }


def _cancers(session: Session, ids: Collection[int], on: date) -> dict[int, dict[str, date]]:
    """By participant and programme; of each exam the newest outcome counts."""
    newest: dict[int, tuple[int, str, Outcome]] = {}
    for some in batches(ids, AT_ONCE):
        rows = select(Outcome, Episode.participant_id, Programme.card_id).join(Exam, col(Exam.id) == Outcome.exam_id)
        rows = rows.join(Episode, col(Episode.id) == Exam.episode_id).join(Programme, col(Programme.id) == Episode.programme_id)
        rows = rows.where(col(Episode.participant_id).in_(some), Outcome.happened_on <= on, ~refused(Outcome))
        newest |= {row.exam_id: (who, card_id, row) for row, who, card_id in session.exec(rows.order_by(col(Outcome.id)))}
    found: dict[int, dict[str, date]] = {}
    for who, card_id, row in newest.values():
        if row.kind in (OutcomeKind.cancer, OutcomeKind.interval_cancer):
            found.setdefault(who, {})[card_id] = row.happened_on
    return found

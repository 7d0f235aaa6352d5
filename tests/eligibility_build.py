"""Builders for eligibility: facts of a participant, and answers of the lung questionnaire that are complete."""

from datetime import date
from typing import Any

from sqlmodel import Session

from core.clock import now, today
from db.tables import Participant, ParticipantFact

SMOKER: dict[str, dict[str, Any]] = {
    "ever_smoker": {"said": True}, "current_smoker": {"said": True}, "family_history": {"said": True}, "emphysema": {"said": False},
    "copd": {"said": True}, "pneumonia": {"said": False}, "asbestos": {"said": False}, "personal_cancer": {"said": False},
    "extrathoracic_cancer": {"said": False}, "smoking": {"cigarettes_per_day": 20.0, "years": 45.0, "quit_on": None},
    "education": {"level": 2}, "race": {"code": "white"}, "bmi": {"value": 27.0},
    "relatives": {"lung_before_60": False, "lung_later": True},
}  # fmt: skip
"""With the age of 65 this is a published example of PLCOm2012: 9.69 %."""

ANSWERS: dict[str, Any] = {
    "ever_smoked": "yes", "current": "no", "started_age": 16, "quit_on": "2012-06", "pause_years": 2, "tobacco": ["cigarettes"],
    "cigarettes_usual": 20, "education": "2", "race": "white", "height_cm": 175, "weight_kg": 82, "copd": "no", "emphysema": "yes",
    "bronchitis": "no", "pneumonia": "no", "tuberculosis": "no", "asbestos": "no", "cancer": "no", "relatives": "yes",
    "relatives_before_60": "no",
}  # fmt: skip


def some_facts(session: Session, who: Participant, values: dict[str, dict[str, Any]], *, valid_from: date | None = None) -> None:
    """Facts of a participant from that day on, today when none is given."""
    session.add_all(
        ParticipantFact(participant_id=who.id or 0, kind=kind, value=value, valid_from=valid_from or today(), entered_at=now())
        for kind, value in values.items()
    )
    session.flush()

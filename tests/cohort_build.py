"""Builders for tests of the programme's figures: screened participants, and a frame of exams written by hand."""

from datetime import timedelta
from typing import Any

import pandas as pd
from sqlmodel import Session

from core.clock import today
from core.metrics.screening import POSITIVE, Terms
from db.enums import Certainty, OutcomeKind, ProgrammeDecision
from db.tables import Exam, Outcome, Participant, Site
from tests.build import a_check, a_decision, a_participant, a_user, ago, an_episode, an_exam

D = ProgrammeDecision


def a_screen(
    session: Session, *, days_ago: float, programme: str = "breast", category: str | None = "1", decision: D = D.routine_recall,
    read_after: float = 2, who: Participant | None = None, site: Site | None = None, cancer_after: int | None = None,
    known_after: int | None = None, kind: OutcomeKind | None = None, synthetic: bool = False,
) -> Exam:  # fmt: skip
    """A screened participant: exam, decision (none without a category) and, when given, an outcome so many days after the exam."""
    person = who or a_participant(session, site=site, synthetic=synthetic)
    exam = an_exam(
        session, an_episode(session, person, programme=programme, days_ago=days_ago), days_ago=days_ago, images=0, synthetic=synthetic
    )
    if category is not None:
        author = a_user(session, f"reader-{exam.id}")
        a_decision(session, exam, author, decision=decision, category=category, days_ago=days_ago - read_after)
    if cancer_after is not None or kind is not None:
        after = cancer_after or 0
        an_outcome_after(session, exam, kind or OutcomeKind.cancer, after=after, known_after=after if known_after is None else known_after)
    return exam


def an_outcome_after(
    session: Session, exam: Exam, kind: OutcomeKind, *, after: int, known_after: int, certainty: Certainty = Certainty.final,
    checked: bool = True,
) -> Outcome:  # fmt: skip
    """An outcome that happened `after` days after the exam, entered and checked `known_after` days after it."""
    entered = ago((today() - exam.exam_date).days - known_after)
    row = Outcome(
        exam_id=exam.id or 0, kind=kind, certainty=certainty, happened_on=exam.exam_date + timedelta(days=after), source="Pathology",
        entered_at=entered,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if checked:
        a_check(session, row)
    return row


def terms(programme: str = "breast", positive: int = 0) -> Terms:
    return Terms(programme, POSITIVE[programme][positive], limit_days=10, interval_days=730 if programme == "breast" else 365)


DEFAULTS: dict[str, Any] = {
    "exam_id": 0, "participant_id": 0, "number": "P", "site_id": 1, "round": 1, "category": "1", "decision": "routine_recall",
    "first_decision": None, "second_decision": None, "days_to_read": 3.0, "waited_days": 400, "age_days": 800, "follow_up": False,
    "cancer_365": False, "interval_cancer": False, "mature": True, "resolved": True, "synthetic": False,
}  # fmt: skip


def frame(*groups: tuple[int, dict[str, Any]]) -> pd.DataFrame:
    """A cohort: each group is (how many exams, what is special about them); everything else is a healthy exam of long ago."""
    rows = [DEFAULTS | special for n, special in groups for _ in range(n)]
    made = pd.DataFrame(rows, columns=list(DEFAULTS))
    return made.astype({"category": object, "decision": object, "cancer_365": object}).assign(
        exam_id=range(len(rows)), participant_id=range(len(rows))
    )

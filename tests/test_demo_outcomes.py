"""The demonstration: each list of outcomes holds something, every report can be, and an interval cancer leads to its reads and score."""

import pytest
from sqlmodel import col, select

from core.access import Person, person
from core.demo import make
from core.outcomes import waiting
from core.outcomes.plausible import Report, doubts, problems
from core.workflow.missed import missed
from db.engine import snapshot, transaction
from db.enums import ExamKind, OutcomeKind
from db.tables import Assessment, Episode, Exam, Outcome, Pathology, SecondCheck, User


@pytest.fixture
def staff(sqlite_database: str) -> dict[str, Person]:
    with transaction() as session:
        make(session)
    with snapshot() as session:
        return {user.login: person(session, user.id or 0) for user in session.exec(select(User))}


def test_the_lists_are_alive_and_what_they_hold_can_be(staff: dict[str, Person]) -> None:
    with snapshot() as session:
        theirs, mine = (waiting.counts(session, staff[login]) for login in ("doctor2", "coordinator"))
        rows = session.exec(select(Pathology, Exam.kind).join(Exam, col(Exam.id) == Pathology.exam_id)).all()
        early = session.exec(select(Assessment.id).join(Exam).where(Assessment.happened_on < Exam.exam_date)).all()
        own = session.exec(select(SecondCheck.id).join(Assessment, col(Assessment.id) == SecondCheck.row_id).where(
            SecondCheck.subject == "assessment", SecondCheck.author_id == Assessment.entered_by)).all()  # fmt: skip
    assert theirs["check"] >= 3
    assert theirs["outcome"] >= 1
    assert mine["refused"] == 1
    assert len(rows) >= 20
    for row, kind in rows:
        card_id = "lung" if kind == ExamKind.lung_ct else "breast"
        said = Report(row.histology, row.reported_on, row.invasive, row.size_mm, row.grade, row.nodes_positive, row.stage, side=row.side)
        assert (problems(card_id, said), doubts(card_id, said)) == ((), ())
    assert (early, own) == ([], [])


def test_an_interval_cancer_leads_to_both_reads_and_the_score_of_that_day(staff: dict[str, Person]) -> None:
    with snapshot() as session:
        rows = select(Episode.participant_id).join(Exam, col(Exam.episode_id) == Episode.id).join(Outcome, col(Outcome.exam_id) == Exam.id)
        who = session.exec(rows.where(Outcome.kind == OutcomeKind.interval_cancer).order_by(col(Outcome.id))).first()
        assert who is not None
        (found,) = missed(session, staff["doctor2"], who)
    assert found.counts
    assert found.may_review
    assert len(found.reads) in (1, 2)
    assert found.ai is not None
    assert found.ai.synthetic
    assert found.decision is not None
    assert found.ai.at <= found.decision.at.date()

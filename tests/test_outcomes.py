"""What it turned out to be: appended, known as of a day, and interval cancers told apart by decision and date."""

from datetime import date, timedelta

import pytest

from core.access import Person
from core.clock import now, today
from core.errors import NotAllowed, Rejected
from core.workflow import outcomes
from db.engine import transaction
from db.enums import Certainty, OutcomeKind, ProgrammeDecision, Role
from db.tables import Exam, Outcome
from tests.build import a_decision, a_participant, a_person, a_site, an_exam


@pytest.fixture
def carl(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator)


def decided(decision: ProgrammeDecision = ProgrammeDecision.routine_recall, *, days_ago: float = 500, **more: object) -> Exam:
    with transaction() as session:
        exam = an_exam(session, days_ago=days_ago, **more)  # type: ignore[arg-type]
        a_decision(session, exam, a_person(session, f"reader{exam.id}"), decision=decision, days_ago=days_ago)
        return exam


def record(
    person: Person, exam: Exam, kind: OutcomeKind = OutcomeKind.cancer, *, on: date | None = None, source: str = "Pathology"
) -> Outcome:
    with transaction() as session:
        return outcomes.record(
            session,
            person,
            exam.id or 0,
            kind=kind,
            certainty=Certainty.final,
            happened_on=on or today(),
            source=source,
            detail={"side": "L"},
        )


def after(exam: Exam, days: int) -> date:
    return exam.exam_date + timedelta(days=days)


@pytest.mark.parametrize(
    ("decision", "days", "kind"),
    [
        (ProgrammeDecision.routine_recall, 200, OutcomeKind.interval_cancer),
        (ProgrammeDecision.routine_recall, 365, OutcomeKind.interval_cancer),
        (ProgrammeDecision.routine_recall, 366, OutcomeKind.cancer),
        (ProgrammeDecision.assessment, 20, OutcomeKind.cancer),
        (ProgrammeDecision.short_term_recall, 90, OutcomeKind.cancer),
    ],
)
def test_a_cancer_after_a_routine_recall_within_the_interval_is_an_interval_cancer(
    carl: Person, decision: ProgrammeDecision, days: int, kind: OutcomeKind
) -> None:
    exam = decided(decision)
    assert record(carl, exam, on=after(exam, days)).kind == kind


def test_the_interval_is_that_of_the_programme(carl: Person) -> None:
    exam = decided(programme="breast", images=4, days_ago=800)
    assert record(carl, exam, on=after(exam, 730)).kind == OutcomeKind.interval_cancer
    assert record(carl, exam, on=after(exam, 731)).kind == OutcomeKind.cancer


def test_an_interval_cancer_that_cannot_be_one_is_refused(carl: Person) -> None:
    exam = decided(ProgrammeDecision.assessment)
    with pytest.raises(Rejected, match="record it as cancer"):
        record(carl, exam, OutcomeKind.interval_cancer, on=after(exam, 20))


def test_a_cancer_after_a_later_exam_belongs_to_that_exam(carl: Person) -> None:
    with transaction() as session:
        jane = a_participant(session)
    first = decided(participant=jane, days_ago=500)
    second = decided(participant=jane, days_ago=300)
    with pytest.raises(Rejected, match=f"later exam of {second.exam_date}"):
        record(carl, first, on=after(second, 10))
    assert record(carl, second, on=after(second, 10)).kind == OutcomeKind.interval_cancer


def test_later_rows_replace_earlier_ones_without_deleting_them(carl: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    exam = decided(ProgrammeDecision.assessment)
    monday, tuesday = now() - timedelta(days=2), now() - timedelta(days=1)
    monkeypatch.setattr(outcomes, "now", lambda: monday)
    record(carl, exam, OutcomeKind.cancer, on=after(exam, 5))
    monkeypatch.setattr(outcomes, "now", lambda: tuesday)
    record(carl, exam, OutcomeKind.benign, on=after(exam, 9))
    with transaction() as session:
        known = [outcomes.latest(session, exam.id or 0, as_of) for as_of in (monday - timedelta(hours=1), monday, None)]
    assert [row.kind if row else None for row in known] == [None, OutcomeKind.cancer, OutcomeKind.benign]
    assert known[2] is not None
    assert (known[2].detail, known[2].entered_by) == ({"side": "L"}, carl.user_id)


@pytest.mark.parametrize(
    ("days", "source", "words"), [(-1, "Pathology", "before the exam"), (5000, "Pathology", "future"), (1, " ", "where")]
)
def test_impossible_days_and_missing_sources_are_refused(carl: Person, days: int, source: str, words: str) -> None:
    exam = decided()
    with pytest.raises(Rejected, match=words):
        record(carl, exam, on=after(exam, days), source=source)


def test_outcomes_are_recorded_at_the_own_sites_only(carl: Person) -> None:
    exam = decided()
    with transaction() as session:
        stranger = a_person(session, "stranger", site=a_site(session, "SOUTH", name="South clinic"))
        mia = a_person(session, "mia", role=Role.manager)
    for person in (stranger, mia):
        with pytest.raises(NotAllowed):
            record(person, exam)

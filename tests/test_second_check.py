"""Two people stand behind every entry: the author never approves the own one, in no way, and what is refused goes back."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlmodel import select

from core import audit
from core.access import Person
from core.clock import now, today
from core.errors import Conflict, NotAllowed, Rejected
from core.outcomes import assessments, checking, waiting
from core.outcomes.known import as_known_on
from core.workflow import outcomes
from db.engine import snapshot, transaction
from db.enums import AssessmentKind, Certainty, CheckVerdict, ListKind, OutcomeKind, ProgrammeDecision, RecallStep, Role
from db.tables import AuditEvent, Exam, HandedInList, Outcome, SecondCheck
from tests.build import a_check, a_decision, a_person, a_recall, a_site, an_exam, an_outcome


@pytest.fixture
def carl(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator)


@pytest.fixture
def dana(carl: Person) -> Person:
    with transaction() as session:
        return a_person(session, "dana")


@pytest.fixture
def exam(dana: Person) -> Exam:
    """Recalled for assessment sixty days ago."""
    with transaction() as session:
        made = an_exam(session, days_ago=60)
        decision = a_decision(session, made, dana, decision=ProgrammeDecision.assessment, days_ago=58)
        a_recall(session, decision, days_ago=58)
        return made


def cancer(person: Person, exam: Exam, *, list_id: str | None = None) -> Outcome:
    with transaction() as session:
        return outcomes.record(
            session, person, exam.id or 0, kind=OutcomeKind.cancer, certainty=Certainty.final, happened_on=today(), source="Report 1",
            list_id=list_id,
        )  # fmt: skip


def approve(person: Person, row: Outcome) -> None:
    with transaction() as session:
        checking.approve(session, person, "outcome", row.id or 0)


def counts(person: Person) -> dict[str, int]:
    with snapshot() as session:
        return {name: n for name, n in waiting.counts(session, person).items() if n}


def listed(person: Person, name: str) -> list[tuple[str, int]]:
    with snapshot() as session:
        return [(line.subject, line.row_id) for line in waiting.lines(session, person, name).rows]


def counting(exam: Exam) -> OutcomeKind | None:
    with snapshot() as session:
        row = outcomes.counting(session, exam.id or 0)
        return row.kind if row else None


def test_an_entry_counts_from_the_moment_another_person_approves_it(carl: Person, dana: Person, exam: Exam) -> None:
    row = cancer(carl, exam)
    assert counting(exam) is None
    with snapshot() as session:
        assert as_known_on(session, exam.id or 0).kind is None
        assert as_known_on(session, exam.id or 0).waiting == 1
        assert outcomes.latest(session, exam.id or 0) is not None  # it is shown, with its mark
    approve(dana, row)
    assert counting(exam) == OutcomeKind.cancer
    with snapshot() as session:
        assert outcomes.counting(session, exam.id or 0, row.entered_at) is None
        assert as_known_on(session, exam.id or 0).waiting == 0


@pytest.mark.parametrize("verdict", list(CheckVerdict))
def test_nobody_checks_the_own_entry(carl: Person, exam: Exam, verdict: CheckVerdict) -> None:
    row = cancer(carl, exam)
    check: Any = {CheckVerdict.approved: checking.approve, CheckVerdict.refused: partial(checking.refuse, note="mine")}[verdict]
    with pytest.raises(NotAllowed, match="another person has to check"), transaction() as session:
        check(session, carl, "outcome", row.id or 0)
    with snapshot() as session:
        assert session.exec(select(SecondCheck)).all() == []


def test_two_checks_are_a_conflict_that_names_who_was_first(carl: Person, dana: Person, exam: Exam) -> None:
    row = cancer(carl, exam)
    with transaction() as session:
        dora = a_person(session, "dora")
    approve(dana, row)
    with pytest.raises(Conflict, match="Dana Test approved this entry"):
        approve(dora, row)
    with pytest.raises(Conflict, match="Dana Test approved this entry"), transaction() as session:
        checking.refuse(session, dora, "outcome", row.id or 0, "too late")


def test_people_of_another_site_and_of_other_roles_check_nothing(carl: Person, exam: Exam) -> None:
    row = cancer(carl, exam)
    with transaction() as session:
        south = a_person(session, "sam", site=a_site(session, "SOUTH", name="South clinic"))
        mia = a_person(session, "mia", role=Role.manager)
    for person in (south, mia):
        with pytest.raises(NotAllowed):
            approve(person, row)
    with snapshot() as session, pytest.raises(NotAllowed):
        waiting.counts(session, mia)
    assert counts(south) == {}


def test_a_refused_entry_goes_back_to_its_author_with_the_note_and_never_counts(carl: Person, dana: Person, exam: Exam) -> None:
    row = cancer(carl, exam)
    assert counts(dana) == {"check": 1}
    assert counts(carl) == {"own": 1}
    with pytest.raises(Rejected, match="Say what is wrong"), transaction() as session:
        checking.refuse(session, dana, "outcome", row.id or 0, " ")
    with transaction() as session:
        checking.refuse(session, dana, "outcome", row.id or 0, "The report says benign")
    assert counting(exam) is None
    assert counts(carl) == {"refused": 1, "outcome": 1}  # and an outcome is waited for again
    assert counts(dana) == {"outcome": 1}
    with snapshot() as session:
        (line,) = waiting.lines(session, carl, "refused").rows
    assert str(line.note) == "Dana Test: The report says benign"
    with transaction() as session, pytest.raises(NotAllowed):
        checking.lay_aside(session, dana, "outcome", row.id or 0)
    with transaction() as session:
        checking.lay_aside(session, carl, "outcome", row.id or 0)
    assert counts(carl) == {"outcome": 1}


def test_an_entry_made_anew_takes_the_refused_one_from_the_list(carl: Person, dana: Person, exam: Exam) -> None:
    with transaction() as session:
        said = {"kind": AssessmentKind.core_biopsy, "happened_on": today(), "source": "Report 2"}
        first = assessments.record(session, carl, exam.id or 0, result="benign", **said)  # type: ignore[arg-type]
        other = assessments.record(session, carl, exam.id or 0, result="inadequate", **said)  # type: ignore[arg-type]
    for row in (first, other):
        with transaction() as session:
            checking.refuse(session, dana, "assessment", row.id or 0, "Other side")
    assert counts(carl)["refused"] == 2
    with transaction() as session:
        assessments.record(session, carl, exam.id or 0, number=first.number, result="malignant", **said)  # type: ignore[arg-type]
    assert listed(carl, "refused") == [("assessment", other.id)]


def test_a_list_is_approved_in_one_act_by_somebody_else(carl: Person, dana: Person) -> None:
    with transaction() as session:
        exams = [an_exam(session, days_ago=200) for _ in range(3)]
        session.add(
            HandedInList(
                id="L1", kind=ListKind.registry, site_id=exams[0].site_id, name="registry.csv", object_key="0" * 64, size_bytes=1,
                author_id=carl.user_id, handed_in_at=now(),
            )
        )  # fmt: skip
        session.flush()
        loose = an_outcome(session, exams[0], kind=OutcomeKind.benign, days_ago=100, checked=False)
    rows = [cancer(carl, exam, list_id="L1") for exam in exams]
    with pytest.raises(NotAllowed, match="You handed this list in"), transaction() as session:
        checking.approve_list(session, carl, "L1")
    with transaction() as session:
        checking.refuse(session, dana, "outcome", rows[0].id or 0, "Another person")
        assert checking.approve_list(session, dana, "L1") == 2
    with transaction() as session:
        assert checking.approve_list(session, dana, "L1") == 0
        said = {row.row_id: row.verdict for row in session.exec(select(SecondCheck))}
        acts = session.exec(select(AuditEvent).where(AuditEvent.action == "list_approved").order_by(AuditEvent.id)).all()  # type: ignore[arg-type]
        assert audit.broken_link(session) is None
    assert said == {rows[0].id: CheckVerdict.refused, rows[1].id: CheckVerdict.approved, rows[2].id: CheckVerdict.approved}
    assert loose.id not in said
    assert [act.detail["entries"] for act in acts] == [2, 0]
    assert {act.actor for act in acts} == {"dana"}


def test_the_own_entry_is_not_approved_through_a_list_that_another_handed_in(carl: Person, dana: Person, exam: Exam) -> None:
    """Dana handed the list in; an entry of it was made by Carl, who now approves the list."""
    with transaction() as session:
        session.add(
            HandedInList(
                id="L2", kind=ListKind.registry, site_id=exam.site_id, name="r.csv", object_key="0" * 64, size_bytes=1,
                author_id=dana.user_id, handed_in_at=now(),
            )
        )  # fmt: skip
    cancer(carl, exam, list_id="L2")
    with transaction() as session:
        assert checking.approve_list(session, carl, "L2") == 0
    assert counting(exam) is None


def test_outcomes_are_waited_for_after_a_recall_and_no_longer_once_somebody_entered_one(carl: Person, dana: Person, exam: Exam) -> None:
    with transaction() as session:
        an_exam(session, days_ago=70)  # nobody recalled her
    assert listed(carl, "outcome") == [("", exam.id)]
    row = cancer(dana, exam)
    assert counts(carl) == {"check": 1}
    approve(carl, row)
    assert counts(carl) == {}


@pytest.mark.parametrize(
    ("steps", "waits"),
    [
        (("opened", "contacted", "booked"), True), (("opened", "booked", "attended", "closed"), True), (("opened", "declined"), True),
        (("opened", "declined", "closed"), False), (("opened", "contacted", "unreachable", "closed"), False),
        (("opened", "closed"), True), (("opened", "unreachable", "attended", "closed"), True),
    ],
)  # fmt: skip
def test_an_outcome_is_expected_until_somebody_declined_or_was_not_reached(
    carl: Person, dana: Person, steps: tuple[str, ...], waits: bool
) -> None:
    """Closed with an outcome that was refused later, the exam comes back to the list."""
    with transaction() as session:
        made = an_exam(session, days_ago=60)
        decision = a_decision(session, made, dana, decision=ProgrammeDecision.assessment, days_ago=58)
        a_recall(session, decision, steps=tuple(RecallStep(step) for step in steps), days_ago=58)
        a_check(session, an_outcome(session, made, checked=False), verdict=CheckVerdict.refused)
    assert listed(carl, "outcome") == ([("", made.id)] if waits else [])


def test_provisional_outcomes_without_a_final_are_listed_after_half_a_year(carl: Person) -> None:
    with transaction() as session:
        exams = [an_exam(session, days_ago=400) for _ in range(3)]
        old = an_outcome(session, exams[0], certainty=Certainty.provisional, days_ago=184)
        an_outcome(session, exams[1], certainty=Certainty.provisional, days_ago=182)
        an_outcome(session, exams[2], certainty=Certainty.provisional, days_ago=300)
        an_outcome(session, exams[2], certainty=Certainty.final, days_ago=200)
    assert listed(carl, "provisional") == [("outcome", old.id)]
    with transaction() as session:
        refused = an_outcome(session, exams[0], certainty=Certainty.final, days_ago=20, checked=False)
        a_check(session, refused, verdict=CheckVerdict.refused)
    assert listed(carl, "provisional") == [("outcome", old.id)]


def test_lists_come_in_pages_and_keep_to_programme_and_search(carl: Person) -> None:
    with transaction() as session:
        for n in range(waiting.SIZE + 3):
            an_outcome(session, an_exam(session, days_ago=100 + n), days_ago=n, checked=False)
        breast = an_exam(session, programme="breast", images=4, days_ago=90)
        an_outcome(session, breast, days_ago=5, checked=False)
    with snapshot() as session:
        first, second = (waiting.lines(session, carl, "check", page=page) for page in (0, 1))
        assert (first.total, len(first.rows), len(second.rows)) == (waiting.SIZE + 4, waiting.SIZE, 4)
        days = [line.days for line in (*first.rows, *second.rows)]
        assert days == sorted(days, reverse=True)
        assert [line.exam_id for line in waiting.lines(session, carl, "check", programme="breast").rows] == [breast.id]
        named = waiting.lines(session, carl, "check", text=first.rows[7].number).rows
        assert [line.exam_id for line in named] == [first.rows[7].exam_id]
        assert waiting.counts(session, carl, text="nobody of this name")["check"] == 0


def test_a_day_ago_is_a_day(carl: Person) -> None:
    with transaction() as session:
        an_outcome(session, an_exam(session, days_ago=9), days_ago=1, checked=False)
    with snapshot() as session:
        (line,) = waiting.lines(session, carl, "check").rows
    assert (line.days, line.since) == (1, today() - timedelta(days=1))

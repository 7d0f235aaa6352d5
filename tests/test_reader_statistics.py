"""A reader's own figures: equal to a recount in SQL, made of blind reads alone, and honest about what they rest on."""

import inspect
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from core.access import Person
from core.clock import now, today
from core.errors import NotAllowed
from core.workflow import blind_reads, reader_statistics
from core.workflow.programmes import card
from core.workflow.reader_statistics import Figures, ReaderStatistics, own_statistics
from db.engine import transaction
from db.enums import CheckVerdict, OutcomeKind, ProgrammeDecision, Role
from db.tables import Arbitration, Exam, Read, ReadUndone, Reveal
from tests.build import a_check, a_decision, a_person, a_run, ago, an_episode, an_exam, an_outcome

D = ProgrammeDecision
MONTH = {"start": today() - timedelta(days=40), "end": today()}


def a_signed(
    session: Session,
    reader: Person,
    exam: Exam | None = None,
    *,
    decision: ProgrammeDecision = D.routine_recall,
    days_ago: float = 2,
    seconds: float = 60,
    saw_ai: bool = False,
    opinion: dict[str, object] | None = None,
    seen: dict[str, object] | None = None,
    revision: int = 0,
) -> Read:
    on = exam or an_exam(session, programme="breast", days_ago=30, images=0)
    at = ago(days_ago)
    read = Read(
        exam_id=on.id or 0, reader_id=reader.user_id, category="1", decision=decision, opinion=opinion or {}, saw_ai=saw_ai,
        seen=seen or {}, opened_at=at - timedelta(seconds=seconds), committed_at=at, revision=revision,
    )  # fmt: skip
    session.add(read)
    session.flush()
    return read


def of(person: Person, card_id: str = "breast", **days: date) -> ReaderStatistics:
    with transaction() as session:
        return own_statistics(session, person, card_id=card_id, **(MONTH | days))


def figures(person: Person, **days: date) -> Figures:
    return of(person, **days).figures


@pytest.fixture
def dana(database: str) -> Person:
    with transaction() as session:
        return a_person(session)


@pytest.fixture
def emil(dana: Person) -> Person:
    with transaction() as session:
        return a_person(session, "emil")


def test_of_a_hundred_reads_thirteen_that_were_led_are_excluded_and_numbered(dana: Person, emil: Person) -> None:
    with transaction() as session:
        for k in range(87):
            a_signed(session, dana, decision=D.assessment if k < 9 else D.routine_recall)
        for k in range(13):
            exam = an_exam(session, programme="breast", days_ago=30, images=0)
            run = a_run(session, exam)
            if k < 6:
                a_signed(session, dana, exam, saw_ai=True, decision=D.assessment)
            elif k < 8:
                a_signed(session, dana, exam, seen={"run": run.id}, decision=D.assessment)
            elif k < 10:
                a_signed(session, dana, exam, seen={"reads": [1]}, decision=D.assessment)
            else:
                session.add(Reveal(exam_id=exam.id or 0, user_id=dana.user_id, run_id=run.id if k < 12 else None, at=ago(3)))
                a_signed(session, dana, exam, decision=D.assessment)
    found = of(dana)
    assert (found.figures.reads, found.figures.excluded) == (87, 13)
    assert (found.figures.recall.numerator, found.figures.recall.denominator) == (9, 87)
    assert found.figures.first + found.figures.second == 87
    assert {progress.target.of: progress.done for progress in found.targets} == {"cases": 87, "screening": 87, "first_reads": 87}
    assert sum(month.figures.reads for month in found.months) == 87
    assert sum(month.figures.excluded for month in found.months) == 13
    assert figures(emil).reads == 0


def test_no_function_hands_out_reads_that_were_led() -> None:
    public = [name for name, _ in inspect.getmembers(blind_reads, inspect.isfunction) if not name.startswith("_")]
    own = [name for name in public if inspect.getmodule(getattr(blind_reads, name)) is blind_reads]
    assert own == ["blind_reads"]
    source = inspect.getsource(reader_statistics)
    assert "db.tables" not in source, "figures are made of what blind_reads hands out, never of rows"


def test_a_result_revealed_after_signing_does_not_make_the_read_led(dana: Person) -> None:
    with transaction() as session:
        exam = an_exam(session, programme="breast", days_ago=30)
        run = a_run(session, exam)
        a_signed(session, dana, exam, days_ago=2)
        session.add(Reveal(exam_id=exam.id or 0, user_id=dana.user_id, run_id=run.id, at=ago(1.9)))
    assert (figures(dana).reads, figures(dana).excluded) == (1, 0)


def test_a_read_taken_back_and_signed_again_with_the_result_known_is_led(dana: Person) -> None:
    with transaction() as session:
        exam = an_exam(session, programme="breast", days_ago=30)
        run = a_run(session, exam)
        first = a_signed(session, dana, exam, days_ago=2)
        session.add(ReadUndone(read_id=first.id or 0, author_id=dana.user_id, at=ago(1.95)))
        session.add(Reveal(exam_id=exam.id or 0, user_id=dana.user_id, run_id=run.id, at=ago(1.99)))
        a_signed(session, dana, exam, days_ago=1.9, revision=1)
    assert (figures(dana).reads, figures(dana).excluded) == (0, 1)


def test_time_per_read_is_the_median_without_interrupted_reads(dana: Person) -> None:
    with transaction() as session:
        for seconds in (20, 40, 90, 600, 601, 86_400):
            a_signed(session, dana, seconds=seconds)
    found = figures(dana)
    assert (found.reads, found.timed, found.interrupted, found.seconds_per_read) == (6, 4, 2, 65)
    assert found.reading_minutes == 12.5
    assert card("breast").statistics.pause_minutes == 10


def test_the_figures_equal_a_recount_in_sql(dana: Person, emil: Person) -> None:
    with transaction() as session:
        for k in range(40):
            exam = an_exam(session, programme="breast", days_ago=30, images=0)
            said = (D.routine_recall, D.assessment, D.technical_recall, D.short_term_recall)[k % 4 if k < 16 else 0]
            other = said if k % 5 else D.assessment
            readers = (dana, emil) if k % 2 else (emil, dana)
            for place, reader in enumerate(readers):
                a_signed(session, reader, exam, decision=said if reader is dana else other, days_ago=3 - place)
            if said != other:
                row = {"category": "1", "decision": D.routine_recall, "opened_at": ago(1), "at": ago(1)}
                session.add(Arbitration(exam_id=exam.id or 0, **row))
            if k < 30:
                a_decision(session, exam, dana, decision=said if said == other else D.routine_recall)
    found = figures(dana)
    mine = f"FROM read r WHERE r.reader_id = {dana.user_id}"
    count = {
        "reads": f"SELECT count(*) {mine}",
        "recall": f"SELECT count(*) {mine} AND r.decision IN ('assessment', 'short_term_recall')",
        "technical": f"SELECT count(*) {mine} AND r.decision = 'technical_recall'",
        "first": f"SELECT count(*) {mine} AND NOT EXISTS "
        "(SELECT 1 FROM read o WHERE o.exam_id = r.exam_id AND o.committed_at < r.committed_at)",
        "decided": f"SELECT count(*) {mine} AND r.exam_id IN (SELECT exam_id FROM decision)",
        "arbitrated": f"SELECT count(*) {mine} AND r.exam_id IN (SELECT exam_id FROM decision) "
        "AND r.exam_id IN (SELECT exam_id FROM arbitration)",
        "agreed": f"SELECT count(*) {mine} AND EXISTS (SELECT 1 FROM read o WHERE o.exam_id = r.exam_id AND o.reader_id <> r.reader_id "
        "AND o.decision = r.decision) AND r.exam_id IN (SELECT exam_id FROM decision)",
        "final": f"SELECT count(*) {mine} AND EXISTS (SELECT 1 FROM decision d WHERE d.exam_id = r.exam_id AND d.decision = r.decision)",
    }  # fmt: skip
    with transaction() as session:
        sql = {name: session.execute(text(query)).scalar_one() for name, query in count.items()}
    assert {
        "reads": found.reads, "recall": found.recall.numerator, "technical": found.technical_recall.numerator, "first": found.first,
        "decided": found.arbitration.denominator, "arbitrated": found.arbitration.numerator, "agreed": found.agreed_with_reader.numerator,
        "final": found.agreed_with_decision.numerator,
    } == sql  # fmt: skip
    assert 0 < sql["arbitrated"] < sql["decided"] < sql["reads"] == 40
    assert 0 < sql["agreed"] < 40
    assert (found.first, found.second) == (20, 20)


def test_readers_who_name_other_views_do_not_agree(dana: Person, emil: Person) -> None:
    with transaction() as session:
        for mine, other in ((["R-CC"], ["R-CC"]), (["R-CC"], ["L-CC"])):
            exam = an_exam(session, programme="breast", days_ago=30, images=0)
            for reader, views in ((dana, mine), (emil, other)):
                said = {"views": [{"view": view} for view in views]}
                a_signed(session, reader, exam, decision=D.technical_recall, opinion=said)
            a_decision(session, exam, dana, decision=D.technical_recall)
    found = figures(dana).agreed_with_reader
    assert (found.numerator, found.denominator) == (1, 2)


def test_a_figure_tells_nothing_of_the_other_read_before_the_case_is_decided(dana: Person, emil: Person) -> None:
    with transaction() as session:
        exam = an_exam(session, programme="breast", days_ago=30, images=0)
        a_signed(session, dana, exam)
        before = own_statistics(session, dana, card_id="breast", **MONTH).figures
        a_signed(session, emil, exam, decision=D.assessment)
        after = own_statistics(session, dana, card_id="breast", **MONTH).figures
    assert before == after


def test_a_read_that_nobody_checked_agrees_with_nothing(dana: Person) -> None:
    with transaction() as session:
        exam = an_exam(session, programme="breast", days_ago=30)
        a_signed(session, dana, exam)
        a_decision(session, exam, dana)
    found = figures(dana)
    assert (found.agreed_with_decision.denominator, found.agreed_with_decision.value, found.agreed_with_reader.value) == (0, None, None)


def test_cancers_that_came_after_count_whether_they_were_recalled(dana: Person) -> None:
    with transaction() as session:
        for decision, kind in (
            (D.assessment, OutcomeKind.cancer),
            (D.routine_recall, OutcomeKind.interval_cancer),
            (D.technical_recall, OutcomeKind.cancer),
            (D.assessment, OutcomeKind.benign),
        ):
            exam = an_exam(session, programme="breast", days_ago=30)
            a_signed(session, dana, exam, decision=decision)
            an_outcome(session, exam, kind=kind)
            wrong = an_outcome(session, exam, kind=OutcomeKind.cancer, checked=False)  # entered, not approved by a second person
            if kind == OutcomeKind.benign:
                a_check(session, wrong, verdict=CheckVerdict.refused)
    found = figures(dana).cancers_recalled
    assert (found.numerator, found.denominator, found.stable) == (1, 3, False)


def test_a_read_that_was_taken_back_is_no_read(dana: Person, emil: Person) -> None:
    with transaction() as session:
        exam = an_exam(session, programme="breast", days_ago=30)
        taken_back = a_signed(session, emil, exam, decision=D.assessment, days_ago=3)
        session.add(ReadUndone(read_id=taken_back.id or 0, author_id=emil.user_id, at=ago(2.9)))
        a_signed(session, dana, exam)
    assert figures(emil).reads == 0
    assert (figures(dana).first, figures(dana).agreed_with_reader.denominator) == (1, 0)


def test_follow_up_exams_are_cases_and_not_screening(dana: Person) -> None:
    with transaction() as session:
        episode = an_episode(session, programme="breast", days_ago=200)
        first = an_exam(session, episode, days_ago=200)
        a_decision(session, first, dana, decision=D.short_term_recall)
        a_signed(session, dana, first, days_ago=199)
        a_signed(session, dana, an_exam(session, episode, days_ago=10), days_ago=9)
    assert {progress.target.of: progress.done for progress in of(dana).targets} == {"cases": 2, "screening": 1, "first_reads": 1}


def test_targets_name_their_source_and_count_a_year(dana: Person) -> None:
    with transaction() as session:
        a_signed(session, dana, days_ago=366)
        a_signed(session, dana, days_ago=363)
    targets = of(dana).targets
    assert [(one.target.of, one.target.a_year, one.done) for one in targets] == [
        ("cases", 5000, 1), ("screening", 4000, 1), ("first_reads", 1500, 1),
    ]  # fmt: skip
    assert all("gov.uk" in one.source for one in targets)
    assert of(dana, "lung").targets == ()


def test_days_and_programmes_are_kept_apart(dana: Person) -> None:
    with transaction() as session:
        a_signed(session, dana, days_ago=50)
        a_signed(session, dana, days_ago=1)
        a_signed(session, dana, an_exam(session, programme="lung", days_ago=9), days_ago=1)
    assert figures(dana).reads == 1
    everything = of(dana, start=today() - timedelta(days=60))
    assert everything.figures.reads == 2
    assert [month.first_day.day for month in everything.months] == [1, 1]
    signed_on = (now() - timedelta(days=1)).date()
    assert figures(dana, start=signed_on, end=signed_on).reads == 1
    assert figures(dana, start=today() + timedelta(days=1), end=today() + timedelta(days=2)).reads == 0


def test_only_readers_have_reading_statistics(dana: Person) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        with pytest.raises(NotAllowed):
            own_statistics(session, carl, card_id="breast", **MONTH)

"""The cohort: one row per exam as known on a day, only at the person's sites, with follow-up counted to the day."""

from collections.abc import Iterator
from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import event
from sqlmodel import Session

from core import demo
from core.access import Person
from core.clock import today
from core.errors import NotAllowed
from core.workflow import cohort
from core.workflow.period import EARLIEST, periods
from core.workflow.programme_figures import Question, cases, figures
from db.engine import engine, snapshot, transaction
from db.enums import EpisodeStep, OutcomeKind, ProgrammeDecision, Role
from tests.build import a_model, a_participant, a_person, a_read, a_run, a_site, a_user, an_episode
from tests.cohort_build import a_screen, an_outcome_after

D = ProgrammeDecision


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    with transaction() as opened:
        yield opened


@pytest.fixture
def manager(session: Session) -> Person:
    return a_person(session, "mona", role=Role.manager)


def frame(session: Session, person: Person, **asked: object) -> pd.DataFrame:
    wanted = {"card_id": "breast", "start": EARLIEST, "end": today()} | asked
    return cohort.exams_frame(session, person, **wanted)  # type: ignore[arg-type]


def only(session: Session, person: Person, **asked: object) -> dict[str, object]:
    (row,) = frame(session, person, **asked).to_dict("records")
    return {str(key): value for key, value in row.items()}


@pytest.mark.parametrize(("days", "cancer_365", "mature"), [(364, None, False), (365, False, True)])
def test_an_exam_is_negative_on_the_365th_day(session: Session, manager: Person, days: int, cancer_365: object, mature: bool) -> None:
    a_screen(session, days_ago=days)
    row = only(session, manager)
    assert row["cancer_365"] is cancer_365
    assert row["mature"] is mature


@pytest.mark.parametrize(("after", "found"), [(365, True), (366, False)])
def test_a_cancer_counts_up_to_the_365th_day(session: Session, manager: Person, after: int, found: bool) -> None:
    a_screen(session, days_ago=800, cancer_after=after, kind=OutcomeKind.interval_cancer)
    row = only(session, manager)
    assert row["cancer_365"] is found
    assert row["interval_cancer"] is True


def test_what_was_not_known_yet_is_not_counted(session: Session, manager: Person) -> None:
    exam = a_screen(session, days_ago=500, category="4B", decision=D.assessment, read_after=3, cancer_after=20, known_after=40)
    then = lambda days: only(session, manager, as_of=exam.exam_date + timedelta(days=days))  # noqa: E731
    assert frame(session, manager, as_of=exam.exam_date - timedelta(days=1)).empty
    assert pd.isna(then(2)["decision"])
    assert (then(3)["decision"], then(39)["outcome"] == "cancer", then(39)["cancer_365"]) == ("assessment", False, None)
    assert (then(40)["outcome"], then(40)["cancer_365"]) == ("cancer", True)


def test_the_last_outcome_counts(session: Session, manager: Person) -> None:
    exam = a_screen(session, days_ago=500, category="4B", decision=D.assessment, cancer_after=20)
    an_outcome_after(session, exam, OutcomeKind.benign, after=20, known_after=60)
    assert only(session, manager)["cancer_365"] is False
    assert only(session, manager, as_of=exam.exam_date + timedelta(days=59))["cancer_365"] is True


def test_a_cancer_found_at_the_exam_that_answers_a_recall_counts_for_the_recalled_one(session: Session, manager: Person) -> None:
    who = a_participant(session)
    first = a_screen(session, programme="lung", who=who, days_ago=500, category="3", decision=D.short_term_recall)
    a_screen(session, programme="lung", who=who, days_ago=320, category="4B", decision=D.assessment, cancer_after=10)
    found = frame(session, manager, card_id="lung").set_index("exam_id")
    assert found.follow_up.tolist() == [False, True]
    assert found.cancer_365.tolist() == [True, True]
    counted = figures(session, manager, Question("lung", periods(today())["all"]))
    assert (counted.whole.of("detection").numerator, counted.whole.of("detection").denominator) == (1, 1)
    assert cases(counted, "ppv").exam_id.tolist() == [first.id]


def test_the_next_round_is_an_exam_of_its_own(session: Session, manager: Person) -> None:
    who = a_participant(session)
    a_screen(session, programme="lung", who=who, days_ago=760, category="4A", decision=D.assessment, kind=OutcomeKind.benign)
    a_screen(session, programme="lung", who=who, days_ago=400, category="4B", decision=D.assessment, cancer_after=5)
    found = frame(session, manager, card_id="lung")
    assert found.follow_up.tolist() == [False, False]
    assert found.cancer_365.tolist() == [False, True]


def test_a_read_after_the_year_of_follow_up_proves_nothing(session: Session, manager: Person) -> None:
    a_screen(session, days_ago=800, read_after=700)
    assert only(session, manager)["mature"] is False


def test_only_the_sites_of_the_person(session: Session, manager: Person) -> None:
    a_screen(session, days_ago=400)
    south = a_site(session, "SOUTH", name="South clinic")
    a_screen(session, days_ago=400, site=south)
    assert len(frame(session, manager)) == 1
    with pytest.raises(NotAllowed):
        frame(session, manager, site_id=south.id)
    boss = a_person(session, "bela", role=Role.manager, everywhere=True)
    assert len(frame(session, boss)) == 2
    assert len(frame(session, boss, site_id=south.id)) == 1


def test_another_role_sees_no_figures(session: Session) -> None:
    with pytest.raises(NotAllowed):
        frame(session, a_person(session, "dora", role=Role.doctor))


def test_only_the_programme_and_the_period_asked_for(session: Session, manager: Person) -> None:
    a_screen(session, days_ago=400, programme="lung")
    inside = a_screen(session, days_ago=400)
    a_screen(session, days_ago=399)
    assert frame(session, manager, end=inside.exam_date).exam_id.tolist() == [inside.id]


def test_invented_and_real_exams_are_never_counted_together(session: Session, manager: Person) -> None:
    a_screen(session, days_ago=400)
    a_screen(session, days_ago=400, synthetic=True)
    a_screen(session, days_ago=401, synthetic=True)
    asked = Question("breast", periods(today())["all"])
    real = figures(session, manager, asked)
    assert (real.counts.exams, real.synthetic, real.both) == (1, False, True)
    assert figures(session, manager, Question("breast", asked.period, synthetic=True)).counts.exams == 2


def test_the_first_two_reads_and_the_score_stand_in_the_row(session: Session, manager: Person) -> None:
    exam = a_screen(session, days_ago=30)
    for number, decision in enumerate((D.routine_recall, D.assessment, D.assessment)):
        a_read(session, exam, a_user(session, f"r{number}"), decision=decision, days_ago=20 - number)
    version = a_model(session, "mammography", tag="2")
    a_run(session, exam, step=4, version=version)
    a_run(session, exam, step=7, version=version, attempt=2)
    row = only(session, manager)
    assert (row["first_decision"], row["second_decision"], row["reads"]) == ("routine_recall", "assessment", 3)
    assert (row["score"], row["step"], row["model"]) == (0.7, 7, "mammography.2")


def test_uptake_leaves_out_who_may_still_answer(session: Session, manager: Person) -> None:
    for days, steps in (
        (200, (EpisodeStep.invited, EpisodeStep.attended)),
        (200, (EpisodeStep.invited,)),
        (30, (EpisodeStep.invited,)),
        (30, (EpisodeStep.invited, EpisodeStep.did_not_attend)),
    ):
        an_episode(session, a_participant(session), programme="breast", days_ago=days, steps=steps)
    uptake = figures(session, manager, Question("breast", periods(today())["all"])).whole.of("uptake")
    assert (uptake.numerator, uptake.denominator) == (1, 3)


def test_a_decision_changes_the_next_figure(session: Session, manager: Person) -> None:
    asked = Question("breast", periods(today())["all"])
    a_screen(session, days_ago=3, category=None)
    before = figures(session, manager, asked)
    a_screen(session, days_ago=3, category="4B", decision=D.assessment, read_after=1)
    after = figures(session, manager, asked)
    assert (before.whole.of("recall").numerator, after.whole.of("recall").numerator) == (0, 1)
    assert (before.counts.undecided, after.counts.undecided) == (1, 1)


def test_parts_add_up_to_the_whole(sqlite_database: str) -> None:
    with transaction() as session:
        demo.make(session)
        boss = a_person(session, "bela", role=Role.manager, everywhere=True)
    with snapshot() as session:
        found = figures(session, boss, Question("lung", periods(today())["all"]))
    for key in ("recall", "detection", "sensitivity", "specificity", "uptake"):
        for parts in (found.by_site, found.by_round):
            assert sum(part.of(key).numerator for part in parts) == found.whole.of(key).numerator
            assert sum(part.of(key).denominator for part in parts) == found.whole.of(key).denominator


def test_the_number_of_queries_does_not_grow_with_the_exams(session: Session, manager: Person) -> None:
    a_screen(session, days_ago=400)
    few = _queries(session, manager)
    for _ in range(5):
        a_screen(session, days_ago=400)
    assert _queries(session, manager) == few <= 50


def test_periods_end_where_knowledge_ends() -> None:
    spans = periods(date(2026, 11, 23))
    assert (spans["12m"].start, spans["12m"].end) == (date(2025, 11, 24), date(2026, 11, 23))
    assert spans["followed"].end + timedelta(days=365) == date(2026, 11, 23)
    assert (spans["2026"].end, spans["2025"].end) == (date(2026, 11, 23), date(2025, 12, 31))


def _queries(session: Session, person: Person) -> int:
    said: list[str] = []
    listener = lambda *args: said.append(args[2])  # noqa: E731
    event.listen(engine(), "before_cursor_execute", listener)
    try:
        frame(session, person)
    finally:
        event.remove(engine(), "before_cursor_execute", listener)
    return len([text for text in said if text.lstrip().upper().startswith("SELECT")])

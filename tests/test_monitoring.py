"""Groups, versions, readers, the published study and the watch, on rows as a programme leaves them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlmodel import Session

from core import demo
from core.access import Person
from core.clock import today
from core.errors import NotAllowed, Rejected
from core.metrics.accuracy import FEWEST
from core.monitoring import reader_study
from core.monitoring.beside_readers import BesideReaders, beside_readers
from core.monitoring.groups import ages, characteristics, groups
from core.monitoring.kept_runs import runs_of
from core.monitoring.reader_study import beside, load
from core.monitoring.shadow import shadows
from core.monitoring.two_versions import TwoVersions, two_versions
from core.monitoring.watch import Quantity, Stream, Watch, watch
from core.words import say
from core.workflow.performance import ModelPerformance, candidates, model_performance
from core.workflow.period import EARLIEST
from db.engine import snapshot, transaction
from db.enums import ModelState, ProgrammeDecision, Role
from db.tables import Exam, ModelVersion
from tests.build import a_model, a_person, a_read, a_run, a_site, a_user
from tests.cohort_build import a_screen

D = ProgrammeDecision
VENDORS = ("GE", "Siemens")


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    with transaction() as opened:
        yield opened


@pytest.fixture
def manager(session: Session) -> Person:
    return a_person(session, "mona", role=Role.manager)


def screened(
    session: Session, *, cancers: int = 6, healthy: int = 12, days_ago: float = 500, other: ModelVersion | None = None
) -> list[Exam]:
    """Cancers scored 0.9 down, healthy 0.1 up, on two scanners in turn; `other` scores everything one tenth lower."""
    made = []
    for number in range(cancers + healthy):
        sick = number < cancers
        exam = a_screen(
            session, programme="lung", days_ago=500, category="4B" if sick else "1",
            decision=D.assessment if sick else D.routine_recall, cancer_after=20 if sick else None,
        )  # fmt: skip
        exam.technique = {"manufacturer": VENDORS[number % 2]}
        session.add(exam)
        step = 9 - number % 4 if sick else 1 + number % 6
        a_run(session, exam, step=step)
        if other:
            a_run(session, exam, step=max(1, step - 1), version=other)
        made.append(exam)
    session.flush()
    return made


def performance(session: Session, person: Person) -> ModelPerformance:
    return model_performance(session, person, card_id="lung", model="lung-ct.1", start=EARLIEST, end=today())


def compared(session: Session, person: Person, second: str, *, share: float = 0.3) -> TwoVersions:
    return two_versions(
        session, person, card_id="lung", first="lung-ct.1", second=second, start=EARLIEST, end=today(), share=share
    )  # fmt: skip


def test_kept_scores_are_what_was_written(session: Session) -> None:
    version = a_model(session)
    exam = a_screen(session, programme="lung", days_ago=30)
    a_run(session, exam, step=9)
    assert runs_of(session, version.id or 0, today()).score.tolist() == [0.9]
    a_run(session, exam, no_result=say("slices are missing"), attempt=2)
    assert runs_of(session, version.id or 0, today()).score.isna().tolist() == [True]
    assert runs_of(session, version.id or 0, today() - timedelta(days=1)).empty


def test_groups_of_every_characteristic_add_up(session: Session, manager: Person) -> None:
    screened(session)
    found = performance(session, manager)
    made = groups(found, share=0.3, sites={1: "North"})
    assert set(made.found) == {"manufacturer"}
    assert {"age", "sex", "density", "site", "kernel", "round"} == set(made.silent)
    assert [(group.name, group.positives, group.negatives) for group in made.found["manufacturer"]] == [("GE", 3, 6), ("Siemens", 3, 6)]
    assert made.threshold == found.threshold(0.3)


def test_what_is_not_recorded_is_a_group_of_its_own(session: Session, manager: Person) -> None:
    exams = screened(session)
    exams[0].technique = {}
    session.add(exams[0])
    session.flush()
    made = groups(performance(session, manager), share=0.3, sites={})
    assert [(group.name, group.n) for group in made.found["manufacturer"]] == [("GE", 8), ("Siemens", 9), ("", 1)]


def test_ages_fall_into_bands_of_five_years(session: Session, manager: Person) -> None:
    screened(session, cancers=1, healthy=0)
    frame = performance(session, manager).frame
    assert characteristics(frame.assign(age=64.0), {})["age"].tolist() == ["60–64"]
    assert ages(frame.age * 0 + 49.9).tolist() == ["< 50"]
    assert ages(frame.age * 0 + 75).tolist() == ["75+"]
    assert ages(frame.age * np.nan).tolist() == [""]


def test_two_versions_are_compared_on_the_exams_that_both_scored(session: Session, manager: Person) -> None:
    shadow = a_model(session, tag="2", state=ModelState.shadow)
    screened(session, other=shadow)
    a_run(session, a_screen(session, programme="lung", days_ago=500), step=5)
    a_run(session, (late := a_screen(session, programme="lung", days_ago=50)), step=5)
    a_run(session, late, step=5, version=shadow)
    found = compared(session, manager, "lung-ct.2")
    assert (found.both_scored, found.only_first, found.only_second, found.waiting) == (19, 1, 0, 1)
    assert found.outcomes is not None
    assert (found.outcomes.n, found.outcomes.positives) == (18, 6)
    assert found.outcomes.first.true_positives == found.outcomes.second.true_positives


def test_too_few_outcomes_still_tell_how_calls_differ(session: Session, manager: Person) -> None:
    shadow = a_model(session, tag="2", state=ModelState.shadow)
    screened(session, cancers=FEWEST - 1, other=shadow)
    found = compared(session, manager, "lung-ct.2")
    assert found.calls is not None
    assert found.outcomes is None
    assert "only 4 of the 16 exams" in str(found.reason)


def test_versions_without_a_common_exam_have_no_comparison(session: Session, manager: Person) -> None:
    screened(session)
    a_model(session, tag="2", state=ModelState.shadow)
    found = compared(session, manager, "lung-ct.2")
    assert (found.calls, found.outcomes, str(found.reason)) == (None, None, "No result, because no exam was scored by both versions.")
    with pytest.raises(Rejected, match=r"lung-ct\.9"):
        compared(session, manager, "lung-ct.9")


def test_shadows_are_set_beside_the_version_in_force_of_their_own_kind(session: Session, manager: Person) -> None:
    shadow, retired = a_model(session, tag="2", state=ModelState.shadow), a_model(session, tag="0", state=ModelState.retired)
    exams = screened(session, other=shadow)
    for exam in exams:
        a_run(session, exam, version=retired)
    a_run(session, exams[0], version=a_model(session, tag="simulated", synthetic=True), step=4)
    versions = candidates(session, manager, "lung")
    assert versions[-1].key == "lung-ct.2"
    assert [(one.key, one.beside) for one in shadows(session, manager, versions)] == [("lung-ct.2", "lung-ct.1")]
    with pytest.raises(NotAllowed):
        shadows(session, a_person(session, "dana"), versions)


def with_readers(session: Session, manager: Person, exams: list[Exam]) -> BesideReaders:
    anna, bert = a_user(session, "anna"), a_user(session, "bert")
    for number, exam in enumerate(exams):
        recalled = number < 6
        a_read(session, exam, anna, decision=D.assessment if recalled else D.routine_recall, days_ago=490)
        a_read(session, exam, bert, decision=D.short_term_recall if recalled and number else D.routine_recall, days_ago=489)
    return beside_readers(session, performance(session, manager), share=0.3)


def test_blind_reads_are_points_beside_the_curve(session: Session, manager: Person) -> None:
    found = with_readers(session, manager, screened(session))
    assert [(one.name, one.sensitivity.numerator, one.specificity.numerator, one.enough) for one in found.readers] == [
        ("Anna Test", 6, 12, True), ("Bert Test", 5, 12, True)
    ]  # fmt: skip
    assert found.together is not None
    assert (found.together.sensitivity.numerator, found.together.sensitivity.denominator) == (11, 12)
    assert found.model is not None
    assert found.model.false_positives == 0, "at the readers' specificity of 1"
    assert (found.blind, found.led, found.exams, found.pairs) == (36, 0, 18, 18)
    assert found.reader_and_reader is not None
    assert found.reader_and_reader.value == pytest.approx(0.87, abs=0.02)


def test_reads_with_the_ai_in_sight_count_for_nothing_but_time(session: Session, manager: Person) -> None:
    exams = screened(session)
    for number, exam in enumerate(exams):
        a_read(session, exam, a_user(session, f"led{number}"), saw_ai=True, days_ago=480)
    found = beside_readers(session, performance(session, manager), share=0.3)
    assert (found.blind, found.led, found.readers) == (0, 18, ())
    assert "no blind read" in str(found.reason)
    assert "No result, because 0 timed reads were made without" in str(found.time_reason)


def test_time_saved_is_measured_where_both_kinds_of_reads_are_stored(session: Session, manager: Person) -> None:
    exams = screened(session, cancers=6, healthy=24)
    for number, exam in enumerate(exams):
        for saw, seconds in ((False, 60 + number), (True, 40 + number)):
            a_read(session, exam, a_user(session, f"r{number}{saw}"), saw_ai=saw, days_ago=480, seconds=seconds)
    time = beside_readers(session, performance(session, manager), share=0.3).time
    assert time is not None
    assert (time.without, time.with_ai, time.saved.value, time.n_without) == (74.5, 54.5, 20.0, 30)
    assert time.saved.low > 0


def stream(session: Session, *, days: range, manufacturer: str = "GE", step: int = 3, recalled_every: int = 10) -> None:
    """One exam a day."""
    for day in days:
        recalled = day % recalled_every == 0
        exam = a_screen(
            session, programme="lung", days_ago=day, category="4A" if recalled else "1",
            decision=D.assessment if recalled else D.routine_recall, read_after=0.5,
        )  # fmt: skip
        exam.technique = {"manufacturer": manufacturer}
        session.add(exam)
        a_run(session, exam, step=step + day % 3)
    session.flush()


def watched(session: Session, person: Person, **asked: int) -> Watch:
    return watch(session, person, card_id="lung", model="lung-ct.1", recent_days=60, reference_days=150, **asked)  # type: ignore[arg-type]


def test_a_steady_programme_is_silent(session: Session, manager: Person) -> None:
    stream(session, days=range(1, 200))
    found = watched(session, manager)
    assert found.alerts == ()
    assert (found.n_before, found.n_now) == (140, 59)
    assert {one.key for one in found.quantities} >= {"manufacturer", "score", "age", "sex"}
    assert {one.key: one.level for one in found.streams}["recalled"] == "steady"
    assert "kernel" in found.silent


def test_a_new_scanner_is_an_alarm_since_the_day_it_came(session: Session, manager: Person) -> None:
    stream(session, days=range(31, 200))
    stream(session, days=range(1, 31), manufacturer="New Maker")
    alarms = [one for one in watched(session, manager).alerts if isinstance(one, Quantity)]
    assert [(one.key, one.label, one.level) for one in alarms] == [("manufacturer", "New Maker", "act")]
    assert alarms[0].since is not None
    assert abs((alarms[0].since - (today() - timedelta(days=30))).days) <= 2


def test_shifted_scores_and_more_recalls_are_alarms(session: Session, manager: Person) -> None:
    stream(session, days=range(60, 200))
    stream(session, days=range(1, 60), step=7, recalled_every=2)
    found = watched(session, manager)
    assert {one.key for one in found.alerts} == {"score", "recalled"}
    recalls = next(one for one in found.alerts if isinstance(one, Stream))
    assert recalls.chart.rising
    assert (recalls.now.numerator, recalls.now.denominator) == (29, 59)
    assert recalls.since is not None
    assert recalls.since >= today() - timedelta(days=60)


def test_the_estimate_needs_outcomes_before_and_scores_now(session: Session, manager: Person) -> None:
    stream(session, days=range(1, 60))
    assert "No result" in str(watched(session, manager).estimate_reason)
    screened(session)
    assert "only 59 recent exams" in str(watched(session, manager).estimate_reason)


def test_only_exams_of_the_own_sites_are_watched(session: Session, manager: Person) -> None:
    south = a_site(session, "SOUTH", name="South clinic")
    a_run(session, a_screen(session, programme="lung", days_ago=5, site=south), step=5)
    assert watched(session, manager).n_now == 0
    with pytest.raises(NotAllowed):
        watched(session, manager, site_id=south.id or 0)


def test_the_demonstration_has_techniques_a_new_scanner_and_a_shadow(sqlite_database: str) -> None:
    with transaction() as session:
        demo.make(session)
        boss = a_person(session, "bela", role=Role.manager, everywhere=True)
    with snapshot() as session:
        for card_id in ("lung", "breast"):
            versions = candidates(session, boss, card_id)
            assert [one.state for one in versions] == [ModelState.retired, ModelState.shadow]
            found = watch(session, boss, card_id=card_id, model=versions[0].key)
            assert "manufacturer" in {one.key for one in found.alerts if isinstance(one, Quantity)}
            pair = two_versions(
                session, boss, card_id=card_id, first=versions[0].key, second=versions[1].key, start=EARLIEST, end=today(), share=0.1
            )  # fmt: skip
            assert pair.both_scored > 400


@pytest.mark.shared_data
def test_the_published_reader_study_is_reproduced(shared_data: Path) -> None:
    """Shen Y et al. Nat Commun 2021;12:5645: readers 0.779 on average, GMIC (top 5) 0.881."""
    found = beside(load(shared_data / "tables" / reader_study.FILE))
    assert (found.breasts, found.exams, found.cancers, len(found.readers)) == (1440, 720, 61, 14)
    assert round(found.mean.value, 3) == 0.779
    assert round(found.models["GMIC_top5"].value, 3) == 0.881
    assert found.mean.low < 0.779 < found.mean.high
    assert found.leads["GMIC_top5"].value.low > 0
    assert found.leads["GMIC_top5"].value.value == pytest.approx(0.881 - 0.779, abs=0.001)
    assert found.models["GMIC_top5"].low < 0.881 < found.models["GMIC_top5"].high
    assert round(found.precision["GMIC_top5"].value, 3) == 0.407


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ("a,b\n1,2\n", "case_ID, label, Reader01_POM, Reader02_POM"),
        ("case_ID,label,Reader01_POM,Reader02_POM\n1,0,0.1,0.1\n2,1,1.4,0.2\n", "Row 3"),
        ("case_ID,label,Reader01_POM,Reader02_POM\n1,2,0.1,0.1\n", "Row 2"),
        ("case_ID,label,Reader01_POM,Reader02_POM\n1,0,0.1,0.1\n2,0,0.2,0.2\n", "one kind only"),
        ("", "comma-separated"),
        ("case_ID,label,Reader01_POM\n1,0,0.1\n2,1,0.2\n", "no column Reader02_POM"),
    ],
)
def test_a_table_that_is_no_reader_study_is_refused_by_name(table: str, named: str) -> None:
    with pytest.raises(Rejected, match=named):
        load(table.encode())

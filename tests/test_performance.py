"""How the AI did: scores against outcomes with full follow-up, at the person's sites, and a reason where there are too few."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest
from sqlmodel import Session

from core import demo
from core.access import Person
from core.clock import today
from core.errors import NotAllowed, Rejected
from core.metrics import roc
from core.metrics.accuracy import accuracy, too_few
from core.words import say
from core.workflow.card_figures import card_figures
from core.workflow.performance import ModelPerformance, candidates, model_performance
from core.workflow.period import EARLIEST
from db.engine import snapshot, transaction
from db.enums import ProgrammeDecision, Role
from tests.build import a_model, a_person, a_run, a_site
from tests.cohort_build import a_screen

D = ProgrammeDecision


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    with transaction() as opened:
        yield opened


@pytest.fixture
def manager(session: Session) -> Person:
    return a_person(session, "mona", role=Role.manager)


def performance(session: Session, person: Person, **asked: object) -> ModelPerformance:
    wanted = {"card_id": "lung", "model": "lung-ct.1", "start": EARLIEST, "end": today()} | asked
    return model_performance(session, person, **wanted)  # type: ignore[arg-type]


def some_scored(session: Session, *, cancers: int, healthy: int, days_ago: int = 500) -> None:
    """Cancers scored 0.9 down to 0.5, healthy ones 0.1 to 0.6."""
    for number in range(cancers):
        exam = a_screen(session, programme="lung", days_ago=days_ago, category="4B", decision=D.assessment, cancer_after=20)
        a_run(session, exam, step=9 - number % 5)
    for number in range(healthy):
        a_run(session, a_screen(session, programme="lung", days_ago=days_ago), step=1 + number % 6)


def test_area_and_thresholds_are_those_of_the_stored_scores(session: Session, manager: Person) -> None:
    some_scored(session, cancers=5, healthy=12)
    found = performance(session, manager)
    truth = [1] * 5 + [0] * 12
    score = [0.9, 0.8, 0.7, 0.6, 0.5] + [0.1, 0.2, 0.3, 0.4, 0.5, 0.6] * 2
    assert (found.n, found.positives, found.scored, found.waiting, found.synthetic) == (17, 5, 17, 0, False)
    assert found.accuracy is not None
    assert found.accuracy.area.value == pytest.approx(roc.auc(truth, score).value)
    top = found.accuracy.points[0]
    assert (top.true_positives, top.false_positives, top.false_negatives, top.true_negatives) == (1, 0, 4, 12)
    assert sum(row.n for row in found.accuracy.bins) == 17


@pytest.mark.parametrize(
    ("cancers", "healthy", "days", "reason"),
    [
        (1, 2, 500, "No result, because only 3 scored exams have an outcome; at least 10 are needed."),
        (4, 9, 500, "No result, because only 4 of the 13 scored exams with an outcome have a cancer; at least 5 are needed."),
        (6, 6, 364, "No result, because no scored exam has an outcome after 365 days of follow-up yet."),
    ],
)
def test_too_few_outcomes_give_a_reason_and_no_figure(
    session: Session, manager: Person, cancers: int, healthy: int, days: int, reason: str
) -> None:
    some_scored(session, cancers=cancers, healthy=healthy, days_ago=days)
    found = performance(session, manager)
    assert found.accuracy is None
    assert str(found.reason) == reason


def test_five_cancers_are_enough() -> None:
    truth = np.array([True] * 5 + [False] * 5)
    assert too_few(truth, np.arange(10)) is None
    assert too_few(truth[1:], np.arange(9)) is not None


def test_exams_without_a_score_or_a_final_result_are_left_out(session: Session, manager: Person) -> None:
    some_scored(session, cancers=5, healthy=6)
    a_run(session, a_screen(session, programme="lung", days_ago=500), no_result=say("slices are missing"))
    a_run(session, a_screen(session, programme="lung", days_ago=500, category="0", decision=D.technical_recall), step=9)
    a_run(session, a_screen(session, programme="lung", days_ago=100), step=9)
    a_screen(session, programme="lung", days_ago=500)
    found = performance(session, manager)
    assert (found.n, found.scored, found.no_result, found.waiting) == (11, 13, 1, 1)


def test_the_last_attempt_counts(session: Session, manager: Person) -> None:
    exam = a_screen(session, programme="lung", days_ago=500)
    a_run(session, exam, step=3)
    a_run(session, exam, step=8, attempt=2)
    assert performance(session, manager).score.tolist() == [0.8]


def test_scores_that_were_given_later_are_not_known_yet(session: Session, manager: Person) -> None:
    some_scored(session, cancers=1, healthy=1)
    assert performance(session, manager, as_of=today() - timedelta(days=1)).scored == 0


def test_only_the_sites_of_the_person(session: Session, manager: Person) -> None:
    south = a_site(session, "SOUTH", name="South clinic")
    a_run(session, a_screen(session, programme="lung", days_ago=500, site=south), step=5)
    assert candidates(session, manager, "lung") == ()
    with pytest.raises(NotAllowed):
        performance(session, manager, site_id=south.id)
    assert performance(session, manager).scored == 0


def test_a_version_that_does_not_exist_is_named(session: Session, manager: Person) -> None:
    with pytest.raises(Rejected, match=r"lung-ct\.9"):
        performance(session, manager, model="lung-ct.9")


def test_versions_are_chosen_by_programme_and_tags_may_hold_dots(session: Session, manager: Person) -> None:
    dotted = a_model(session, "lung-ct", tag="2026.11")
    exam = a_screen(session, programme="lung", days_ago=500)
    a_run(session, exam, version=dotted, step=2)
    assert [(one.key, one.scored) for one in candidates(session, manager, "lung")] == [("lung-ct.2026.11", 1)]
    assert candidates(session, manager, "breast") == ()
    assert performance(session, manager, model="lung-ct.2026.11").scored == 1


def test_the_interval_knows_that_exams_of_one_person_are_alike() -> None:
    rng = np.random.default_rng(3)
    truth = np.repeat([True] * 10 + [False] * 40, 4)
    score = np.clip(np.repeat(rng.normal(0.4, 0.1, 50) + 0.15 * truth[::4], 4), 0, 1)
    alone = accuracy(truth, score, np.arange(200)).area
    grouped = accuracy(truth, score, np.repeat(np.arange(50), 4)).area
    assert grouped.value == pytest.approx(alone.value)
    assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low)


def test_the_band_of_the_curve_is_wilson() -> None:
    found = accuracy(np.array([True] * 5 + [False] * 5), np.linspace(1, 0, 10), np.arange(10))
    assert (round(float(found.low[-1]), 4), float(found.high[-1])) == (0.5655, 1.0)
    assert float(found.low[0]) == 0.0


def test_simulated_scores_say_so(sqlite_database: str) -> None:
    with transaction() as session:
        demo.make(session)
        boss = a_person(session, "bela", role=Role.manager, everywhere=True)
    with snapshot() as session:
        only, shadow = candidates(session, boss, "lung")
        found = performance(session, boss, model=only.key)
    assert only.synthetic
    assert shadow.synthetic
    assert found.synthetic
    assert found.invented
    assert found.n + found.waiting <= found.scored


def test_the_figures_of_a_card_keep_the_n_nearest_to_them() -> None:
    small = {"n": 7, "auc": {"value": 0.6, "low": 0.3, "high": 0.9}}
    node = {"detection": {"n": 40, "auc": {"value": 0.9, "low": 0.8, "high": 0.95}, "small": small}, "note": "text"}
    assert [(one.path, one.interval.value, one.n) for one in card_figures(node)] == [
        (("detection", "auc"), 0.9, 40),
        (("detection", "small", "auc"), 0.6, 7),
    ]

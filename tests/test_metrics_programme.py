"""Indicators on cohorts worked by hand: exact counts, the stability gate, the two definitions of positive, bands, published fixtures."""

import pytest

from core.metrics.benchmark import BANDS, Band
from core.metrics.interval import Interval
from core.metrics.measures import MEASURES
from core.metrics.programme import Indicator, cases, exceptions, indicators, median_interval
from tests.cohort_build import frame, terms

POSITIVE = {"category": "4B", "decision": "assessment"}
FOUND = POSITIVE | {"cancer_365": True}
MISSED = {"cancer_365": True, "interval_cancer": True}


def figures(cohort: object, programme: str = "breast", positive: int = 0) -> dict[str, Indicator]:
    return {one.key: one for one in indicators(cohort, terms(programme, positive))}  # type: ignore[arg-type]


def counts(found: dict[str, Indicator], key: str) -> tuple[int, int]:
    return found[key].numerator, found[key].denominator


def test_a_hand_worked_year() -> None:
    """100 exams: 6 recalled of whom 2 have a cancer, 1 cancer missed, 2 technical, 1 not decided yet, the rest healthy."""
    cohort = frame(
        (4, POSITIVE), (2, FOUND), (1, MISSED), (2, {"category": "0", "decision": "technical_recall"}),
        (1, {"category": None, "decision": None, "days_to_read": None, "waited_days": 3}), (90, {}),
    )  # fmt: skip
    found = figures(cohort)
    assert counts(found, "recall") == (6, 97)
    assert counts(found, "detection") == (2, 97)
    assert counts(found, "ppv") == (2, 6)
    assert counts(found, "sensitivity") == (2, 3)
    assert counts(found, "specificity") == (90, 94)
    assert counts(found, "missed") == (1, 97)
    assert counts(found, "interval") == (1, 91)
    assert counts(found, "technical") == (2, 99)
    assert counts(found, "read_in_time") == (99, 99)


def test_nobody_is_negative_before_365_days() -> None:
    young = {"mature": False, "cancer_365": None, "age_days": 364}
    found = figures(frame((10, young), (5, {}), (1, FOUND | young | {"cancer_365": True})))
    assert counts(found, "specificity") == (5, 5)
    assert counts(found, "sensitivity") == (0, 0)
    assert found["sensitivity"].interval is None
    assert str(found["specificity"].mature).startswith("11 exams are not followed up")
    assert counts(found, "detection") == (1, 16)


def test_a_positive_exam_without_outcome_is_no_false_alarm_yet() -> None:
    found = figures(frame((3, POSITIVE | {"resolved": False, "mature": False, "cancer_365": None}), (1, FOUND), (1, POSITIVE)))
    assert counts(found, "ppv") == (1, 2)
    assert str(found["ppv"].mature) == "3 positive exams still wait for their outcome and are left out."


@pytest.mark.parametrize(("numerator", "stable"), [(24, False), (25, True)])
def test_a_rate_needs_25_in_its_numerator(numerator: int, stable: bool) -> None:
    found = figures(frame((numerator, POSITIVE), (500, {})))
    assert found["recall_first"].stable is stable
    assert (found["recall_first"].place is not None) is stable


def test_both_printed_definitions_of_positive() -> None:
    """Category 3 with a short-term recall counts in one and not in the other; with immediate work-up it counts in both."""
    short = {"category": "3", "decision": "short_term_recall"}
    at_once = {"category": "3", "decision": "assessment"}
    cohort = frame((3, short), (2, at_once), (10, {}))
    assert counts(figures(cohort), "recall") == (5, 15)
    assert counts(figures(cohort, positive=1), "recall") == (2, 15)
    assert "0, 3, 4A, 4B, 4C, 5" in str(figures(cohort)["recall"].definition)
    assert "category 0, 4A, 4B, 4C, 5," in str(figures(cohort, positive=1)["recall"].definition)


def test_an_exam_that_answers_a_recall_is_no_screening_exam() -> None:
    assert counts(figures(frame((1, POSITIVE), (1, {"follow_up": True}), (8, {}))), "recall") == (1, 9)


def test_a_known_cancer_is_no_screening_exam() -> None:
    assert counts(figures(frame((2, {"category": "6", "cancer_365": True}), (8, {}))), "sensitivity") == (0, 0)


def test_rounds_are_told_apart() -> None:
    found = figures(frame((2, POSITIVE), (8, {}), (1, POSITIVE | {"round": 2}), (19, {"round": 3})))
    assert (counts(found, "recall_first"), counts(found, "recall_later")) == ((2, 10), (1, 20))


def test_waiting_longer_than_the_limit_counts_against_it() -> None:
    waiting = {"category": None, "decision": None, "days_to_read": None}
    found = figures(frame((5, {}), (2, {"days_to_read": 11.0}), (1, waiting | {"waited_days": 11}), (1, waiting | {"waited_days": 10})))
    assert counts(found, "read_in_time") == (5, 8)


def test_two_readers() -> None:
    """40 agree on routine, 5 on assessment, 5 differ: 10 % discordant; kappa from the table by hand is 0.6154."""
    same = {"first_decision": "routine_recall", "second_decision": "routine_recall"}
    both = {"first_decision": "assessment", "second_decision": "assessment"}
    apart = {"first_decision": "assessment", "second_decision": "routine_recall"}
    found = figures(frame((40, same), (5, both), (5, apart), (30, {"first_decision": "routine_recall"})))
    assert counts(found, "discordant") == (5, 50)
    chance = (40 * 45 + 10 * 5) / 2500
    kappa = found["kappa"].interval
    assert kappa is not None
    assert kappa.value == pytest.approx((0.9 - chance) / (1 - chance))


def test_agreement_says_nothing_when_a_reader_never_varies() -> None:
    same = {"first_decision": "routine_recall", "second_decision": "routine_recall"}
    assert figures(frame((60, same)))["kappa"].interval is None


@pytest.mark.parametrize(
    ("exams", "positives", "cancers", "recall", "ppv"),
    [(985, 143, 20, (12.5, 16.9), (9.2, 20.6)), (747, 61, 10, (6.4, 10.4), (9.2, 27.6)), (642, 29, 3, (3.2, 6.4), (3.6, 26.4))],
)
def test_lahey_by_round(exams: int, positives: int, cancers: int, recall: tuple[float, float], ppv: tuple[float, float]) -> None:
    """domain/clinical-rules.md 2.10, with its Wilson intervals."""
    cohort = frame((cancers, FOUND), (positives - cancers, POSITIVE), (exams - positives, {"category": "2"}))
    found = figures(cohort, "lung")
    for key, limits in (("recall", recall), ("ppv", ppv)):
        interval = found[key].interval
        assert interval is not None
        assert (round(100 * interval.low, 1), round(100 * interval.high, 1)) == limits
    assert counts(found, "recall") == (positives, exams)
    assert counts(found, "ppv") == (cancers, positives)


def test_bcsc_sensitivity() -> None:
    """5747 of 6710 is 85.6 % with a Wilson interval of 84.79–86.47 % (domain/statistics.md)."""
    interval = figures(frame((5747, FOUND), (963, MISSED)))["sensitivity"].interval
    assert interval is not None
    assert [round(100 * share, 2) for share in (interval.value, interval.low, interval.high)] == [85.65, 84.79, 86.47]


def test_a_band_is_left_when_the_whole_interval_leaves_it() -> None:
    band = Band(0.05, 0.12, "test")
    assert band.place(Interval(0.08, 0.04, 0.13)) == "inside"
    assert band.place(Interval(0.13, 0.11, 0.15)) == "near"
    assert band.place(Interval(0.14, 0.125, 0.16)) == "outside"
    assert band.place(Interval(0.03, 0.02, 0.04)) == "outside"
    assert Band(None, 0.07, "test").place(Interval(0.0, 0.0, 0.01)) == "inside"


def test_exceptions_come_in_the_order_of_certainty() -> None:
    cohort = frame((200, POSITIVE), (800, {}), (60, POSITIVE | {"round": 2}), (940, {"round": 2}))
    out = exceptions(tuple(figures(cohort).values()))
    assert [(one.key, one.place) for one in out if one.benchmark and one.benchmark.verified] == [
        ("recall_first", "outside"),
        ("recall_later", "near"),
    ]
    assert out[0].key == "recall_first"


def test_the_cases_behind_a_number_are_its_denominator_and_numerator() -> None:
    cohort = frame((4, POSITIVE), (2, FOUND), (94, {}), (3, {"follow_up": True}))
    for one in figures(cohort).values():
        if one.key != "uptake":
            behind = cases(one.key, cohort, terms())
            assert (int(behind.counted.sum()), len(behind)) == (one.numerator, one.denominator)


def test_the_median_has_the_exact_interval_of_its_ranks() -> None:
    """n = 10: ranks 2 and 9 hold the median with 97.9 %."""
    found = median_interval(range(1, 11))
    assert found == Interval(5.5, 2.0, 9.0)
    assert median_interval([4.0]) == Interval(4.0, 4.0, 4.0)
    assert median_interval([]) is None


def test_an_empty_cohort_gives_no_rate() -> None:
    for one in figures(frame()).values():
        assert (one.numerator, one.denominator, one.interval) == (0, 0, None)


def test_every_band_belongs_to_an_indicator() -> None:
    keys = {measure.key for measure in MEASURES}
    assert {key for bands in BANDS.values() for key in bands} <= keys

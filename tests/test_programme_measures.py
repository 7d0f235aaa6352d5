"""The indicators of work-up, tumours, time and return on cohorts worked by hand; the published counts of BCSC and Lahey."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.metrics.indicator import Indicator, stable_on
from core.metrics.measures import BY_KEY, MEASURES, THEMES
from core.metrics.programme import Parts, Tally
from core.metrics.workup import stage_number
from tests.cohort_build import frame, terms

RECALLED = {"category": "4B", "decision": "assessment"}
FOUND = RECALLED | {"cancer_365": True}
DAY = date(2024, 3, 1)


def cohort(*groups: tuple[int, dict[str, Any]], **columns: Any) -> pd.DataFrame:
    """`frame` with further columns: `columns` gives what an exam has that says nothing of it."""
    made = frame(*[(n, {key: value for key, value in special.items() if key not in columns}) for n, special in groups])
    for name, default in columns.items():
        values = [special.get(name, default) for n, special in groups for _ in range(n)]
        dates = isinstance(default, date) or name.endswith("_on") or name == "exam_date"
        made[name] = pd.to_datetime(pd.Series(values)) if dates else pd.Series(values, dtype=object if default is None else None)
    return made


def counts(found: pd.DataFrame, key: str, programme: str = "breast") -> tuple[int, int]:
    one = figure(found, key, programme)
    return one.numerator, one.denominator


def figure(found: pd.DataFrame, key: str, programme: str = "breast") -> Indicator:
    return next(one for one in Tally(found, terms(programme)).indicators() if one.key == key)


def keys(found: pd.DataFrame, programme: str = "breast") -> set[str]:
    return {one.key for one in Tally(found, terms(programme)).indicators()}


def test_every_indicator_has_a_theme_and_a_key_of_its_own() -> None:
    assert len(BY_KEY) == len(MEASURES) == sum(len(measures) for measures in THEMES.values())
    assert all(measure.theme == theme for theme, measures in THEMES.items() for measure in measures)


def test_a_figure_without_its_columns_is_absent_not_nought() -> None:
    assert not keys(frame((5, FOUND))) & {"ppv3", "biopsy", "minimal", "told_in_time", "adherence_12", "round_length", "interval_1"}


def test_bcsc_2009_table() -> None:
    """225,612 of 2,264,089 recalled, 9,252 cancers; PPV2 7,033 of 29,802; PPV3 6,216 of 21,483; 5,747 of 6,710 found (2.8)."""
    weights = pd.DataFrame({"weight": [9252, 225612 - 9252, 2264089 - 225612]})
    made = frame((1, FOUND), (1, RECALLED), (1, {})).assign(weight=weights.weight)
    assert [round(100 * figure(made, key).interval.value, 1) for key in ("recall", "ppv")] == [10.0, 4.1]  # type: ignore[union-attr]
    biopsied = {"biopsied_on": date(2024, 4, 1)}
    rest = cohort((1, FOUND), (1, RECALLED), biopsied_on=None).assign(weight=[7033, 29802 - 7033])
    assert round(100 * figure(rest, "ppv2").interval.value, 1) == 23.6  # type: ignore[union-attr]
    done = cohort((1, FOUND | biopsied), (1, RECALLED | biopsied), biopsied_on=None).assign(weight=[6216, 21483 - 6216])
    interval = figure(done, "ppv3").interval
    assert interval is not None
    assert round(100 * interval.value, 1) == 28.9
    known = frame((1, FOUND), (1, {"cancer_365": True})).assign(weight=[5747, 6710 - 5747])
    found = figure(known, "sensitivity").interval
    assert found is not None
    assert [round(100 * share, 2) for share in (found.low, found.high)] == [84.79, 86.47]
    assert f"{100 * found.value:.3f}" == "85.648"


def test_biopsies() -> None:
    """Of 8 recalled: 5 biopsied, of these 3 cancers (2 proved by needle, 1 only at operation) and 2 benign, 1 of them by an open biopsy."""
    taken = {"biopsied_on": date(2024, 4, 1)}
    made = cohort(
        (2, FOUND | taken | {"biopsy_needle": True, "biopsy_result": "malignant"}),
        (1, FOUND | taken | {"biopsy_open": True, "biopsy_result": "malignant"}),
        (1, RECALLED | taken | {"biopsy_open": True, "biopsy_result": "benign"}),
        (1, RECALLED | taken | {"biopsy_needle": True, "biopsy_result": "benign"}),
        (3, RECALLED), (92, {}), biopsied_on=None, biopsy_needle=False, biopsy_open=False, biopsy_result=None,
    )  # fmt: skip
    assert counts(made, "ppv3") == (3, 5)
    assert counts(made, "biopsy") == (5, 100)
    assert counts(made, "benign_open_first") == (1, 100)
    assert counts(made, "benign_open_later") == (0, 0)
    assert counts(made, "non_operative") == (2, 3)


def test_tumours() -> None:
    """In situ; 10.0 mm and 10.1 mm invasive; 15.0 mm with nodes; one of unknown size; one of which nothing is known."""
    made = cohort(
        (1, FOUND | {"invasive": False, "stage": "0"}),
        (1, FOUND | {"invasive": True, "size_mm": 10.0, "nodes_positive": False, "stage": "IA"}),
        (1, FOUND | {"invasive": True, "size_mm": 10.1, "nodes_positive": False, "stage": "I"}),
        (1, FOUND | {"invasive": True, "size_mm": 15.0, "nodes_positive": True, "stage": "IIB"}),
        (1, FOUND | {"invasive": True, "stage": "IIIA"}), (1, FOUND),
        (1, {"cancer_365": True, "invasive": True, "size_mm": 3.0}),
        invasive=None, size_mm=np.nan, nodes_positive=None, stage=None,
    )  # fmt: skip
    assert counts(made, "invasive") == (4, 5)
    assert counts(made, "minimal") == (2, 4)
    assert counts(made, "up_to_10") == (1, 3)
    assert counts(made, "under_15") == (2, 3)
    assert counts(made, "node_negative") == (2, 3)
    assert counts(made, "late_stage") == (2, 5)
    assert counts(made, "early_stage", "lung") == (4, 5)


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("I", 1), ("IA2", 1), ("IIB", 2), ("IIIA", 3), ("IV", 4), ("Stage II", 2), ("T1", -1), ("", -1)]
)
def test_a_stage_is_never_guessed(text: str, number: int) -> None:
    assert stage_number(text) == number


@pytest.mark.parametrize(("after", "years"), [(1, (1, 0)), (365, (1, 0)), (366, (0, 1)), (730, (0, 1)), (731, (0, 0))])
def test_interval_cancers_by_year(after: int, years: tuple[int, int]) -> None:
    made = cohort((1, {"interval_cancer": True, "cancer_on": DAY + timedelta(days=after)}), exam_date=DAY, cancer_on=None)
    assert (counts(made, "interval_1")[0], counts(made, "interval_2")[0]) == years


def test_the_second_year_counts_only_exams_whose_second_year_is_over() -> None:
    made = cohort((3, {"age_days": 729}), (4, {"age_days": 730}), exam_date=DAY, cancer_on=None)
    assert (counts(made, "interval_1")[1], counts(made, "interval_2")[1]) == (7, 4)
    assert "interval_2" not in keys(made, "lung")


@pytest.mark.parametrize(("months", "planned", "window"), [(12, 365, 90), (6, 182, 45), (3, 91, 30)])
def test_adherence_to_the_recommended_interval(months: int, planned: int, window: int) -> None:
    """In time up to the last day of the window on either side; who may still come is left out."""
    due = DAY + timedelta(days=planned)
    came = [due - timedelta(days=window), due + timedelta(days=window), due + timedelta(days=window + 1), due - timedelta(days=window + 1)]
    made = cohort(
        *((1, {"returned_on": day}) for day in came),
        (1, {"age_days": planned + window}), (1, {"age_days": planned + window + 1}), (1, RECALLED),
        exam_date=DAY, due_on=due, returned_on=None,
    )  # fmt: skip
    assert counts(made, f"adherence_{months}") == (2, 5)
    assert sum(counts(made, f"adherence_{other}")[1] for other in {12, 6, 3} - {months}) == 0


def test_time_to_the_result_and_to_assessment() -> None:
    """Told on day 14 is in time, on day 15 not; waiting 14 days says nothing yet, 15 days counts against it."""
    made = cohort(
        (1, {"told_on": DAY + timedelta(days=14)}), (1, {"told_on": DAY + timedelta(days=15)}),
        (1, {"age_days": 14}), (1, {"age_days": 15}), exam_date=DAY, told_on=None,
    )  # fmt: skip
    assert counts(made, "told_in_time") == (1, 3)
    median = figure(made, "days_to_told").interval
    assert median is not None
    assert median.value == 14.5
    seen = cohort(
        (1, RECALLED | {"assessed_on": DAY + timedelta(days=21)}), (1, RECALLED | {"assessed_on": DAY + timedelta(days=22)}),
        (5, {"assessed_on": DAY}), exam_date=DAY, assessed_on=None,
    )  # fmt: skip
    assert counts(seen, "assessed_in_time") == (1, 2)


def test_next_rounds_in_time() -> None:
    """Invited 730 days after the last exam is in time, 731 is not; a first invitation has no exam before it."""
    rounds = pd.DataFrame(
        {"attended": True, "answered": True, "days_since_exam": [700.0, 730.0, 731.0, np.nan], "invited_on": pd.Timestamp(DAY)}
    )
    found = {one.key: one for one in Tally(frame((1, {})), terms(), rounds).indicators()}
    assert (found["round_length"].numerator, found["round_length"].denominator) == (2, 3)


def test_what_nobody_ever_wrote_down_is_no_nought() -> None:
    """Ten exams, letters told by one site only: the other has no figure, with the reason, and not 0 of 5."""
    made = cohort((5, {"site_id": 1, "told_on": DAY + timedelta(days=3)}), (5, {"site_id": 2}), exam_date=DAY, told_on=None)
    assert counts(made, "told_in_time") == (5, 10)
    tally = Tally(made, terms())
    one, other = (part[0] for part in tally.split(Parts(2, {"exams": made.site_id.to_numpy() - 1}, records=True), {"told_in_time"}))
    assert (one.numerator, one.denominator, one.absent) == (5, 5, None)
    assert (other.numerator, other.denominator, other.interval) == (0, 0, None)
    assert str(other.absent) == "Nobody has written down here yet what this is counted from."
    nowhere = cohort((5, {}), exam_date=DAY, told_on=None)
    assert figure(nowhere, "told_in_time").absent is not None


def test_the_dose_is_a_median_of_what_the_scanner_wrote() -> None:
    made = cohort((30, {"ctdivol_mgy": 1.0}), (31, {"ctdivol_mgy": 3.0}), (9, {}), ctdivol_mgy=np.nan)
    one = figure(made, "ctdivol", "lung")
    assert one.interval is not None
    assert (one.denominator, one.interval.value, one.stable, one.unit) == (61, 3.0, True, "mGy")
    assert "ctdivol" not in keys(made)


@pytest.mark.parametrize(("counted", "passed", "needed"), [(12, 180, 195), (24, 240, 10), (1, 10, 240), (5, 7, 28)])
def test_when_a_figure_will_be_large_enough(counted: int, passed: int, needed: int) -> None:
    """12 in 180 days is one in 15 days; 13 are missing: 195 days. Days are rounded up."""
    assert stable_on(counted, DAY, DAY + timedelta(days=passed)) == DAY + timedelta(days=passed + needed)


@pytest.mark.parametrize(("counted", "passed"), [(0, 100), (25, 100), (26, 100), (3, 0)])
def test_no_day_is_named_without_a_pace_or_need(counted: int, passed: int) -> None:
    assert stable_on(counted, DAY, DAY + timedelta(days=passed)) is None


@pytest.mark.parametrize(("positives", "stable", "day"), [(24, False, DAY + timedelta(days=250)), (25, True, None)])
def test_the_gate_flips_between_24_and_25_and_names_the_day(positives: int, stable: bool, day: date | None) -> None:
    made = cohort((positives, RECALLED), (500, {}), exam_date=DAY)
    one = next(one for one in Tally(made, terms(), known=DAY + timedelta(days=240)).indicators() if one.key == "recall")
    assert (one.stable, one.stable_on) == (stable, day)


def test_a_period_that_is_over_names_no_day() -> None:
    made = cohort((3, RECALLED), (500, {}), exam_date=DAY)
    assert all(one.stable_on is None for one in Tally(made, terms()).indicators())


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([{}, RECALLED, FOUND, {"cancer_365": True}, {"decision": "technical_recall"}]), min_size=1, max_size=60),
    st.data(),
)
def test_any_cut_adds_up_to_the_whole(exams: list[dict[str, Any]], data: st.DataObject) -> None:
    made = frame(*((1, one) for one in exams))
    code = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(exams), max_size=len(exams))), dtype=np.int64)
    tally = Tally(made, terms())
    parts = tally.split(Parts(4, {"exams": code}))
    for place, one in enumerate(tally.indicators()):
        assert sum(part[place].denominator for part in parts) == one.denominator
        assert sum(part[place].numerator for part in parts) == one.numerator

"""FROC: the worked example of the statistics page, LUNA16's counting rules, and a published LUNA16 submission."""

import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.metrics import froc
from core.metrics.marks import match

TABLES = Path(os.environ.get("FIRSTLIGHT_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data")) / "tables"
SCANS = ["a", "b", "c", "d"]
NODULES = [[scan, 0, 0, 0, 10] for scan in SCANS]
HITS = [[scan, 1, 1, 1, score] for scan, score in zip(SCANS, [0.9, 0.8, 0.55, 0.15], strict=True)]
FALSE = [[SCANS[i % 4], 50, 50, 50 + i, score] for i, score in enumerate([0.95, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])]


def test_worked_example_in_steps() -> None:
    sensitivity = froc.sensitivity_at(NODULES, [], HITS + FALSE, SCANS, froc.RATES, interpolate=False)
    assert sensitivity.tolist() == [0, 0.5, 0.5, 0.75, 1, 1, 1]
    assert sensitivity.mean() == pytest.approx(0.678571, abs=1e-6)


def test_cpm_of_worked_example() -> None:
    assert froc.cpm(froc.curve(match(NODULES, [], HITS + FALSE, SCANS))) == pytest.approx(0.678571, abs=1e-6)


def test_straight_lines_between_points_with_tied_scores() -> None:
    marks = [["a", 0, 0, 0, 0.5], ["a", 90, 0, 0, 0.5]]  # one hit and one false mark that no threshold can part
    assert froc.sensitivity_at([["a", 0, 0, 0, 6]], [], marks, ["a", "b"], [0.25, 0.5]).tolist() == [0.5, 1]
    assert froc.sensitivity_at([["a", 0, 0, 0, 6]], [], marks, ["a", "b"], [0.25, 0.5], interpolate=False).tolist() == [0, 1]


@pytest.mark.parametrize(("offset", "found"), [(2.99, 1), (3.0, 0)])
def test_a_hit_lies_nearer_than_the_radius(offset: float, found: int) -> None:
    assert froc.sensitivity_at([["a", 0, 0, 0, 6]], [], [["a", offset, 0, 0, 0.5]], ["a"], [8]).tolist() == [found]


@pytest.mark.parametrize(("offset", "false_marks"), [(4.9, 0), (5.0, 1)])
def test_marks_on_excluded_findings_are_neither_right_nor_wrong(offset: float, false_marks: int) -> None:
    events = match([["a", 0, 0, 0, 6]], [["a", 100, 0, 0, -1]], [["a", 100 + offset, 0, 0, 0.5]], ["a"])
    assert (events.nodule_score.tolist(), len(events.false_score)) == ([-np.inf], false_marks)


def test_second_hit_is_not_false_and_the_best_one_counts() -> None:
    events = match([["a", 0, 0, 0, 6]], [], [["a", 0, 0, 0, 0.2], ["a", 0, 1, 0, 0.8]], ["a"])
    assert (events.nodule_score.tolist(), events.false_score.tolist()) == ([0.8], [])


def test_a_mark_between_two_nodules_finds_both() -> None:
    events = match([["a", -2, 0, 0, 6], ["a", 2, 0, 0, 6]], [], [["a", 0, 0, 0, 0.4]], ["a"])
    assert events.nodule_score.tolist() == [0.4, 0.4]


def test_marks_in_another_scan_hit_nothing_and_unlisted_scans_do_not_count() -> None:
    events = match([["a", 0, 0, 0, 6], ["z", 0, 0, 0, 6]], [], [["b", 0, 0, 0, 0.9], ["z", 0, 0, 0, 0.9]], ["a", "b"])
    assert (events.nodule_score.tolist(), events.false_score.tolist(), events.scans) == ([-np.inf], [0.9], 2)


def test_no_marks_at_all_is_sensitivity_zero() -> None:
    assert froc.sensitivity_at(NODULES, [], [], SCANS, [1]).tolist() == [0]


def test_arrays_of_numbers_and_frames_give_the_same() -> None:
    number = {scan: i for i, scan in enumerate(SCANS)}
    arrays = [np.array([[number[row[0]], *row[1:]] for row in rows], dtype=float) for rows in (NODULES, HITS + FALSE)]
    frames = [pd.DataFrame(rows) for rows in (NODULES, HITS + FALSE)]
    of_arrays = froc.sensitivity_at(arrays[0], np.empty((0, 5)), arrays[1], list(number.values()), froc.RATES)
    of_frames = froc.sensitivity_at(frames[0], frames[0].iloc[:0], frames[1], pd.DataFrame({"scan": SCANS}), froc.RATES)
    assert of_arrays.tolist() == of_frames.tolist() == [0, 0.5, 0.5, 0.75, 1, 1, 1]


def test_ids_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="none of the 4 annotations lies in the 1 scans"):
        froc.sensitivity_at(NODULES, [], HITS, ["x"], [1])


def test_missing_scores_are_refused() -> None:
    with pytest.raises(ValueError, match="candidates holds 1 missing"):
        froc.sensitivity_at(NODULES, [], [["a", 0, 0, 0, np.nan]], SCANS, [1])


def test_bootstrap_contains_the_estimate_and_has_width() -> None:
    rates, mean = froc.bootstrap(match(NODULES, [], HITS + FALSE, SCANS), replicates=200)
    assert len(rates) == 7
    assert mean.low < mean.value < mean.high
    assert mean.value == pytest.approx(0.678571, abs=1e-6)


@pytest.mark.shared_data
@pytest.mark.skipif(not TABLES.is_dir(), reason="the LUNA16 tables are not here; set FIRSTLIGHT_SHARED_DATA")
def test_published_luna16_submission() -> None:
    names = ("annotations", "annotations_excluded", "deeplung_submission", "series")
    tables = [pd.read_csv(TABLES / f"luna16_{name}.csv") for name in names]
    took = []
    for _ in range(3):
        start = time.process_time()
        sensitivity = froc.sensitivity_at(*tables, froc.RATES)
        took.append(time.process_time() - start)
    assert min(took) < 1
    assert [round(s, 3) for s in sensitivity] == [0.692, 0.769, 0.824, 0.865, 0.893, 0.917, 0.933]
    assert round(sensitivity.mean(), 3) == 0.842

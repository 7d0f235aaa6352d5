"""The policy simulator replays reads exactly, and its intervals hold the truth as often as they say."""

from typing import Any

import numpy as np
import pytest

from core.metrics.interval import Interval
from core.metrics.simulate import Policy, consequences, reads_of, replay

#        person cancer first second decided step
EXAMS = [
    ("a", 1, 1, 1, 1, 10),
    ("a", 0, 0, 0, 0, 1),
    ("b", 1, 0, 1, 1, 9),
    ("c", 0, 1, 0, 0, 3),
    ("d", 0, 0, 0, 0, 10),
    ("e", 1, 0, 0, 0, 2),
]
EXPECTED = {
    "single": ([1, 1, 1, 1, 1, 1], [1, 0, 0, 1, 0, 0]),
    "double": ([2, 2, 3, 3, 2, 2], [1, 0, 1, 0, 0, 0]),
    "triage": ([2, 1, 1, 1, 2, 1], [1, 0, 0, 1, 0, 0]),
    "ai_second": ([1, 1, 1, 2, 2, 1], [1, 0, 0, 0, 0, 0]),
    "rule_out": ([2, 0, 3, 0, 3, 0], [1, 0, 1, 0, 0, 0]),
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_every_policy_equals_the_table_written_by_hand(kind: Any) -> None:
    done = replay(reads_of(*zip(*EXAMS, strict=True)), Policy(kind))
    assert (done.reads.tolist(), done.recalled.astype(int).tolist()) == EXPECTED[kind]


def value(found: Interval | None) -> float:
    assert found is not None
    assert found.low <= found.value <= found.high
    return found.value


def test_rates_are_what_the_counts_say() -> None:
    found = consequences(reads_of(*zip(*EXAMS, strict=True)), Policy("triage"))
    assert (found.exams, found.reads) == (6, 8)
    assert value(found.reads_saved) == pytest.approx(1 - 8 / 14)
    assert value(found.recall) == pytest.approx(2 / 6)
    assert value(found.detection) == pytest.approx(1 / 6)
    assert value(found.sensitivity) == pytest.approx(1 / 3)
    assert value(found.ppv) == pytest.approx(1 / 2)


def test_masai_work_is_saved_as_published() -> None:
    """83,231 reads of double reading against 46,345: the trial's counts as exams whose step decides between one read and two."""
    exams, read_once = 83231 // 2, 83231 - 46345
    step = np.where(np.arange(exams) < read_once, 1, 10)
    none = np.zeros(exams, bool)
    found = consequences(reads_of(np.arange(exams), none, none, none, none, step), Policy("triage"), replicates=0)
    assert value(found.reads_saved) == pytest.approx(0.4432, abs=1e-4)


@pytest.mark.parametrize(
    ("column", "values", "named"), [(5, [0] * 6, "step holds"), (1, [2] * 6, "cancer holds"), (2, [1] * 5, "first has 5")]
)
def test_columns_that_do_not_fit_are_named(column: int, values: list[int], named: str) -> None:
    columns = [list(one) for one in zip(*EXAMS, strict=True)]
    columns[column] = values
    with pytest.raises(ValueError, match=named):
        reads_of(*columns)


def test_a_decision_against_both_readers_is_refused() -> None:
    with pytest.raises(ValueError, match="differs from both readers in 1 exams"):
        reads_of(["a"], [0], [1], [1], [0], [5])


def test_no_cancer_means_no_sensitivity() -> None:
    found = consequences(reads_of(["a", "b"], [0, 0], [0, 0], [0, 0], [0, 0], [1, 1]), Policy("double"), replicates=10)
    assert (found.sensitivity, found.ppv) == (None, None)
    assert value(found.recall) == 0


def test_intervals_hold_the_truth_in_at_least_93_of_100() -> None:
    rng, held = np.random.default_rng(7), 0
    sensitivity_first, trials = 0.7, 200
    for trial in range(trials):
        cancer = np.arange(600) < 200
        first = np.where(cancer, rng.random(600) < sensitivity_first, rng.random(600) < 0.05)
        found = consequences(
            reads_of(np.arange(600), cancer, first, first, first, np.full(600, 5)), Policy("single"), replicates=400, seed=trial
        )
        held += found.sensitivity is not None and found.sensitivity.low <= sensitivity_first <= found.sensitivity.high
    assert held / trials >= 0.93

"""Precision–recall at another prevalence, groups, drift of many quantities, label-free estimates, two versions, net benefit's limits."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import average_precision_score, precision_recall_curve
from statsmodels.stats import proportion as two_groups
from statsmodels.stats.multitest import multipletests

from core.metrics import bench, cusum, drift, label_free, multiplicity, operating_points, precision_recall, roc, subgroups
from core.metrics.decision_curve import decision_curve
from core.metrics.versions import disagreement, versions


def sample(seed: int, n: int, share: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < share
    return truth, np.round(norm.cdf(rng.normal(size=n) + 1.5 * truth - 0.7), 3)


def test_average_precision_and_curve_are_those_of_scikit_learn() -> None:
    truth, score = sample(0, 1000)
    assert precision_recall.average_precision(truth, score) == pytest.approx(average_precision_score(truth, score), abs=1e-12)
    points = precision_recall.curve(truth, score)
    precision, recall, threshold = precision_recall_curve(truth, score)
    assert points.threshold[::-1] == pytest.approx(threshold)
    assert points.precision[::-1] == pytest.approx(precision[:-1])
    assert points.recall[::-1] == pytest.approx(recall[:-1])


def test_re_weighting_gives_what_a_set_of_that_prevalence_gives() -> None:
    """Each negative repeated: the same as weighting the classes to the new prevalence."""
    truth, score = sample(1, 400)
    many = np.concatenate([score[truth], np.repeat(score[~truth], 9)])
    labels = np.arange(len(many)) < truth.sum()
    found = precision_recall.average_precision(truth, score, prevalence=labels.mean())
    assert found == pytest.approx(average_precision_score(labels, many), abs=1e-12)


def test_a_score_without_information_has_the_prevalence_as_precision() -> None:
    assert precision_recall.average_precision([1, 0, 0, 1], [1, 1, 1, 1], prevalence=0.007) == pytest.approx(0.007)
    with pytest.raises(ValueError, match="prevalence is 0"):
        precision_recall.curve([1, 0], [1, 0], prevalence=0)


def test_the_interval_of_average_precision_draws_persons() -> None:
    truth, score = sample(2, 300)
    alone = precision_recall.interval(truth, score, np.arange(300), replicates=200)
    copies = precision_recall.interval(*(np.repeat(each, 4) for each in (truth, score, np.arange(300))), replicates=200)
    assert alone.low < alone.value < alone.high
    assert copies.high - copies.low == pytest.approx(alone.high - alone.low, rel=0.25)


def a_programme(gap: float, seed: int = 3, n: int = 12_000) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Truth, score, vendor and sex; vendor C finds `gap` fewer of its cancers from the threshold 0.5 on."""
    rng = np.random.default_rng(seed)
    vendor, sex = rng.choice(["A", "B", "C", "D"], n), rng.choice(["F", "M"], n)
    truth = rng.random(n) < 0.15
    found = rng.random(n) < np.where(vendor == "C", 0.85 - gap, 0.85)
    called = np.where(truth, found, rng.random(n) < 0.1)
    return truth, np.where(called, 0.5 + rng.random(n) / 2, rng.random(n) / 2), vendor, sex


def test_a_planted_gap_of_15_points_in_one_vendor_is_found_and_no_other() -> None:
    truth, score, vendor, sex = a_programme(0.15)
    found = subgroups.over(truth, score, {"vendor": vendor, "sex": sex}, threshold=0.5)
    assert {(g.name, measure) for g, measure in subgroups.flagged(found["vendor"]) if measure == "sensitivity"} == {("C", "sensitivity")}
    assert not subgroups.flagged(found["sex"])
    gap = next(g for g in found["vendor"] if g.name == "C").gaps["sensitivity"]
    assert gap.difference.low < -0.15 < gap.difference.high
    assert gap.difference.high < 0


def test_without_a_gap_hardly_any_group_is_flagged() -> None:
    flags = [
        subgroups.flagged(parts)
        for seed in range(20)
        for parts in subgroups.over(*a_programme(0.0, seed, 4000)[:2], {"vendor": a_programme(0.0, seed, 4000)[2]}, threshold=0.5).values()
    ]
    assert sum(map(bool, flags)) <= 2


def test_gaps_are_newcombe_s_and_the_score_test_s() -> None:
    truth, score, vendor, _sex = a_programme(0.15, n=2000)
    gap = subgroups.subgroups(truth, score, np.where(vendor == "C", "C", "others"), threshold=0.5)[0].gaps["sensitivity"]
    x, n = int((truth & (vendor == "C") & (score >= 0.5)).sum()), int((truth & (vendor == "C")).sum())
    y, m = int((truth & (vendor != "C") & (score >= 0.5)).sum()), int((truth & (vendor != "C")).sum())
    expected = two_groups.confint_proportions_2indep(x, n, y, m, method="newcomb")
    assert (gap.difference.low, gap.difference.high) == pytest.approx(expected)
    assert gap.p_value == pytest.approx(two_groups.test_proportions_2indep(x, n, y, m, method="score", correction=False).pvalue)


def test_of_two_groups_the_lower_one_is_flagged() -> None:
    truth, score, vendor, _sex = a_programme(0.3)
    found = subgroups.subgroups(truth, score, np.where(vendor == "C", "C", "others"), threshold=0.5)
    assert {g.name for g, measure in subgroups.flagged(found) if measure == "sensitivity"} == {"C"}


def test_groups_add_up_to_the_whole_and_equal_the_parts_counted_alone() -> None:
    truth, score, vendor, _sex = a_programme(0.15, n=3000)
    parts = subgroups.subgroups(truth, score, vendor, threshold=0.5)
    whole = operating_points.at(truth, score, [0.5])[0]
    assert sum(part.n for part in parts) == 3000
    assert sum(part.sensitivity.numerator for part in parts) == whole.true_positives
    assert sum(part.specificity.numerator for part in parts) == whole.true_negatives
    one = parts[2]
    alone = roc.auc(truth[vendor == "C"], score[vendor == "C"])
    assert one.auc is not None
    assert (one.auc.value, one.auc.low, one.auc.high) == pytest.approx((alone.value, alone.low, alone.high))


def test_a_group_of_four_cancers_gets_counts_and_no_area() -> None:
    truth = np.array([1] * 4 + [0] * 20 + [1] * 10 + [0] * 20)
    groups = ["small"] * 24 + ["large"] * 30
    large, small = subgroups.subgroups(truth, np.linspace(0, 1, 54), groups, threshold=0.5)
    assert (small.n, small.auc, small.gaps) == (24, None, {})
    assert large.auc is not None
    assert set(large.gaps) == {"specificity"}
    with pytest.raises(ValueError, match="one group for each case"):
        subgroups.subgroups(truth, np.linspace(0, 1, 54), ["x"], threshold=0.5)


@pytest.mark.parametrize("method", ["holm", "fdr_bh"])
def test_adjusting_gives_what_statsmodels_gives(method: str) -> None:
    p = np.random.default_rng(4).random(40) ** 3
    found = multiplicity.adjusted(dict(enumerate(p)), method)  # type: ignore[arg-type]
    assert list(found.values()) == pytest.approx(multipletests(p, method=method)[1])


def test_adjusting_for_many_looks() -> None:
    assert multiplicity.adjusted({}) == {}
    assert multiplicity.adjusted({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06})
    assert multiplicity.adjusted({"a": 0.01, "b": 0.04, "c": 0.03}, "fdr_bh") == pytest.approx({"a": 0.03, "b": 0.04, "c": 0.04})


def test_a_new_scanner_is_found_and_the_rest_is_steady() -> None:
    rng = np.random.default_rng(6)
    names = {
        "manufacturer": (rng.choice(["A", "B"], 800, p=[0.6, 0.4]), rng.choice(["A", "B", "C"], 300, p=[0.4, 0.2, 0.4])),
        "sex": (rng.choice(["F", "M"], 800), rng.choice(["F", "M"], 300)),
    }
    found = drift.drifts({"age": (rng.normal(60, 6, 800), rng.normal(60, 6, 300))}, names)
    assert {name: one.level for name, one in found.items()} == {"age": "steady", "manufacturer": "act", "sex": "steady"}
    assert found["manufacturer"].labels == ("A", "B", "C")
    assert found["manufacturer"].now.sum() == pytest.approx(1)


def test_small_samples_move_the_index_but_raise_no_alarm() -> None:
    rng = np.random.default_rng(7)
    found = [drift.drifts({"age": (rng.normal(size=60), rng.normal(size=60))}, {})["age"] for _ in range(20)]
    assert max(one.psi for one in found) > drift.WATCH
    assert sum(one.level != "steady" for one in found) <= 1


def test_fewer_than_thirty_values_say_nothing() -> None:
    assert drift.drifts({"age": (np.arange(100), np.arange(29))}, {"sex": (["F"] * 29, ["F"] * 100)}) == {}
    assert drift.drifts({}, {"sex": (["F"] * 30, ["F"] * 30)})["sex"].level == "steady"


def test_the_alarm_says_since_when() -> None:
    rng = np.random.default_rng(8)
    chart = cusum.of_events(np.concatenate((rng.random(500) < 0.1, rng.random(500) < 0.3)), 0.1)
    assert chart.since is not None
    assert 440 <= chart.since <= 560
    assert chart.rising
    steady = cusum.of_events(np.tile([1] + [0] * 9, 30), 0.1)
    assert (steady.alarm, steady.since, steady.rising) == (None, None, False)


def test_without_labels_the_estimate_finds_what_the_labels_say() -> None:
    rng = np.random.default_rng(9)

    def draw(n: int, a: float) -> tuple[np.ndarray, np.ndarray]:
        p = rng.beta(a, 6, n)
        return rng.random(n) < p, p

    truth, score = draw(4000, 1)
    later, recent = draw(4000, 2)
    found = label_free.estimate(truth, score, recent, threshold=0.2, replicates=200)
    point = operating_points.at(later, recent, [0.2])[0]
    assert found.auc.low < roc.auc(later, recent).value < found.auc.high
    assert found.sensitivity.value == pytest.approx(point.sensitivity.value, abs=0.04)
    assert found.specificity.value == pytest.approx(point.specificity.value, abs=0.04)
    assert found.cancers_per_1000.low < 1000 * later.mean() < found.cancers_per_1000.high
    before = operating_points.at(truth, score, [0.2])[0]
    assert found.known[1:3] == pytest.approx((before.sensitivity.value, before.specificity.value), abs=1e-9)


def test_label_free_needs_both_classes_and_scores_as_shares() -> None:
    with pytest.raises(ValueError, match="at least one positive"):
        label_free.estimate([0, 0], [0.1, 0.2], [0.1], threshold=0.5)
    with pytest.raises(ValueError, match="recent has 0 scores"):
        label_free.estimate([0, 1], [0.1, 0.2], [], threshold=0.5)


def test_two_versions_on_the_same_exams_b_25_c_10() -> None:
    """25 exams that only the first gets right and 10 that only the second does: the fixture of McNemar's test."""
    truth = np.array([1] * 60 + [0] * 40)
    first, second = np.full(100, 0.8), np.full(100, 0.8)
    first[60:], second[60:] = 0.2, 0.2
    second[:25], first[25:35] = 0.1, 0.1
    found = versions(truth, first, second, np.arange(100), thresholds=(0.5, 0.5))
    assert (found.calls.only_first, found.calls.only_second) == (25, 10)
    assert found.calls.statistic == pytest.approx(5.6)
    assert (found.cancers.only_first, found.healthy.only_first) == (25, 0)
    assert found.ranking is not None
    assert found.ranking.difference.value == pytest.approx(roc.compare(truth, first, second).difference.value)
    assert (found.first.true_positives, found.second.true_positives) == (50, 35)
    asked = disagreement(first, second, thresholds=(0.5, 0.5))
    assert (asked.only_first, asked.only_second) == (25, 10)


def test_the_same_version_twice_differs_in_nothing() -> None:
    truth, score = sample(10, 200)
    found = versions(truth, score, score, np.arange(200), thresholds=(0.5, 0.5))
    assert found.ranking is None
    assert (found.calls.only_first, found.calls.only_second, found.calls.p_value) == (0, 0, 1)


def test_net_benefit_has_limits_that_a_bootstrap_confirms() -> None:
    truth, score = sample(11, 500)
    found = decision_curve(truth, score, [0.1, 0.3])
    rng = np.random.default_rng(0)
    draws = np.array([decision_curve(truth[pick], score[pick], [0.1, 0.3]).model for pick in rng.integers(0, 500, (400, 500))])
    assert found.low == pytest.approx(np.quantile(draws, 0.025, axis=0), abs=0.01)
    assert found.high == pytest.approx(np.quantile(draws, 0.975, axis=0), abs=0.01)
    copies = decision_curve(np.repeat(truth, 3), np.repeat(score, 3), [0.1, 0.3], np.repeat(np.arange(500), 3))
    assert copies.low == pytest.approx(found.low, abs=1e-9)


def test_the_benchmark_names_what_it_measured_and_beside_what(capsys: pytest.CaptureFixture[str]) -> None:
    bench.main(["--runs", "1", "--scores", "2000", "--replicates", "20"])
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 7
    assert said[0].startswith("AUC with DeLong, 2,000 scores")
    assert "× scikit-learn" in said[0]
    assert "55,677 candidates" in said[4]

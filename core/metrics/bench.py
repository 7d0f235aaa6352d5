"""`python -m core.metrics.bench`: how long the large statistics take (p50 of several runs), and how that stands to scikit-learn."""

import argparse
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from scipy.stats import norm
from sklearn.metrics import average_precision_score, roc_auc_score

from core.metrics import clusters, froc, label_free, precision_recall, roc, subgroups
from core.metrics.labels import Bools, Floats

LIMITS_S = {"auc": 1.0, "bootstrap": 5.0, "froc": 1.0}


def sample(n: int, share: float = 0.01) -> tuple[Bools, Floats]:
    """Truth (n,) and scores (n,) in 0–1 with an area of about 0.86."""
    rng = np.random.default_rng(0)
    truth = rng.random(n) < share
    return truth, norm.cdf(rng.normal(size=n) + 1.5 * truth - 1)


def marks(scans: int = 888, candidates: int = 55_677, nodules: int = 1186) -> tuple[list[Floats], Floats]:
    """As many annotations, excluded findings, candidates and scans as LUNA16's published submission has."""
    rng = np.random.default_rng(0)
    placed = [np.column_stack([rng.integers(0, scans, n), rng.uniform(-150, 150, (n, 3))]) for n in (nodules, 35_192, candidates)]
    placed[2][:nodules] = placed[0] + np.column_stack([np.zeros(nodules), rng.normal(0, 1, (nodules, 3))])
    last = (rng.uniform(4, 20, nodules), np.full(35_192, -1.0), rng.random(candidates))
    tables = [np.column_stack([place, values]) for place, values in zip(placed, last, strict=True)]
    return [*tables, np.arange(scans)], np.asarray(froc.RATES)


def p50(work: Callable[[], object], runs: int) -> float:
    """Median seconds of `runs` runs."""
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return median(took)


def main(arguments: list[str] | None = None) -> int:
    """0 when every limit is kept, 1 when one is missed."""
    parser = argparse.ArgumentParser(prog="python -m core.metrics.bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--scores", type=int, default=1_000_000, help="for the areas")
    parser.add_argument("--replicates", type=int, default=2000, help="of the bootstrap of 20,000 exams")
    given = parser.parse_args(arguments)
    kept = True
    for name, work, beside, limit in works(given.scores, given.replicates):
        ours = p50(work, given.runs)
        theirs = p50(beside, given.runs) if beside else None
        kept &= limit is None or ours <= limit
        told = f"{ours:8.3f} s" + (f" · {ours / theirs:5.2f} × scikit-learn ({theirs:.3f} s)" if theirs else "")
        sys.stdout.write(f"{name:58} {told}{'' if limit is None else f' · limit {limit:g} s'}\n")
    return 0 if kept else 1


def works(scores: int, replicates: int) -> list[tuple[str, Callable[[], object], Callable[[], object] | None, float | None]]:
    """What is measured: name, ours, scikit-learn's of the same answer (without an interval), and the limit in seconds."""
    truth, score = sample(scores)
    few_truth, few = sample(20_000)
    rng = np.random.default_rng(1)
    person, groups = np.arange(20_000), rng.choice(list("ABCDE"), scores)
    (nodules, excluded, found, scans), rates = marks()
    return [
        (f"AUC with DeLong, {scores:,} scores", lambda: roc.auc(truth, score), lambda: roc_auc_score(truth, score), LIMITS_S["auc"]),
        (f"Paired DeLong, {scores:,} scores", lambda: roc.compare(truth, score, score[::-1]), None, None),
        (
            f"Average precision, {scores:,} scores", lambda: precision_recall.average_precision(truth, score),
            lambda: average_precision_score(truth, score), None,
        ),
        (
            f"{replicates} bootstrap replicates of a 20,000-exam AUC",
            lambda: clusters.bootstrap_auc(few_truth, few, person, replicates=replicates),
            lambda: [roc_auc_score(few_truth, few) for _ in range(replicates)], LIMITS_S["bootstrap"],
        ),
        (
            "FROC, 55,677 candidates in 888 scans", lambda: froc.sensitivity_at(nodules, excluded, found, scans, rates), None,
            LIMITS_S["froc"],
        ),
        (f"Five groups with gaps, {scores:,} scores", lambda: subgroups.subgroups(truth, score, groups, threshold=0.5), None, None),
        (f"Label-free estimate, {scores:,} scores", lambda: label_free.estimate(truth, score, score, threshold=0.5), None, None),
    ]  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())

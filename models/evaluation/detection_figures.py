"""The figures of a detector on labelled scans: operating point, FROC, false marks, calibration, groups, and what went wrong where."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics import calibration, froc, proportions
from core.metrics.interval import Interval
from core.metrics.marks import UNKNOWN_DIAMETER_MM, Events, match
from models.evaluation.lung_scan import Mark, Scored
from models.evaluation.nodule_table import UNKNOWN, Place

FEWEST_SCANS = 10
DRAWS = 1000
LISTED = 200
"""So many misses and false marks are listed one by one; the counts always tell how many there are."""
GRID = tuple(float(rate) for rate in np.geomspace(0.0625, 16, 33))
"""False marks per scan at which the curve carries its band."""
SIZES_MM = (("under_6_mm", 0.0, 6.0), ("6_to_8_mm", 6.0, 8.0), ("8_to_15_mm", 8.0, 15.0), ("from_15_mm", 15.0, math.inf))
SLICES_MM = (("up_to_1.25_mm", 0.0, 1.2501), ("1.25_to_2.5_mm", 1.2501, 2.5001), ("over_2.5_mm", 2.5001, math.inf))
TOO_FEW = "Too few scans ({n}): an interval that draws scans again needs at least {least}. The spread over other scans is not known."


@dataclass(frozen=True)
class Judged:
    """One mark and whether it lies in a nodule; None where it lies in an excluded one and counts neither way."""

    mark: Mark
    right: bool | None


def figures(scans: Sequence[Scored], threshold: float) -> dict[str, Any]:
    """Every figure of the scored scans at `threshold` and along the curve."""
    judged = [one for scan in scans for one in judge(scan)]
    best = [(place, _best(place, scan.marks)) for scan in scans for place in scan.places if place.diameter_mm != UNKNOWN]
    called = [one for one in judged if one.mark.score >= threshold]
    false = [one.mark for one in called if one.right is False]
    found = sum(score >= threshold for _place, score in best)
    return {
        "n": len(best),
        "n_nodules": len(best),
        "found": found,
        "excluded_nodules": sum(place.diameter_mm == UNKNOWN for scan in scans for place in scan.places),
        "sensitivity": _share(found, len(best)),
        "false_marks_per_scan": len(false) / len(scans),
        "false_marks": _per_scan(scans, false),
        **_curve(scans, lambda scan: scan.marks),
        "baselines": {"bright_places": _baseline(scans, len(false) / len(scans))},
        "calibration": _calibration([one for one in judged if one.right is not None]),
        "by_diameter": {name: _of_size(best, threshold, low, high) for name, low, high in SIZES_MM},
        "by_slice_distance": {name: part for name, low, high in SLICES_MM if (part := _of_slices(scans, threshold, low, high))},
        "misses": [_miss(place, score, scans) for place, score in best if score < threshold][:LISTED],
        "false_marks_listed": [_false(mark) for mark in sorted(false, key=lambda mark: -mark.score)][:LISTED],
    }


def judge(scan: Scored) -> list[Judged]:
    """Each mark of a scan, right when it lies in a nodule (several may)."""
    return [Judged(mark, _right(mark, scan.places)) for mark in scan.marks]


def _right(mark: Mark, places: Sequence[Place]) -> bool | None:
    hit = [place for place in places if inside(mark, place)]
    if any(place.diameter_mm != UNKNOWN for place in hit):
        return True
    return None if hit else False


def inside(mark: Mark, place: Place) -> bool:
    """Is the mark closer to the nodule's centre than its radius? As `core.metrics.marks` counts."""
    radius = (UNKNOWN_DIAMETER_MM if place.diameter_mm == UNKNOWN else place.diameter_mm) / 2
    return math.dist((mark.x, mark.y, mark.z), (place.x, place.y, place.z)) < radius


def events(scans: Sequence[Scored], marks: Callable[[Scored], Sequence[Mark]]) -> Events | None:
    """What the marks hit in all scans; None when no nodule is there to be hit."""
    known = [place.as_event for scan in scans for place in scan.places if place.diameter_mm != UNKNOWN]
    excluded = [place.as_event for scan in scans for place in scan.places if place.diameter_mm == UNKNOWN]
    names = [scan.scan for scan in scans]
    return match(known, excluded, [mark.as_event for scan in scans for mark in marks(scan)], names) if known else None


def _best(place: Place, marks: Sequence[Mark]) -> float:
    """The highest probability of a mark in the nodule; minus infinity when there is none."""
    return max((mark.score for mark in marks if inside(mark, place)), default=-math.inf)


def _curve(scans: Sequence[Scored], marks: Callable[[Scored], Sequence[Mark]]) -> dict[str, Any]:
    """FROC at LUNA16's rates, the CPM and the curve's points; intervals by drawing scans again, or the reason why there are none."""
    what = events(scans, marks)
    if what is None:
        return {"froc": None, "cpm": None, "froc_reason": "No nodule is in the scored scans, so nothing could be found."}
    line = froc.curve(what)
    told: dict[str, Any] = {
        "froc": {f"at_{rate:g}": float(value) for rate, value in zip(froc.RATES, froc.read_off(line), strict=True)},
        "cpm": froc.cpm(line),
        "curve_ends_at": float(line.false_per_scan[-1]),
    }
    points = froc.read_off(line, GRID)
    if len(scans) < FEWEST_SCANS:
        told["interval_reason"] = TOO_FEW.format(n=len(scans), least=FEWEST_SCANS)
        return told | {"curves": {"froc": [[rate, float(value), None, None] for rate, value in zip(GRID, points, strict=True)]}}
    each, mean = froc.bootstrap(what, replicates=DRAWS)
    band, _mean = froc.bootstrap(what, GRID, replicates=DRAWS)
    told["froc_interval"] = {f"at_{rate:g}": dataclasses.asdict(one) for rate, one in zip(froc.RATES, each, strict=True)}
    told["cpm_interval"] = dataclasses.asdict(mean)
    return told | {"curves": {"froc": [[rate, one.value, one.low, one.high] for rate, one in zip(GRID, band, strict=True)]}}


def _baseline(scans: Sequence[Scored], rate: float) -> dict[str, Any]:
    """What a search without a network finds on the same scans: bright round places, the strongest first."""
    what = events(scans, lambda scan: scan.baseline)
    told: dict[str, Any] = {"what": "bright round places, ranked by their strength; no network"}
    if what is None:
        return told | {"froc": None}
    line = froc.curve(what)
    told["froc"] = {f"at_{one:g}": float(value) for one, value in zip(froc.RATES, froc.read_off(line), strict=True)}
    return told | {"cpm": froc.cpm(line), "at_the_models_false_marks_per_scan": float(froc.read_off(line, [rate])[0])}


def _per_scan(scans: Sequence[Scored], false: Sequence[Mark]) -> dict[str, Any]:
    """How the false marks are shared out among the scans; the mean's interval draws scans again."""
    counts = np.array([sum(mark.scan == scan.scan for mark in false) for scan in scans], dtype=np.float64)
    told: dict[str, Any] = {
        "n": len(scans),
        "count": len(false),
        "median": float(np.median(counts)),
        "quartiles": [float(value) for value in np.quantile(counts, [0.25, 0.75])],
        "most": int(counts.max()),
        "scans_without": int((counts == 0).sum()),
    }
    if len(scans) < FEWEST_SCANS:
        return told
    return told | {"per_scan": dataclasses.asdict(_drawn(counts))}


def _drawn(counts: NDArray[np.float64]) -> Interval:
    """Mean with the 95 % percentile interval of drawing scans with replacement."""
    rng = np.random.default_rng(0)
    means = counts[rng.integers(0, len(counts), (DRAWS, len(counts)))].mean(1)
    low, high = np.quantile(means, [0.025, 0.975])
    mean = float(counts.mean())
    return Interval(mean, min(mean, float(low)), max(mean, float(high)))


def _calibration(judged: Sequence[Judged]) -> dict[str, Any]:
    """Does a mark with probability 0.7 lie in a nodule seven times of ten? Over all marks that are kept, below the operating point too."""
    truth, score = np.array([one.right for one in judged], dtype=bool), np.array([one.mark.score for one in judged])
    if not len(judged) or truth.all() or not truth.any():
        return {"n": len(judged), "reason": "All marks are right or all are false, so their probability cannot be judged."}
    bins = [_bin(row) for row in calibration.reliability(truth, score) if row.n]
    told: dict[str, Any] = {"n": len(judged), "right": int(truth.sum()), "brier": calibration.brier(truth, score)}
    told |= {"ece_10_bins": calibration.ece(truth, score), "bins": bins}
    try:
        line = calibration.slope_intercept(truth, score)
    except ValueError as reason:
        return told | {"slope_reason": str(reason)}
    return told | {"slope": dataclasses.asdict(line.slope), "intercept": dataclasses.asdict(line.intercept)}


def _bin(row: calibration.Bin) -> dict[str, Any]:
    return {"low": row.low, "high": row.high, "n": row.n, "predicted": row.mean_probability, "observed": row.observed.value}


def _of_size(best: Sequence[tuple[Place, float]], threshold: float, low: float, high: float) -> dict[str, Any]:
    part = [score for place, score in best if low <= place.diameter_mm < high]
    found = sum(score >= threshold for score in part)
    return {"n": len(part), "found": found, "sensitivity": _share(found, len(part))}


def _of_slices(scans: Sequence[Scored], threshold: float, low: float, high: float) -> dict[str, Any] | None:
    part = [scan for scan in scans if low <= scan.spacing_mm < high]
    if not part:
        return None
    best = [_best(place, scan.marks) for scan in part for place in scan.places if place.diameter_mm != UNKNOWN]
    false = sum(one.right is False and one.mark.score >= threshold for scan in part for one in judge(scan))
    found = sum(score >= threshold for score in best)
    share = _share(found, len(best))
    return {"n": len(best), "scans": len(part), "found": found, "sensitivity": share, "false_marks_per_scan": false / len(part)}


def _share(part: int, whole: int) -> dict[str, float] | None:
    return dataclasses.asdict(proportions.wilson(part, whole)) if whole else None


def _miss(place: Place, score: float, scans: Sequence[Scored]) -> dict[str, Any]:
    """`best_probability` is that of the best mark in it below the operating point, None where the model saw nothing."""
    spacing = next(scan.spacing_mm for scan in scans if scan.scan == place.scan)
    seen = None if math.isinf(score) else round(score, 4)
    return {
        "scan": place.scan, "x": place.x, "y": place.y, "z": place.z, "diameter_mm": place.diameter_mm,
        "best_probability": seen, "slice_distance_mm": spacing,
    }  # fmt: skip


def _false(mark: Mark) -> dict[str, Any]:
    place = {"scan": mark.scan, "x": round(mark.x, 1), "y": round(mark.y, 1), "z": round(mark.z, 1)}
    return place | {"diameter_mm": mark.diameter_mm, "probability": round(mark.score, 4)}

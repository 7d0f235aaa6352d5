"""Figures of a detector on labelled crops, at thresholds that come from false marks on whole scans."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics import proportions
from core.metrics.interval import Interval
from models.evaluation.detection_figures import SIZES_MM

RATES = (0.5, 1.0, 2.0, 4.0)
DRAWS = 1000
WHAT = "a mark within the radius of a nodule set in quiet lung, at the threshold with so many false marks per scan searched by one network"


@dataclass(frozen=True)
class CropRead:
    """One crop: per network that may answer the best probability of a mark in the nodule, 0 where there is none."""

    crop: str
    patient: str
    diameter_mm: float
    best: tuple[float, ...]


@dataclass(frozen=True)
class ScanRead:
    """One scan searched by one network: the probabilities of its false marks."""

    scan: str
    fold: int
    false: tuple[float, ...]


def report(reads: Sequence[CropRead], searched: Sequence[ScanRead]) -> dict[str, Any]:
    """All figures of the crops at the thresholds that the scans give."""
    points = {f"{rate:g}": _at(reads, threshold_at(searched, rate)) for rate in RATES}
    scans = {read.scan for read in searched}
    one = points["1"]["threshold"]
    return {
        "task": "lung-crop-detection",
        "n": len(reads),
        "n_crops": len(reads),
        "patients": len({read.patient for read in reads}),
        "n_scans": len(scans),
        "scan_equivalents": len(searched),
        "what": WHAT,
        "at": points,
        "by_diameter": {name: _at(part, one) for name, low, high in SIZES_MM if (part := _sized(reads, low, high))},
        "misses": [_miss(read) for read in reads if not any(_finds(read, one))],
        "false_marks_per_scan": [
            {"scan": read.scan, "fold": read.fold, "false_marks": sum(p >= one for p in read.false)} for read in searched
        ],
        "warnings": [f"The threshold comes from {len(scans)} scans only; how it lies on others is not known."] if len(scans) < 10 else [],
    }


def threshold_at(searched: Sequence[ScanRead], rate: float) -> float:
    """The lowest threshold with at most `rate` false marks per scan-equivalent; 0 when there are never more."""
    false = sorted((probability for read in searched for probability in read.false), reverse=True)
    allowed = math.floor(rate * len(searched) + 1e-9)
    return float(np.nextafter(false[allowed], 2)) if len(false) > allowed else 0.0


def _at(reads: Sequence[CropRead], threshold: float) -> dict[str, Any]:
    """Share of nodules found, with its interval by drawing patients again."""
    found = np.array([np.mean(_finds(read, threshold)) for read in reads])
    people = {patient: n for n, patient in enumerate(dict.fromkeys(read.patient for read in reads))}
    who = np.array([people[read.patient] for read in reads])
    told = {"threshold": threshold, "n": len(reads), "found": round(float(found.sum()), 2)}
    return told | {"sensitivity": asdict(_by_patient(found, who, len(people)))}


def _finds(read: CropRead, threshold: float) -> list[bool]:
    """For each network whether it finds the nodule; 0 stands for no mark at all and never does."""
    return [p > 0 and p >= threshold for p in read.best]


def _by_patient(found: NDArray[np.float64], who: NDArray[np.int_], people: int) -> Interval:
    """95 % percentile interval of drawing patients with replacement; Wilson's where all or none are found."""
    value = float(found.mean())
    if value in (0.0, 1.0):
        return proportions.wilson(value * len(found), len(found))
    rng = np.random.default_rng(0)
    sums, sizes = np.bincount(who, found, people), np.bincount(who, minlength=people)
    drawn = rng.integers(0, people, (DRAWS, people))
    low, high = np.quantile(sums[drawn].sum(1) / sizes[drawn].sum(1), [0.025, 0.975])
    return Interval(value, min(value, float(low)), max(value, float(high)))


def _sized(reads: Sequence[CropRead], low: float, high: float) -> list[CropRead]:
    return [read for read in reads if low <= read.diameter_mm < high]


def _miss(read: CropRead) -> dict[str, Any]:
    best = max(read.best)
    return {"file": read.crop, "diameter_mm": round(read.diameter_mm, 1), "best_probability": round(best, 4) if best > 0 else None}

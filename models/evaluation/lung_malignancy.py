"""How well the lung model tells nodules that radiologists call malignant, on a folder laid out like `lidc_nodules`.

The model gets the image and the nodule's place, nothing else: it draws its own mask and measures by itself. A patient it was trained on is
scored by the one fold network that never saw them, anybody else by all of them. Beside it, on the same nodules: the diameter alone.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics import agreement, calibration, proportions, roc
from models import cards, compute
from models.evaluation import lung_curves, lung_nodules
from models.evaluation.lung_nodules import Reading
from models.lung import crops, ensemble, known
from models.lung_ct import CARD
from models.refusal import NoResult

SMALL_MM = 10.0
Floats = NDArray[np.float64]


def evaluate(folder: Path) -> dict[str, Any]:
    """The report as JSON takes it. Raises NoResult when the folder is not laid out as expected or holds one class only."""
    card = cards.load(CARD)
    labelled, trained_on = crops.read(folder), known.patients()
    networks = ensemble.load(card, compute.choose())
    readings = lung_nodules.read(labelled, networks, trained_on)
    return report(readings) | {"model": card.identity, "weights_sha256": card.sha256, "device": networks.compute.name}


def report(readings: list[Reading]) -> dict[str, Any]:
    """All figures of `readings`."""
    truth = np.array([reading.crop.malignant for reading in readings])
    diameter = np.array([reading.crop.diameter_mm for reading in readings])
    score = np.array([reading.found.malignancy if reading.found else 0.0 for reading in readings])
    small = diameter < SMALL_MM
    own = sum(reading.known for reading in readings)
    return {
        "task": "lung-malignancy",
        "n": len(readings),
        "patients": len({reading.crop.patient for reading in readings}),
        "malignant": int(truth.sum()),
        "truth": "radiologists' consensus, not pathology",
        "scored_by": {"own_fold": own, "all_networks": len(readings) - own},
        **_against_diameter(truth, score, diameter),
        "under_10_mm": {
            "n": int(small.sum()),
            "malignant": int(truth[small].sum()),
            **_against_diameter(truth[small], score[small], diameter[small]),
        },
        "calibration": _calibration(truth, score),
        "segmentation": _segmentation(readings),
        "curves": lung_curves.curves(readings),
        "not_measured": [reading.crop.file for reading in readings if not reading.found],
        "misses": _misses(readings, truth, score),
    }


def _against_diameter(truth: NDArray[np.bool_], score: Floats, diameter: Floats) -> dict[str, Any]:
    """AUC of the model and of the diameter alone, with DeLong intervals and the paired test."""
    if truth.all() or not truth.any():
        if len(truth) > 50:
            raise NoResult("All nodules have the same diagnosis; an AUC needs both. Whoever prepared the folder has to add cases.")
        return {"auc": None, "baselines": {"diameter": {"auc": None}}}
    paired = roc.compare(truth, diameter, score)
    return {
        "auc": dataclasses.asdict(roc.auc(truth, score)),
        "baselines": {"diameter": {"auc": dataclasses.asdict(roc.auc(truth, diameter))}},
        "above_diameter": dataclasses.asdict(paired.difference) | {"p_value": paired.p_value},
    }


def _calibration(truth: NDArray[np.bool_], score: Floats) -> dict[str, Any]:
    bins = [
        {"low": row.low, "high": row.high, "n": row.n, "predicted": row.mean_probability, "observed": row.observed.value}
        for row in calibration.reliability(truth, score)
    ]
    figures: dict[str, Any] = {"brier": calibration.brier(truth, score), "ece_10_bins": calibration.ece(truth, score), "bins": bins}
    try:
        line = calibration.slope_intercept(truth, score)
    except ValueError:
        return figures
    return figures | {"slope": dataclasses.asdict(line.slope), "intercept": dataclasses.asdict(line.intercept)}


def _segmentation(readings: list[Reading]) -> dict[str, Any]:
    """Agreement with the readers' masks: Dice, and volume and diameter as ratios (Bland–Altman on the logarithm)."""
    found = [reading for reading in readings if reading.found]
    dice = np.array([reading.dice for reading in readings])
    figures: dict[str, Any] = {"measured": _share(len(found), len(readings)), "dice_median": float(np.median(dice))}
    figures["dice_quartiles"] = [float(value) for value in np.quantile(dice, [0.25, 0.75])]
    for name, least in (("all", 0.0), ("from_6_mm", 6.0)):
        part = [reading for reading in found if reading.crop.diameter_mm >= least]
        if len(part) > 2:
            figures[name] = _ratios(part) | {"n": len(part)}
    return figures


def _ratios(part: list[Reading]) -> dict[str, Any]:
    """Model over readers: median ratio, and the 95 % limits of agreement as ratios."""
    pairs = [(reading.found.measurements, reading.crop.measurements) for reading in part if reading.found]
    figures: dict[str, Any] = {}
    for name in ("volume_mm3", "mean_diameter_mm"):
        ours, theirs = (np.log([getattr(pair[n], name) for pair in pairs]) for n in (0, 1))
        limits = agreement.limits(theirs, ours)
        figures[name] = {
            "geometric_mean_ratio": float(np.exp(limits.bias.value)),
            "lower_ratio": float(np.exp(limits.lower)),
            "upper_ratio": float(np.exp(limits.upper)),
        }
    return figures


def _share(part: int, whole: int) -> dict[str, float]:
    interval = proportions.wilson(part, whole)
    return {"value": part / whole, "low": interval.low, "high": interval.high}


def _misses(readings: list[Reading], truth: NDArray[np.bool_], score: Floats) -> list[dict[str, Any]]:
    """The 20 nodules the score is most wrong about."""
    worst = np.argsort(-np.abs(truth - score))[:20]
    return [
        {
            "file": readings[n].crop.file,
            "malignant": bool(truth[n]),
            "score": round(float(score[n]), 3),
            "diameter_mm": round(readings[n].crop.diameter_mm, 1),
        }
        for n in worst
    ]

"""A report as `python -m models.evaluate` writes it, with what matters to a test spelled out."""

import json
from typing import Any

WEIGHTS = "ab" * 32
LABELS = "cd" * 32


def interval(value: float, half: float = 0.05) -> dict[str, float]:
    return {"value": value, "low": max(0.0, value - half), "high": min(1.0, value + half)}


def a_malignancy_report(**changed: Any) -> dict[str, Any]:
    """853 nodules, AUC 0.9 against 0.85 of the diameter; `changed` replaces whole entries."""
    steps = [k / 10 for k in range(11)]
    return {
        "schema": "firstlight-evaluation/1",
        "task": "lung-malignancy",
        "model": "lung-ct.1",
        "weights_sha256": WEIGHTS,
        "device": "CPU, 2 threads, f32",
        "made_at": "2026-11-20T10:00:00+00:00",
        "data": {"cases": 853, "labels": "labels.csv", "labels_sha256": LABELS},
        "n": 853,
        "patients": 467,
        "malignant": 303,
        "truth": "radiologists' consensus, not pathology",
        "auc": interval(0.9, 0.02),
        "baselines": {"diameter": {"auc": interval(0.85, 0.03)}},
        "above_diameter": {"value": 0.05, "low": 0.01, "high": 0.09, "p_value": 0.01},
        "under_10_mm": {"n": 622, "malignant": 99, "auc": interval(0.82, 0.04), "baselines": {"diameter": {"auc": interval(0.8, 0.04)}}},
        "calibration": {
            "brier": 0.11,
            "ece_10_bins": 0.03,
            "bins": [
                {"low": k / 10, "high": (k + 1) / 10, "n": 80, "predicted": k / 10 + 0.05, "observed": k / 10 + 0.06} for k in range(9)
            ],
            "slope": {"value": 0.93, "low": 0.81, "high": 1.05},
        },
        "segmentation": {
            "dice_median": 0.84,
            "from_6_mm": {"n": 524, "volume_mm3": {"geometric_mean_ratio": 0.98, "lower_ratio": 0.7, "upper_ratio": 1.35}},
        },
        "misses": [{"file": "<b>n7</b>", "malignant": True, "score": 0.11, "diameter_mm": 7.4}],
        "curves": {
            "roc": [[x, x**0.3, max(0, x**0.3 - 0.04), min(1, x**0.3 + 0.04)] for x in steps],
            "roc_diameter": [[x, x**0.4, max(0, x**0.4 - 0.04), min(1, x**0.4 + 0.04)] for x in steps],
            "bland_altman": [[100.0 * (1 + k), 97.0 * (1 + k) * (1 + 0.2 * (-1) ** k)] for k in range(40)],
        },
        "warnings": [],
    } | changed


def a_detection_report(**changed: Any) -> dict[str, Any]:
    """40 scans with 50 nodules, 47 found at 1.2 false marks per scan."""
    rates = (0.125, 0.25, 0.5, 1, 2, 4, 8)
    return {
        **{key: value for key, value in a_malignancy_report().items() if key in ("schema", "model", "weights_sha256", "device", "made_at")},
        "task": "lung-detection",
        "data": {"cases": 40, "labels": "nodules.csv", "labels_sha256": LABELS},
        "n": 50,
        "n_scans": 40,
        "not_scored": 1,
        "n_nodules": 50,
        "found": 47,
        "threshold": 0.5,
        "sensitivity": interval(0.94, 0.06),
        "false_marks_per_scan": 1.2,
        "false_marks": {
            "n": 40,
            "count": 48,
            "median": 1,
            "most": 6,
            "scans_without": 11,
            "per_scan": {"value": 1.2, "low": 0.8, "high": 1.7},
        },
        "froc": {f"at_{rate:g}": min(0.97, 0.8 + 0.05 * k) for k, rate in enumerate(rates)},
        "cpm": 0.91,
        "baselines": {"bright_places": {"what": "bright round places", "cpm": 0.31, "froc": {"at_1": 0.2}}},
        "calibration": {
            "n": 120,
            "brier": 0.1,
            "ece_10_bins": 0.06,
            "bins": [{"low": 0.5, "high": 0.6, "n": 12, "predicted": 0.55, "observed": 0.5}],
        },
        "by_diameter": {
            "under_6_mm": {"n": 12, "found": 10, "sensitivity": interval(0.83, 0.2)},
            "from_15_mm": {"n": 0, "found": 0, "sensitivity": None},
        },
        "misses": [
            {"scan": "s7", "x": -41.5, "y": 12.0, "z": -88.0, "diameter_mm": 5.2, "best_probability": None, "slice_distance_mm": 1.25}
        ],
        "false_marks_listed": [{"scan": "s1", "x": 1.0, "y": 2.0, "z": 3.0, "diameter_mm": 6.1, "probability": 0.93}],
        "curves": {"froc": [[rate, min(0.97, 0.8 + 0.05 * k), 0.7, 0.99] for k, rate in enumerate(rates)]},
        "warnings": ["Scans that could not be scored: 1 of 41; see scans."],
    } | changed


def as_file(report: dict[str, Any]) -> bytes:
    return json.dumps(report).encode()

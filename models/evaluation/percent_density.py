"""How the percent density agrees with the readers' classes: rank correlation by woman, and what each class holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from models.evaluation.rank_correlation import spearman

FEWEST = 10  # women with a label and a percentage


def agreement(women: Sequence[str], labels: Sequence[str | None], percents: Sequence[float | None]) -> dict[str, Any] | None:
    """Of one entry a view: Spearman with 95 % interval, and n, median and quartiles of each class; None with fewer than FEWEST women.

    Classes are ordered by their letters (A to D). A woman's percentage is the mean of her views; views without one are left out.
    """
    views: dict[str, list[float]] = {}
    readers: dict[str, str] = {}
    for woman, label, percent in zip(women, labels, percents, strict=True):
        if label is not None and percent is not None:
            views.setdefault(woman, []).append(percent)
            readers[woman] = label
    if len(readers) < FEWEST:
        return None
    classes = sorted(set(readers.values()))
    mean = np.array([np.mean(views[woman]) for woman in readers])
    places = np.array([classes.index(name) for name in readers.values()])
    correlation = spearman(mean, places.astype(np.float64))
    return {
        "n": len(readers),
        "spearman": None if correlation is None else asdict(correlation),
        "classes": {name: _class(mean[places == number]) for number, name in enumerate(classes)},
    }


def _class(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> dict[str, Any]:
    low, middle, high = (float(part) for part in np.percentile(values, [25, 50, 75]))
    return {"n": len(values), "median": middle, "quartiles": [low, high]}

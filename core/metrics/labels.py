"""What every statistic on scored cases checks first: one 0/1 truth and one finite score per case."""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]


def scored(truth: ArrayLike, score: ArrayLike) -> tuple[Bools, Floats]:
    """truth (n,) as bool, score (n,) as float64; ValueError unless lengths agree, truth is 0/1 and every score is finite."""
    raw, values = np.asarray(truth), np.asarray(score, dtype=np.float64)
    if raw.ndim != 1 or raw.shape != values.shape:
        raise ValueError(f"truth has shape {raw.shape} and score {values.shape}; expected two flat arrays of equal length")
    if not ((raw == 0) | (raw == 1)).all():
        raise ValueError(f"truth holds {np.unique(raw)[:5].tolist()}; expected only 0 (negative) and 1 (positive)")
    if not np.isfinite(values).all():
        raise ValueError(f"score holds {int((~np.isfinite(values)).sum())} missing or infinite values; expected finite numbers")
    return raw.astype(bool), values


def both_classes(truth: ArrayLike, score: ArrayLike) -> tuple[Bools, Floats]:
    """As `scored`, and ValueError unless there is at least one positive and one negative."""
    positive, values = scored(truth, score)
    if positive.all() or not positive.any():
        counts = f"{int(positive.sum())} positive of {positive.size} cases"
        raise ValueError(f"truth holds {counts}; expected at least one positive and one negative")
    return positive, values


def probabilities(truth: ArrayLike, probability: ArrayLike) -> tuple[Bools, Floats]:
    """As `scored`, and ValueError unless there is a case and every probability lies in 0–1."""
    positive, values = scored(truth, probability)
    if not values.size:
        raise ValueError("there are 0 cases; expected at least one")
    if values.min() < 0 or values.max() > 1:
        raise ValueError(f"probabilities run from {values.min():g} to {values.max():g}; expected 0 to 1")
    return positive, values

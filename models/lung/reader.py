"""Reads a nodule as radiologists rated others that look like it: kernel regression on what a frozen chest-CT backbone sees, and on size.

Few nodules are labelled, so a network trained to the end learns them by heart; similarity to all of them does not. Gaussian kernel ridge
regression (Rasmussen & Williams 2006, section 2.2: the mean of a Gaussian process) of the readers' mean rating of malignancy and consensus.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.float64]
KEPT = 64
"""Principal components that are compared."""
SIZE_WEIGHT = 8.0
"""How much a measurement counts beside one of the backbone's features."""
WIDTH, RIDGE = 0.3, 0.3
NAMES = ("mean", "scale", "axes", "support", "weight", "level")


@dataclass(frozen=True)
class Reader:
    """`mean`, `scale` (D,) level the D features, `axes` (KEPT, D) their main directions, `support` (N, KEPT) the nodules known, `weight`
    (N,) of each, `level` (1,) the mean rating."""

    mean: Floats
    scale: Floats
    axes: Floats
    support: Floats
    weight: Floats
    level: Floats

    @classmethod
    def fitted(cls, seen: Floats, statistics: Floats, rating: Floats) -> Reader:
        """From features (N, 768), measurements (N, 6) and mean ratings of malignancy (N,), 1 to 5."""
        rows = np.concatenate([seen, statistics], 1)
        mean, scale = rows.mean(0), rows.std(0) + 1e-6
        scale[-statistics.shape[1] :] /= SIZE_WEIGHT
        level = rating.mean()
        levelled = (rows - mean) / scale
        _, _, directions = np.linalg.svd(levelled, full_matrices=False)
        axes = _stored(directions[:KEPT])
        support = _stored(levelled @ axes.T)
        weight = np.linalg.solve(_alike(support, support, rows.shape[1]) + RIDGE * np.eye(len(rows)), rating - level)
        return cls(_stored(mean), _stored(scale), axes, support, weight, np.array([level]))

    def rating(self, seen: Floats, statistics: Floats) -> Floats:
        """The rating (n,) that readers would give, about 1 to 5."""
        rows = (np.concatenate([seen, statistics], 1) - self.mean) / self.scale
        return np.asarray(_alike(rows @ self.axes.T, self.support, len(self.mean)) @ self.weight + self.level[0])

    def tensors(self) -> dict[str, Tensor]:
        """As they are stored: what is large in half precision."""
        small = {"axes", "support"}
        return {
            name: torch.from_numpy(np.ascontiguousarray(getattr(self, name), np.float16 if name in small else np.float32)) for name in NAMES
        }

    @classmethod
    def of(cls, tensors: dict[str, Tensor]) -> Reader:
        """From the stored tensors."""
        return cls(*(tensors[name].double().numpy() for name in NAMES))


def _stored(values: Floats) -> Floats:
    """As the values come back from half precision, so that what is fitted is what is used."""
    return values.astype(np.float32).astype(np.float64) if values.ndim == 1 else values.astype(np.float16).astype(np.float64)


def _alike(rows: Floats, others: Floats, features: int) -> Floats:
    """(n, N): 1 for the same, 0 for the quite different."""
    squared = (rows**2).sum(1)[:, None] + (others**2).sum(1)[None] - 2 * rows @ others.T
    return np.asarray(np.exp(-WIDTH / features * np.maximum(squared, 0)))

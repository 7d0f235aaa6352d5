"""From the networks' logits to probabilities that mean something: three small logistic regressions, each fitted across folds.

Row k of each was fitted without the patients of fold k, the last row on everybody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """`mark` (F + 1, 3): intercept, detection and appraisal logit → nodule; `blend` (F + 1, 1 + 1 + 8 + 6): intercept, suspicion, ratings,
    measurements → malignant; `diameter` (F + 1, 2): intercept and log of the mean diameter → malignant, by the diameter alone."""

    mark: Floats
    blend: Floats
    diameter: Floats

    @classmethod
    def of(cls, tensors: dict[str, Tensor]) -> Calibration:
        """From the stored tensors of the same names."""
        return cls(*(tensors[name].double().numpy() for name in ("mark", "blend", "diameter")))

    def tensors(self) -> dict[str, Tensor]:
        """As they are stored."""
        return {name: torch.from_numpy(getattr(self, name)) for name in ("mark", "blend", "diameter")}

    def without(self, fold: int) -> Calibration:
        """Only what was fitted without the patients of `fold`."""
        return Calibration(self.mark[[fold]], self.blend[[fold]], self.diameter[[fold]])

    def nodule(self, detection: Floats, appraisal: Floats) -> Floats:
        """Probability (N,) that a mark is a nodule, from both networks' logits."""
        return logistic(np.stack([detection, appraisal], -1), self.mark[-1])

    def malignant(self, told: Floats, statistics: NDArray[np.float32]) -> Floats:
        """Probability (N,) of malignancy as readers' consensus gives it, from `Panel.judge` (N, 9) and the measurements (N, 6)."""
        return logistic(np.concatenate([told, statistics], 1), self.blend[-1])

    def by_diameter(self, mean_diameter_mm: Floats) -> Floats:
        """What the diameter alone would say (N,)."""
        return logistic(np.log(np.maximum(mean_diameter_mm, 1.0))[:, None], self.diameter[-1])


def logistic(design: Floats, row: Floats) -> Floats:
    """Probabilities (n,) of design (n, k) by intercept and weights (1 + k,)."""
    return np.asarray(1 / (1 + np.exp(-(row[0] + design @ row[1:]))))

"""What the appraisal network is trained towards: the readers' mask, their consensus and their ratings."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

WEIGHTS = (1.5, 0.5, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3)
"""Of the ratings, in the order of networks.appraisal.RATINGS."""


def parts(nodule: Tensor, mask: Tensor, readers_mask: Tensor, told: Tensor, wanted: Tensor) -> dict[str, Tensor]:
    """The weighted losses; the first B of `nodule` are nodules, the rest are not. `wanted` (B, 1 + 8) in [0, 1], NaN where not rated."""
    is_nodule = torch.zeros_like(nodule)
    is_nodule[: len(mask)] = 1
    rated = ~torch.isnan(wanted[:, 1:])
    each = cross_entropy(told[:, 1:], torch.nan_to_num(wanted[:, 1:]), reduction="none")
    weight = torch.tensor(WEIGHTS, device=told.device) * rated
    return {
        "nodule": cross_entropy(nodule, is_nodule) * 1.5,
        "mask": 1 - dice(torch.sigmoid(mask), readers_mask).mean() + 4 * cross_entropy(mask, readers_mask),
        "malignancy": cross_entropy(told[:, 0], wanted[:, 0] * 0.94 + 0.03) * 2,
        "ratings": (each * weight).sum() / weight.sum().clamp(min=1),
    }


def dice(probability: Tensor, truth: Tensor) -> Tensor:
    """Soft Dice (B,) of (B, 1, Z, Y, X)."""
    both = (probability * truth).sum((1, 2, 3, 4))
    return (2 * both + 1) / (probability.sum((1, 2, 3, 4)) + truth.sum((1, 2, 3, 4)) + 1)


def auc(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    """Area under the ROC curve by ranks; 0.5 where there is only one class."""
    positive = int(truth.sum())
    if positive in (0, len(truth)):
        return 0.5
    return float((rankdata(score)[truth].sum() - positive * (positive + 1) / 2) / (positive * (len(truth) - positive)))

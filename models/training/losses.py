"""What the nodule network is trained towards: the readers' mask, their consensus and their ratings."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from models.lung.crops import Crop


def targets(chosen: list[Crop]) -> Tensor:
    """(B, 5) in [0, 1]: malignant by consensus; rating 1-5, spiculation, texture, lobulation scaled to 0…1 (NaN where not rated)."""
    names = ("Malignancy", "Spiculation", "Texture", "Lobulation")
    rows = [[float(crop.malignant), *((crop.ratings.get(name, np.nan) - 1) / 4 for name in names)] for crop in chosen]
    return torch.tensor(rows, dtype=torch.float32)


def parts(nodule: Tensor, mask: Tensor, readers_mask: Tensor, told: Tensor, wanted: Tensor) -> dict[str, Tensor]:
    """The weighted losses; the first B of `nodule` are nodules, the rest are not."""
    is_nodule = torch.zeros_like(nodule)
    is_nodule[: len(mask)] = 1
    rated = ~torch.isnan(wanted[:, 1:])
    return {
        "nodule": cross_entropy(nodule, is_nodule) * 2,
        "mask": 1 - dice(torch.sigmoid(mask), readers_mask).mean() + 5 * cross_entropy(mask, readers_mask),
        "malignancy": cross_entropy(told[:, 0], wanted[:, 0] * 0.94 + 0.03),
        "ratings": cross_entropy(told[:, 1:][rated], wanted[:, 1:][rated]),
    }


def dice(probability: Tensor, truth: Tensor) -> Tensor:
    """Soft Dice (B,) of (B, 1, Z, Y, X)."""
    both = (probability * truth).sum((1, 2, 3, 4))
    return (2 * both + 1) / (probability.sum((1, 2, 3, 4)) + truth.sum((1, 2, 3, 4)) + 1)

"""What the detection network is trained towards: a heat map over its cells, offsets and diameters, by a focal loss without anchors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.lung.sampling import DETECTION, offsets
from models.networks.detection import STRIDE

CELLS = DETECTION.size // STRIDE
CELL_MM = DETECTION.spacing_mm * STRIDE
PEAK = 0.7


@dataclass(frozen=True)
class Target:
    """`heat` (C, C, C) in [0, 1], 1 at the centre; `offset` (3, C, C, C) in cells; `log_diameter` of mm; `counts` (C, C, C)."""

    heat: NDArray[np.float32]
    offset: NDArray[np.float32]
    log_diameter: float
    counts: NDArray[np.bool_]


def target(place_mm: NDArray[np.float64] | None, diameter_mm: float, ignored: NDArray[np.bool_] | None = None) -> Target:
    """For a nodule at `place_mm` (z, y, x from the window's middle), or for none."""
    counts = np.ones((CELLS,) * 3, bool) if ignored is None else ~ignored
    if place_mm is None:
        return Target(np.zeros((CELLS,) * 3, np.float32), np.zeros((3, *(CELLS,) * 3), np.float32), 0.0, counts)
    away = place_mm - _middles()  # (C, C, C, 3)
    sigma = max(2.5, 0.2 * diameter_mm)
    distance = (away**2).sum(-1)
    heat = np.exp(-(distance - distance.min()) / (2 * sigma**2))
    return Target(heat.astype(np.float32), (away / CELL_MM).transpose(3, 0, 1, 2).astype(np.float32), float(np.log(diameter_mm)), counts)


def loss(told: Tensor, wanted: list[Target]) -> dict[str, Tensor]:
    """Focal loss of the heat map (CenterNet, Zhou 2019), L1 of offset and log diameter near the centre. `told` (B, 5, C, C, C)."""
    device = told.device
    heat = torch.from_numpy(np.stack([one.heat for one in wanted])).to(device)
    counts = torch.from_numpy(np.stack([one.counts for one in wanted])).to(device)
    logit = told[:, 0]
    probability = torch.sigmoid(logit).clamp(1e-5, 1 - 1e-5)
    peak = heat > PEAK
    at_peak = -((1 - probability) ** 2) * torch.log(probability) * heat * peak
    elsewhere = -((1 - heat) ** 4) * probability**2 * torch.log(1 - probability) * ~peak
    nodules = peak.sum().clamp(min=1)
    each = (at_peak + elsewhere) * counts
    offset = torch.from_numpy(np.stack([one.offset for one in wanted])).to(device)
    size = torch.tensor([one.log_diameter for one in wanted], device=device)[:, None, None, None]
    moved = (torch.nn.functional.smooth_l1_loss(told[:, 1:4], offset, reduction="none").sum(1) * peak).sum() / nodules
    sized = (torch.nn.functional.smooth_l1_loss(told[:, 4], size.expand_as(logit), reduction="none") * peak).sum() / nodules
    return {"heat": each.sum() / max(len(wanted), 1), "offset": moved, "diameter": sized}


def _middles() -> NDArray[np.float64]:
    """(C, C, C, 3): middle of each cell in mm from the window's middle."""
    whole = offsets(DETECTION).reshape(*(DETECTION.size,) * 3, 3)
    return np.asarray(whole.reshape(CELLS, STRIDE, CELLS, STRIDE, CELLS, STRIDE, 3).mean((1, 3, 5)))

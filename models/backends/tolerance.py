"""How far the answers of two backends may be apart, and how that is measured."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

Tensors = tuple[Tensor, ...]


class Apart(NamedTuple):
    """Largest absolute difference of what is said once per item, such as a probability, and of single voxels of a mask or feature map.

    In units of the output's largest reference value where that is above 1; infinite where shapes differ or a value is no number.
    """

    item: float
    voxel: float

    def within(self, limit: Apart) -> bool:
        """Whether both differences are allowed."""
        return self.item <= limit.item and self.voxel <= limit.voxel


TOLERANCE: dict[torch.dtype | None, Apart] = {
    None: Apart(item=1e-4, voxel=1e-3),
    torch.float16: Apart(item=0.02, voxel=0.06),
    torch.bfloat16: Apart(item=0.03, voxel=0.12),
}
"""Precision → the furthest that any backend may be from torch on the CPU in float32. Single voxels are those at the edge of a mask."""


def difference(answers: Tensors, reference: Tensors) -> Apart:
    """How far `answers` are from `reference`, over all outputs."""
    if [answer.shape for answer in answers] != [expected.shape for expected in reference]:
        return Apart(math.inf, math.inf)
    pairs = [(a, b) for a, b in zip(answers, reference, strict=True) if b.numel()]
    item = max((_largest(a, b) for a, b in pairs if b.dim() <= 2), default=0.0)
    return Apart(item, max((_largest(a, b) for a, b in pairs if b.dim() > 2), default=0.0))


def _largest(answer: Tensor, expected: Tensor) -> float:
    apart = float((answer - expected).detach().abs().max() / expected.detach().abs().max().clamp(min=1))
    return math.inf if math.isnan(apart) else apart

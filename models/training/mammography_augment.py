"""Changes a mammogram may go through without changing its diagnosis: position, compression, exposure, machine curves, noise."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

TURN = math.radians(12)
ZOOM, STRETCH, SHIFT = 0.15, 0.10, 0.05  # relative; SHIFT as a share of the height and width
MIRROR = 0.3  # share of the views that are turned upside down
GAMMA, CURVE, NOISE = 0.3, 0.35, 0.02


def augment(crops: Tensor, generator: torch.Generator) -> Tensor:
    """Crops (B, H, W) uint8, 0 outside the breast → the same, each changed at random, on the generator's device."""
    grey = crops.float() / 255
    moved = functional.grid_sample(grey[:, None], _grid(crops, generator), mode="bilinear", align_corners=False)[:, 0]  # (B, H, W)
    inside = moved > 0.5 / 255
    changed = _intensity(moved.clamp(0, 1), generator)
    return torch.where(inside, 1 + (changed * 254).round(), torch.zeros_like(changed)).to(torch.uint8)


def _grid(crops: Tensor, generator: torch.Generator) -> Tensor:
    """Sampling places (B, H, W, 2) for a random turn, zoom, stretch, shift and mirror of each crop."""
    count, height, width = crops.shape
    turn = _within(count, TURN, generator)
    zoom, stretch = (1 + _within(count, ZOOM, generator)), (1 + _within(count, STRETCH, generator))
    upside_down = 1 - 2 * (_chance((count,), generator) < MIRROR).float()
    cosine, sine, ratio = turn.cos() * zoom, turn.sin() * zoom, height / width
    matrix = torch.zeros(count, 2, 3, device=generator.device)
    matrix[:, 0, 0], matrix[:, 0, 1] = cosine * stretch, -sine * ratio
    matrix[:, 1, 0], matrix[:, 1, 1] = sine / ratio * stretch * upside_down, cosine * upside_down
    matrix[:, :, 2] = torch.stack([_within(count, 2 * SHIFT, generator), _within(count, 2 * SHIFT, generator)], 1)
    return functional.affine_grid(matrix, [count, 1, height, width], align_corners=False)


def _intensity(grey: Tensor, generator: torch.Generator) -> Tensor:
    """Gamma, a monotone S-shaped or inverse S-shaped curve as machines' look-up tables have, and noise, on (B, H, W) in [0, 1]."""
    count = len(grey)
    gamma = (GAMMA * torch.randn(count, 1, 1, generator=generator, device=generator.device)).exp()
    bend = _within(count, CURVE, generator)[:, None, None]
    curved = grey.clamp(1e-4, 1) ** gamma
    curved = curved - bend * torch.sin(2 * math.pi * curved) / (2 * math.pi) * 2
    noise = torch.randn(grey.shape, generator=generator, device=generator.device)
    return (curved + NOISE * noise * _chance((count, 1, 1), generator)).clamp(0, 1)


def _within(count: int, limit: float, generator: torch.Generator) -> Tensor:
    return (2 * _chance((count,), generator) - 1) * limit


def _chance(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    return torch.rand(shape, generator=generator, device=generator.device)

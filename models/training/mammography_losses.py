"""The losses of the mammography network: cancer first, and what else the set knows of a view, because cancers are few."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from models.training.mammography_targets import UNKNOWN, Targets

WEIGHTS = {"cancer": 1.0, "invasive": 0.3, "density": 0.3, "birads": 0.1, "age": 0.1, "lesion": 0.3}
RARE = 6.0  # how much more a cell with a lesion counts
FEWEST = 8  # cells with a lesion that a batch is taken to have at least
SMOOTHING = 0.05
Losses = dict[str, Tensor]


class Answers(Protocol):
    """What the network says in training: logits of tasks (B, 2), density (B, 4), birads (B, 3); age (B,) in tens of years around 60."""

    @property
    def tasks(self) -> Tensor: ...
    @property
    def density(self) -> Tensor: ...
    @property
    def birads(self) -> Tensor: ...
    @property
    def age(self) -> Tensor: ...


def losses(said: Answers, wanted: Targets) -> Losses:
    """Weighted, each over the views of which it is known; left out where it is known of none."""
    known: Mapping[str, tuple[Tensor, Callable[[Tensor], Tensor]]] = {
        "cancer": (wanted.cancer != UNKNOWN, lambda rows: _yes_or_no(said.tasks[rows, 0], wanted.cancer[rows])),
        "invasive": (wanted.invasive != UNKNOWN, lambda rows: _yes_or_no(said.tasks[rows, 1], wanted.invasive[rows])),
        "density": (wanted.density != UNKNOWN, lambda rows: functional.cross_entropy(said.density[rows].float(), wanted.density[rows])),
        "birads": (wanted.birads != UNKNOWN, lambda rows: functional.cross_entropy(said.birads[rows].float(), wanted.birads[rows])),
        "age": (~wanted.age.isnan(), lambda rows: functional.smooth_l1_loss(said.age[rows].float(), wanted.age[rows])),
    }
    return {name: WEIGHTS[name] * loss(rows) for name, (rows, loss) in known.items() if bool(rows.any())}


def lesions(said: Tensor, marks: Tensor, field: Tensor) -> Losses:
    """Focal loss of the lesion logits (B, h, w) on cells of the breast; `marks` 1: drawn there, 0: not, below 0: nothing is known.

    Cells that are answered well already count little (Lin et al. 2017, exponent 2).
    """
    inside = functional.avg_pool2d(field[:, None], field.shape[1] // marks.shape[1])[:, 0] > 0.5
    known = inside & (marks >= 0)
    logits, truth = said[known].float(), marks[known]
    chance = logits.sigmoid()
    weight = torch.where(truth > 0, RARE * (1 - chance).square(), chance.square()).detach()
    each = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    return {"lesion": WEIGHTS["lesion"] * (each * weight).sum() / truth.sum().clamp(min=FEWEST)}


def _yes_or_no(logits: Tensor, truth: Tensor) -> Tensor:
    soft = truth * (1 - SMOOTHING) + SMOOTHING / 2
    return functional.binary_cross_entropy_with_logits(logits.float(), soft)


def total(parts: Losses) -> Tensor:
    """Their sum."""
    return torch.stack(list(parts.values())).sum()

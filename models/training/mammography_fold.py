"""Trains the tail of the mammography network on kept front features: one fold, resumable after every epoch."""

from __future__ import annotations

import copy
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.breast.table import Labelled
from models.compute import Compute
from models.networks.breast_net import DENSITIES, TASKS, Evidence, Tail

log = logging.getLogger(__name__)

Half = NDArray[np.float16]
Indices = NDArray[np.int64]
LOGITS = len(TASKS) + len(DENSITIES)


@dataclass(frozen=True)
class Recipe:
    """How a fold is trained."""

    epochs: int = 8
    batch: int = 32
    tail_rate: float = 3e-4
    head_rate: float = 2e-3
    decay: float = 0.02
    warm_up: float = 0.1  # share of all steps
    mixing: float = 0.4  # Beta(a, a) of the mix of two views; 0 switches it off
    averaging: float = 0.99  # of the exponential moving average of the weights
    density_weight: float = 0.4
    invasive_weight: float = 0.3
    smoothing: float = 0.05


@dataclass(frozen=True)
class Targets:
    """What is known of each view, as tensors; -1 where it is not known."""

    tasks: Tensor  # (N, len(TASKS))
    density: Tensor  # (N,) 0..3 or -1
    chance: Tensor  # (N,) how often a view is drawn: both classes alike, every woman of a class alike

    @classmethod
    def of(cls, rows: Sequence[Labelled]) -> Targets:
        """Targets and drawing chances of labelled views."""
        views: dict[tuple[str, bool], int] = {}
        for row in rows:
            views[row.woman, row.cancer] = views.get((row.woman, row.cancer), 0) + 1
        chance = torch.tensor([1 / math.sqrt(views[row.woman, row.cancer]) for row in rows], dtype=torch.float64)
        cancer = torch.tensor([row.cancer for row in rows])
        chance = torch.where(cancer, chance / chance[cancer].sum(), chance / chance[~cancer].sum())
        tasks = torch.tensor([[float(row.cancer), -1.0 if row.invasive is None else float(row.invasive)] for row in rows])
        density = torch.tensor([DENSITIES.index(row.density) if row.density else -1 for row in rows])
        return cls(tasks, density, chance)


@dataclass(frozen=True)
class Features:
    """The kept front output: per variant (N, 192, h, w), and the breast field (N, h, w) on the same grid."""

    variants: Sequence[Half]
    fields: Sequence[Half]

    def batch(self, variant: int, rows: Indices, device: torch.device) -> tuple[Tensor, Tensor]:
        """Features and field of some views of one variant."""
        features = torch.from_numpy(self.variants[variant][rows]).to(device).float()
        return features.contiguous(memory_format=torch.channels_last), torch.from_numpy(self.fields[variant][rows]).to(device).float()


class Fold:
    """The state of one training: network, moving average, optimiser, epoch."""

    def __init__(self, start: Tail, recipe: Recipe, steps: int, compute: Compute) -> None:
        self.recipe, self.compute = recipe, compute
        self.tail = copy.deepcopy(start).to(compute.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        freeze_spatial(self.tail)
        self.average: Tail = copy.deepcopy(self.tail).eval()
        self.optimiser = torch.optim.AdamW(_groups(self.tail, recipe), weight_decay=recipe.decay)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, lambda step: _rate(step / steps, recipe.warm_up))
        self.epoch = 0

    def save(self, path: Path) -> None:
        """Write the state, whole or not at all."""
        names = ("tail", "average", "optimiser", "schedule")
        torch.save({"epoch": self.epoch, **{name: getattr(self, name).state_dict() for name in names}}, path.with_suffix(".part"))
        path.with_suffix(".part").rename(path)

    def resume(self, path: Path) -> None:
        """Go on where `save` left off, if there is such a file."""
        if path.is_file():
            state = torch.load(path, weights_only=True)
            self.epoch = state.pop("epoch")
            for name, part in state.items():
                getattr(self, name).load_state_dict(part)

    def step(self, features: Tensor, field: Tensor, tasks: Tensor, density: Tensor) -> float:
        """One optimiser step; returns the loss."""
        with self.compute.precision():
            evidence = self.tail(features, field)
        total = loss(evidence, tasks, density, self.recipe)
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.tail.parameters(), 5.0)
        self.optimiser.step()
        self.schedule.step()
        with torch.no_grad():
            for kept, new in zip(self.average.state_dict().values(), self.tail.state_dict().values(), strict=True):
                if kept.is_floating_point():
                    kept.lerp_(new, 1 - self.recipe.averaging)
        return float(total.detach())


def train(
    start: Tail, features: Features, targets: Targets, rows: Indices, *, recipe: Recipe, compute: Compute, seed: int, checkpoint: Path
) -> Tail:
    """The averaged tail after `recipe.epochs` passes over `rows` (the views of the training women only)."""
    steps = len(rows) // recipe.batch
    fold = Fold(start, recipe, steps * recipe.epochs, compute)
    fold.resume(checkpoint)
    while fold.epoch < recipe.epochs:
        draw = np.random.default_rng([seed, fold.epoch])
        losses = [fold.step(*_mixed(features, targets, rows, draw, recipe, compute.device)) for _ in range(steps)]
        fold.epoch += 1
        fold.save(checkpoint)
        log.info("%s: epoch %d of %d, loss %.4f", checkpoint.stem, fold.epoch, recipe.epochs, float(np.mean(losses)))
    return fold.average


def loss(evidence: Evidence, tasks: Tensor, density: Tensor, recipe: Recipe) -> Tensor:
    """Cancer and invasive cancer as yes or no with softened targets, density as one of four; unknown (-1) counts nothing.

    `density` is (B, 4): a share for each class, all zero where it is not known.
    """
    known = tasks >= 0
    soft = tasks.clamp(min=0) * (1 - recipe.smoothing) + recipe.smoothing / 2
    single = functional.binary_cross_entropy_with_logits(evidence.logits, soft, reduction="none") * known
    weights = torch.tensor([1.0, recipe.invasive_weight], device=single.device)
    per_class = -(density * functional.log_softmax(evidence.density, 1)).sum(1)
    return (single.mean(0) * weights).sum() + recipe.density_weight * per_class.sum() / density.sum().clamp(min=1)


@torch.inference_mode()
def predict(tail: Tail, features: Features, rows: Indices, compute: Compute, batch: int = 64) -> NDArray[np.float32]:
    """Logits (len(rows), tasks + 4) of the unchanged views."""
    out = np.zeros((len(rows), LOGITS), np.float32)
    for start in range(0, len(rows), batch):
        part = slice(start, start + batch)
        with compute.precision():
            evidence = tail(*features.batch(0, rows[part], compute.device))
        out[part] = torch.cat([evidence.logits, evidence.density], 1).float().cpu().numpy()
    return out


def freeze_spatial(tail: Tail) -> None:
    """Keep the depthwise filters as ImageNet left them: their gradient costs most of a step on a CPU and they are few weights."""
    for module in tail.modules():
        if isinstance(module, nn.Conv2d) and module.groups > 1:
            module.weight.requires_grad_(False)


def _mixed(
    features: Features, targets: Targets, rows: Indices, draw: np.random.Generator, recipe: Recipe, device: torch.device
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """A batch drawn by chance from one variant and, in half of the cases, mixed with a second drawing from another."""
    chance = targets.chance[torch.from_numpy(rows)].numpy()
    parts = []
    for _ in range(2):
        chosen = draw.choice(rows, recipe.batch, p=chance / chance.sum())
        known = targets.density[torch.from_numpy(chosen)]
        density = functional.one_hot(known.clamp(min=0), 4) * (known >= 0)[:, None]
        batch = features.batch(int(draw.integers(len(features.variants))), chosen, device)
        parts.append((*batch, targets.tasks[torch.from_numpy(chosen)].to(device), density.float().to(device)))
        if recipe.mixing == 0 or draw.random() < 0.5:
            return parts[0]
    share = float(draw.beta(recipe.mixing, recipe.mixing))
    first, second = parts
    tasks = torch.where((first[2] >= 0) & (second[2] >= 0), share * first[2] + (1 - share) * second[2], torch.tensor(-1.0, device=device))
    mixed = [share * a + (1 - share) * b for a, b in zip(first, second, strict=True)]
    return mixed[0], torch.maximum(first[1], second[1]), tasks, mixed[3]


def _groups(tail: Tail, recipe: Recipe) -> list[dict[str, object]]:
    inner = {id(parameter) for parameter in tail.layers.parameters()}
    trained = [parameter for parameter in tail.parameters() if parameter.requires_grad]
    return [
        {"params": [parameter for parameter in trained if id(parameter) in inner], "lr": recipe.tail_rate},
        {"params": [parameter for parameter in trained if id(parameter) not in inner], "lr": recipe.head_rate},
    ]


def _rate(done: float, warm_up: float) -> float:
    """Linear warm-up, then half a cosine down to 1 %."""
    return min(1.0, done / warm_up) if done < warm_up else 0.01 + 0.99 * (1 + math.cos(math.pi * (done - warm_up) / (1 - warm_up))) / 2

"""The mammography network of one fold in training, from crops changed at random in every epoch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.compute import Compute
from models.training import distributed, mammography_losses, mammography_ranking
from models.training.averaged import Averaged
from models.training.mammography_augment import augment
from models.training.mammography_losses import Losses
from models.training.mammography_targets import chance
from models.training.mammography_views import Numbers, Views
from models.training.resumable import Resumable
from models.training.step import Step

Floats = NDArray[np.float64]
AT_ONCE = 16
MIXED = 0.5
"""The share of steps in which images are mixed."""
LAST = 0.01
"""The learning rate at the end, as a share of the highest."""


@dataclass(frozen=True)
class Settings:
    """What another person needs to get the same weights within the stated spread.

    `averaging`: the decay of the running mean of the weights; `mixing`: a of the Beta(a, a) by which two images are mixed, 0: never.
    """

    seed: int = 20262
    epochs: int = 8
    batch: int = 16
    rate: float = 2e-4
    head_rate: float = 1e-3
    weight_decay: float = 0.02
    warm_up: float = 0.1
    mixing: float = 0.4
    averaging: float = 0.995


@dataclass(frozen=True)
class Chance:
    """Where everything by chance in one epoch comes from."""

    numbers: np.random.Generator
    pixels: torch.Generator

    @classmethod
    def of(cls, settings: Settings, fold: int, epoch: int, device: torch.device) -> Chance:
        """Each process draws its own."""
        seeds = (settings.seed, fold, epoch, distributed.rank())
        numbers = np.random.default_rng(seeds)
        return cls(numbers, torch.Generator(device).manual_seed(int(numbers.integers(2**62))))


class FoldPart(Resumable[nn.Module]):
    """The network, its optimiser, and the views that it may see.

    `make` gives the network at its start. Its `backbone` learns at `rate`, the rest at `head_rate`; `answers(images, field)` says what
    `mammography_losses` asks for, and a call of the network what is installed: tasks (B, 2), density (B, 4), local evidence (B, h, w).
    """

    def __init__(self, fold: int, views: Views, settings: Settings, device: Compute, make: Callable[[], nn.Module]) -> None:
        torch.manual_seed(settings.seed + fold)
        self.name, self.fold, self.epochs, self.epoch = f"mammography-fold{fold}", fold, settings.epochs, 0
        self.views, self.settings, self.device = views, settings, device
        self.mine = views.of_training(fold)
        self.chance = chance([views.rows[int(number)] for number in self.mine])
        self.network = make().to(device.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = Averaged(self.network, settings.averaging)
        self.optimiser = torch.optim.AdamW(_groups(self.network, settings), weight_decay=settings.weight_decay)
        steps = settings.epochs * self.steps_an_epoch
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, lambda step: rate(step / steps, settings.warm_up))
        self.update = Step(self.network, self.optimiser, device)

    @property
    def steps_an_epoch(self) -> int:
        """As many as draw, with all processes together, as many views as there are."""
        return max(1, len(self.mine) // (self.settings.batch * distributed.size()))

    def train_epoch(self, tick: Callable[[float], None] = lambda _: None) -> dict[str, float]:
        """As many draws as there are views; mean losses."""
        by_chance = Chance.of(self.settings, self.fold, self.epoch, self.device.device)
        self.network.train()
        found: dict[str, list[float]] = {}
        for step in range(self.steps_an_epoch):
            for name, value in self._step(by_chance).items():
                found.setdefault(name, []).append(float(value.detach()))
            tick((step + 1) / self.steps_an_epoch)
        self.epoch += 1
        return {name: float(np.mean(values)) for name, values in found.items()}

    def _step(self, by_chance: Chance) -> Losses:
        chosen = by_chance.numbers.choice(self.mine, self.settings.batch, p=self.chance)
        parts = self._losses(chosen, by_chance)
        self.update(mammography_losses.total(parts))
        self.schedule.step()
        self.average.update(self.network)
        return parts

    def _losses(self, chosen: Numbers, by_chance: Chance) -> Losses:
        crops = augment(self.views.crops(chosen).to(self.device.device), by_chance.pixels)
        images, field = tensors(crops)
        wanted = self.views.targets.take(chosen).to(self.device.device)
        share, order = self._mix(by_chance.numbers)
        if share < 1:
            order = order.to(images.device)
            images, field = share * images + (1 - share) * images[order], torch.maximum(field, field[order])
        with self.device.precision():
            said = self.network.answers(images.contiguous(memory_format=torch.channels_last), field)  # type: ignore[operator]
        return mammography_losses.mixed(said, wanted, order, share) if share < 1 else mammography_losses.losses(said, wanted)

    def _mix(self, numbers: np.random.Generator) -> tuple[float, Tensor]:
        """How much of each image stays, and with which one it is mixed."""
        order = torch.from_numpy(numbers.permutation(self.settings.batch))
        among = self.settings.mixing
        return (float(numbers.beta(among, among)) if among and numbers.random() < MIXED else 1.0), order

    def validate(self) -> dict[str, float]:
        """On the fold's own women, with the averaged weights: cancer per breast and per image, density."""
        theirs = self.views.of_fold(self.fold)
        if not len(theirs):
            return {}
        said = [self._said(theirs[first : first + AT_ONCE]) for first in range(0, len(theirs), AT_ONCE)]
        cancer, dense = (np.concatenate(parts) for parts in zip(*said, strict=True))
        return mammography_ranking.figures([self.views.rows[int(number)] for number in theirs], cancer, dense)

    @torch.inference_mode()
    def _said(self, numbers: Numbers) -> tuple[Floats, Floats]:
        """Cancer logit, and probability of density C or D, of some views."""
        images, field = tensors(self.views.crops(numbers).to(self.device.device))
        with self.device.precision():
            tasks, density, _ = self.average.network.eval()(images, field)
        return tasks[:, 0].double().cpu().numpy(), density.double().softmax(1)[:, 2:].sum(1).cpu().numpy()

    def _parts(self) -> dict[str, Any]:
        return super()._parts() | {"step": self.update}


def tensors(crops: Tensor) -> tuple[Tensor, Tensor]:
    """Crops (B, H, W) of bytes → images (B, 1, H, W) in [0, 1] and the breast field (B, H, W), where they are."""
    images = (crops.float() / 255)[:, None]
    return images.contiguous(memory_format=torch.channels_last), (crops > 0).float()


def rate(done: float, warm_up: float) -> float:
    """The learning rate as a share of the highest: up in a line for the share `warm_up` of all steps, then down half a cosine."""
    if done < warm_up:
        return done / warm_up
    return LAST + (1 - LAST) * (1 + math.cos(math.pi * (done - warm_up) / max(1 - warm_up, 1e-9))) / 2


def _groups(network: nn.Module, settings: Settings) -> list[dict[str, Any]]:
    """What the start filled learns slowly, the rest fast; what is frozen not at all."""
    slow = {id(one) for one in network.backbone.parameters()}  # type: ignore[union-attr]
    trained = [one for one in network.parameters() if one.requires_grad]
    return [
        {"params": [one for one in trained if id(one) in slow], "lr": settings.rate},
        {"params": [one for one in trained if id(one) not in slow], "lr": settings.head_rate},
    ]

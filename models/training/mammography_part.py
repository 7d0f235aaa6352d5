"""The mammography network of one fold in training, from crops changed at random in every step.

One part of each batch are views as they are, cancer and not in equal shares; the other are healthy breasts with lesions drawn into them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.breast.table import Labelled
from models.breast.view import SHAPE
from models.compute import Compute
from models.networks.breast_net import STRIDE, THIN
from models.training import distributed, drawn_lesions, mammography_losses, mammography_ranking
from models.training.averaged import Averaged
from models.training.drawn_lesions import Marks
from models.training.mammography_augment import augment
from models.training.mammography_losses import Losses
from models.training.mammography_targets import chance
from models.training.mammography_views import Numbers, Views
from models.training.resumable import Resumable
from models.training.step import Step

Floats = NDArray[np.float64]
AT_ONCE = 16
LAST = 0.01
"""The learning rate at the end, as a share of the highest."""


@dataclass(frozen=True)
class Settings:
    """What another person needs to get the same weights within the stated spread.

    `averaging`: the decay of the running mean of the weights; `drawn`: the share of a batch that are healthy breasts with drawn lesions.
    `backbone`: the one the published start is for, or any of timm's with features at stride 16, whose weights --start then names.
    """

    seed: int = 20262
    epochs: int = 8
    batch: int = 16
    drawn: float = 0.5
    rate: float = 2e-4
    head_rate: float = 1e-3
    weight_decay: float = 0.02
    warm_up: float = 0.05
    averaging: float = 0.99
    backbone: str = THIN


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
    `breast_net.Answers` names, and a call of the network what is installed: tasks (B, 2), density (B, 4), local evidence (B, h, w).
    """

    def __init__(self, fold: int, views: Views, settings: Settings, device: Compute, make: Callable[[], nn.Module]) -> None:
        torch.manual_seed(settings.seed + fold)
        self.name, self.fold, self.epochs, self.epoch = f"mammography-fold{fold}", fold, settings.epochs, 0
        self.views, self.settings, self.device = views, settings, device
        self.mine = views.of_training(fold)
        rows = [views.rows[int(number)] for number in self.mine]
        self.chance, self.healthy = chance(rows), healthy(rows)
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
        drawn = round(self.settings.batch * self.settings.drawn)
        plain = by_chance.numbers.choice(self.mine, self.settings.batch - drawn, p=self.chance)
        parts = self._losses(plain, by_chance.numbers.choice(self.mine, drawn, p=self.healthy), by_chance)
        self.update(mammography_losses.total(parts))
        self.schedule.step()
        self.average.update(self.network)
        return parts

    def _losses(self, plain: Numbers, drawn: Numbers, by_chance: Chance) -> Losses:
        """Of views as they are, and of healthy ones that get lesions, of which cancer is then not asked."""
        numbers = np.concatenate([plain, drawn])
        images, field = tensors(augment(self.views.crops(numbers).to(self.device.device), by_chance.pixels))
        wanted = self.views.targets.take(numbers).to(self.device.device)
        places = [_nowhere(bool(cancer)) for cancer in wanted.cancer[: len(plain)]]
        places += self._draw(images[len(plain) :], field[len(plain) :], by_chance.numbers)
        wanted = wanted.without_diagnosis(len(plain))
        with self.device.precision():
            said = self.network.answers(images.contiguous(memory_format=torch.channels_last), field)  # type: ignore[operator]
        marks = torch.from_numpy(np.stack(places)).to(field.device)
        return mammography_losses.losses(said, wanted) | mammography_losses.lesions(said.lesion, marks, field)

    @staticmethod
    def _draw(images: Tensor, field: Tensor, rng: np.random.Generator) -> list[Marks]:
        """Draws into images (B, 1, H, W) in place; where the lesions are."""
        places = []
        for image, inside in zip(images, field, strict=True):
            values = image[0].cpu().numpy()
            places.append(drawn_lesions.draw(values, inside.cpu().numpy(), rng))
            image[0] = torch.from_numpy(values).to(image.device) * inside
        return places

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


def healthy(rows: Sequence[Labelled]) -> Floats:
    """With which probability each view is drawn to get lesions: those without cancer, as in `chance`."""
    among = chance(rows) * np.array([not row.cancer for row in rows])
    return np.asarray(among / among.sum())


def _nowhere(cancer: bool) -> Marks:
    """Nothing was drawn; where a cancer may lie in the view nobody said, so nothing is asked there."""
    return np.full((SHAPE[0] // STRIDE, SHAPE[1] // STRIDE), -1.0 if cancer else 0.0, np.float32)


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

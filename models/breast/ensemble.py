"""The networks of all folds together: what they say of views, averaged; for a woman of the training set only the one that never saw her."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models import cards
from models.backends import Runner, prepare
from models.breast.folds import Known
from models.breast.view import SHAPE, Crop
from models.cards import Card
from models.compute import Compute
from models.networks.breast_net import THIN, BreastNet
from models.refusal import NoResult

AT_ONCE, AT_ONCE_ON_CUDA = 8, 64
"""Crops that a network is given at once: the four views of an exam and their mirror images, or those of eight exams."""
Outputs = tuple[Tensor, Tensor, Tensor]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Answer:
    """What the networks say of one view: mean cancer logit, density (4,) as probabilities, local evidence (h, w) in [0, 1]."""

    cancer: float
    density: Floats
    local: NDArray[np.float32]


class OfPlanes(nn.Module):
    """A network from its planes on, in any precision; the planes are made in float32."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, planes: Tensor, field: Tensor) -> Outputs:
        """Task logits (B, 2), density logits (B, 4), local evidence in logits (B, h, w)."""
        told: Outputs = self.network.told(planes, field)
        return told


@dataclass(frozen=True)
class Member:
    """The network that was trained without the women of `fold`; made ready on the device when it is first needed."""

    fold: int
    network: Any
    compute: Compute

    @cached_property
    def see(self) -> Runner:
        """Planes (N, C, H, W) and field (N, H, W) → task logits (N, 2), density logits (N, 4), local evidence in logits (N, h, w)."""
        count = AT_ONCE_ON_CUDA if self.compute.device.type == "cuda" else AT_ONCE
        return prepare(OfPlanes(self.network), self.compute, self.planes(_example(count)))

    @torch.inference_mode()
    def planes(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """Crops (N, H, W) of bytes → what `see` takes; the same for all members."""
        values, field = crops.float()[:, None] / 255, (crops > 0).float()
        return self.network.planes(values, field), field


def answers(crops: Sequence[Crop], members: Sequence[Member]) -> list[Answer]:
    """What the members say of each crop: mean over them and over the crop as it is and upside down. NoResult where a number is none."""
    if not len(crops):
        return []
    stack = torch.from_numpy(np.stack(list(crops)))
    seen = members[0].planes(torch.cat([stack, stack.flip(1)]))
    said = [part for member in members for part in _upright(member.see(*seen), len(stack))]
    cancer = _mean([tasks[:, 0] for tasks, _, _ in said])
    density = _mean([classes.softmax(1) for _, classes, _ in said])
    local = _mean([places.sigmoid() for _, _, places in said]).astype(np.float32)
    if not all(np.isfinite(one).all() for one in (cancer, density, local)):
        raise NoResult("The network's answer is no number. The views were not scored; the administrator has to look at the device.")
    return [Answer(float(one), many, place) for one, many, place in zip(cancer, density, local, strict=True)]


def load(card: Card, compute: Compute) -> tuple[tuple[Member, ...], Known]:
    """The networks in the order of their folds, and whom each has seen. Raises NoResult when a file is missing or does not fit."""
    known, members = None, []
    for part in card.weights:
        tensors = cards.read_weights(part)
        if part.fold is not None:
            members.append(Member(part.fold, _network(tensors, str(card.preprocessing.get("backbone", THIN))), compute))
        elif "known" in tensors:
            known = Known.of(tensors["known"])
    if known is None or not members:
        raise NoResult(
            f"The mammography model is incomplete: its card names no network or no list of whom it has seen. {cards.INSTALL_AGAIN}"
        )
    return tuple(sorted(members, key=lambda member: member.fold)), known


def _network(tensors: dict[str, Tensor], backbone: str) -> nn.Module:
    try:
        network = BreastNet(backbone)
        network.load_state_dict(tensors)
    except RuntimeError as problem:
        raise NoResult(f"The mammography weights do not fit the network. {cards.INSTALL_AGAIN}") from problem
    return network.eval()


def _upright(said: tuple[Tensor, ...], count: int) -> Iterator[Outputs]:
    """The answers to the crops as they are and to those upside down, the places of the latter put back."""
    tasks, density, local = said
    yield tasks[:count], density[:count], local[:count]
    yield tasks[count:], density[count:], local[count:].flip(1)


def _mean(parts: Sequence[Tensor]) -> Floats:
    mean: Floats = torch.stack(list(parts)).double().mean(0).numpy()
    return mean


def _example(count: int) -> Tensor:
    """Crops (count, H, W) that are as hard as mammograms to compute with: bright tissue of little contrast with grain, black around it."""
    rows, columns = torch.meshgrid(torch.linspace(-1, 1, SHAPE[0]), torch.linspace(0, 1, SHAPE[1]), indexing="ij")
    grain = torch.rand(count, *SHAPE, generator=torch.Generator().manual_seed(0))
    bright = torch.linspace(0.4, 0.85, count)[:, None, None]
    lumps = 0.08 * torch.sin(40 * rows + 9 * columns) * torch.cos(25 * columns - 6 * rows)
    return torch.where(rows**2 + columns**2 < 0.9, 1 + 254 * (bright + lumps + 0.05 * grain), 0).to(torch.uint8)

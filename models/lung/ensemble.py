"""The networks of all folds together: one answer from all of them or, for a patient some of them know, from those that do not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models import cards
from models.backends import Runner, prepare
from models.cards import Card
from models.compute import Compute
from models.lung.calibration import Calibration
from models.lung.sampling import APPRAISAL
from models.networks.appraisal import STATISTICS, AppraisalNet
from models.networks.detection import DetectionNet
from models.networks.sight import Sight
from models.refusal import NoResult

WINDOW = 64
"""Voxels at each side of what the detection networks are run on."""
WINDOWS_AT_ONCE, CUBES_AT_ONCE = 4, 8
CALIBRATION_FILE, SIGHT_FILE = "lung-ct-calibration.safetensors", "lung-ct-sight.safetensors"
Floats = NDArray[np.float64]


class Look(nn.Module):
    """(nodule logit, mask logits) of a cube, as a network of its own."""

    def __init__(self, network: AppraisalNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, hu: Tensor) -> tuple[Tensor, Tensor]:
        return self.network.look(hu)


@dataclass(frozen=True)
class Member:
    """The two networks of one fold; each is made ready on the device when it is first needed."""

    fold: int
    detection: DetectionNet
    appraisal: AppraisalNet
    compute: Compute

    @cached_property
    def detect(self) -> Runner:
        """Windows (N, 1, 64, 64, 64) in HU → (N, 5, 16, 16, 16)."""
        return prepare(self.detection, self.compute, (_noise(WINDOWS_AT_ONCE, WINDOW),))

    @cached_property
    def look(self) -> Runner:
        """Cubes (N, 1, S, S, S) in HU → nodule logit (N,), mask logits (N, 1, S, S, S)."""
        return prepare(Look(self.appraisal), self.compute, (_noise(CUBES_AT_ONCE, APPRAISAL.size),))

    @cached_property
    def judge(self) -> Runner:
        """Cubes in HU, regions (N, 1, S, S, S), statistics (N, 6) → (N, 1 + 8) logits."""
        cubes = _noise(CUBES_AT_ONCE, APPRAISAL.size)
        return prepare(self.appraisal, self.compute, (cubes, (cubes > -300).float(), torch.zeros(CUBES_AT_ONCE, STATISTICS)))


@dataclass(frozen=True)
class Ensemble:
    """`members` in the order of their folds; `fold`: whose patients are being scored, None for people no network knows."""

    members: tuple[Member, ...]
    calibration: Calibration
    sight: Sight
    compute: Compute
    fold: int | None = None

    def without_patients_of(self, fold: int) -> Ensemble:
        """Only the networks that were trained without the patients of `fold`, with what was calibrated without them."""
        mine = tuple(member for member in self.members if member.fold == fold)
        if not mine:
            raise NoResult(f"The network trained without fold {fold} is not installed, so its patients cannot be scored honestly.")
        return Ensemble(mine, self.calibration.without(fold), self.sight, self.compute, fold)

    def heat(self, windows: Tensor) -> NDArray[np.float32]:
        """(N, 5, 16, 16, 16): logit, offset and log diameter, mean over the networks."""
        return np.asarray(np.mean([member.detect(windows)[0].numpy() for member in self.members], axis=0))

    def first_look(self, cubes: Tensor) -> tuple[Floats, NDArray[np.float32]]:
        """(nodule logit (N,), mask probability (N, S, S, S)) by one network: cheap, to drop what is plainly none."""
        logit, mask = self.members[0].look(cubes)
        return logit.double().numpy(), torch.sigmoid(mask[:, 0]).numpy()

    def look(self, cubes: Tensor) -> tuple[Floats, NDArray[np.float32]]:
        """(nodule logit, mask probability), mean over the networks and a left-right mirror image."""
        logits, masks = [], []
        for member in self.members:
            for axes in ((), (4,)):
                logit, mask = member.look(cubes.flip(axes) if axes else cubes)
                logits.append(logit.double().numpy())
                masks.append(torch.sigmoid(mask.flip(axes) if axes else mask)[:, 0].numpy())
        return np.asarray(np.mean(logits, axis=0)), np.asarray(np.mean(masks, axis=0))

    def judge(self, cubes: Tensor, regions: NDArray[np.float32], statistics: NDArray[np.float32]) -> Floats:
        """(N, 1 + 8) logits of suspicion and ratings, mean over the networks and mirror images."""
        region, told = torch.from_numpy(regions[:, None]), torch.from_numpy(statistics)
        mirrors = ((), (4,), (3,), (2,)) if len(self.members) == 1 else ((), (4,))
        answers = [
            member.judge(cubes.flip(axes) if axes else cubes, region.flip(axes) if axes else region, told)[0].double().numpy()
            for member in self.members
            for axes in mirrors
        ]
        return np.asarray(np.mean(answers, axis=0))

    def see(self, cubes: Tensor, regions: NDArray[np.float32]) -> Floats:
        """(N, 768) of the frozen front, mean over a left-right mirror image."""
        region = torch.from_numpy(regions[:, None])
        seen = [self._seen(cubes, region)[0], self._seen(cubes.flip(4), region.flip(4))[0]]
        return torch.stack(seen).mean(0).double().numpy()

    @cached_property
    def _seen(self) -> Runner:
        cubes = _noise(CUBES_AT_ONCE, APPRAISAL.size)
        return prepare(self.sight, self.compute, (cubes, (cubes > -300).float()))


def load(card: Card, compute: Compute) -> Ensemble:
    """The networks and the calibration that the card names. Raises NoResult when a file is missing or altered."""
    detection, appraisal, calibration, sight = {}, {}, None, None
    for part in card.weights:
        tensors = cards.read_weights(part)
        name = Path(part.file).name  # a model of one's own lies in a folder of its own
        if name == SIGHT_FILE:
            sight = sight_of(tensors)
        elif part.fold is None:
            calibration = Calibration.of(tensors)
        elif "detection" in name:
            detection[part.fold] = detection_net(tensors)
        else:
            appraisal[part.fold] = appraisal_net(tensors)
    folds = sorted(set(detection) & set(appraisal))
    if not folds or calibration is None or sight is None:
        raise NoResult(f"The lung CT model is incomplete: its card names no network or no calibration. {cards.INSTALL_AGAIN}")
    return Ensemble(tuple(Member(fold, detection[fold], appraisal[fold], compute) for fold in folds), calibration, sight, compute)


def sight_of(tensors: dict[str, Tensor]) -> Sight:
    """The frozen front with the stored tensors, in float32."""
    sight = Sight()
    sight.load_state_dict(_full(tensors))
    return sight.eval()


def detection_net(tensors: dict[str, Tensor]) -> DetectionNet:
    """A detection network with the stored tensors, in float32."""
    network = DetectionNet(tensors["stem.0.weight"].shape[0])
    network.load_state_dict(_full(tensors))
    return network.eval()


def appraisal_net(tensors: dict[str, Tensor]) -> AppraisalNet:
    """An appraisal network with the stored tensors, in float32."""
    network = AppraisalNet()
    network.load_state_dict(_full(tensors))
    return network.eval()


def _full(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.float() if value.is_floating_point() else value for name, value in tensors.items()}


def _noise(count: int, size: int) -> Tensor:
    """HU-like example (count, 1, size, size, size): air with a bright ball, so that no output is flat."""
    line = torch.linspace(-1, 1, size)
    distance = (line[:, None, None] ** 2 + line[None, :, None] ** 2 + line[None, None, :] ** 2).sqrt()
    grain = torch.randn(count, 1, size, size, size, generator=torch.Generator().manual_seed(0)) * 30
    return torch.where(distance < 0.25, 30.0, -850.0) + grain

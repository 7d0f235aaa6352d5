"""Drawn mammograms and an untrained model: enough to test everything around the weights."""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor, nn

from models import compute
from models.breast.calibration import Calibration
from models.breast.ensemble import Member
from models.breast.folds import Known
from models.breast.view import View
from models.cards import Card
from models.compute import Compute
from models.mammography import Mammography

LINE = Calibration(1.0, 0.0, 1.0, 0.0, 0.34, tuple(level / 10 for level in range(1, 10)))


def mammogram(*, seed: int = 0, shape: tuple[int, int] = (480, 400), structure: float = 0.25) -> NDArray[np.float32]:
    """A breast against black, chest wall on the left, with lumpy tissue: (Y, X) in [0, 1]."""
    rows, columns = np.indices(shape)
    breast = ((rows - shape[0] / 2) / (shape[0] * 0.42)) ** 2 + (columns / (shape[1] * 0.6)) ** 2 < 1
    noise = np.random.default_rng(seed).normal(size=shape)
    lumps = ndimage.gaussian_filter(noise, 8)
    tissue = np.clip(0.45 + structure * lumps / lumps.std() / 2, 0.2, 1)
    return np.asarray(np.where(breast, tissue, 0), np.float32)


def view(pixels: NDArray[np.float32] | None = None, *, laterality: str = "R", name: str = "CC", key: str = "a") -> View:
    """A view of a drawn breast."""
    return View(mammogram() if pixels is None else pixels, laterality, name, key)


class Small(nn.Module):
    """Speaks as the real network does and is a thousand times smaller: three convolutions down to a grid of 16 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 6, 4, 4), nn.GELU(), nn.Conv2d(6, 8, 4, 4), nn.GELU(), nn.Conv2d(8, 8, 3, padding=1))
        self.local, self.whole = nn.Conv2d(8, 1, 1), nn.Linear(8, 6)

    @staticmethod
    def planes(images: Tensor, field: Tensor) -> Tensor:
        return images

    def told(self, planes: Tensor, field: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self(planes, field)  # type: ignore[no-any-return]

    def forward(self, images: Tensor, field: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features = self.layers(images)  # (B, 8, h, w)
        inside = nn.functional.avg_pool2d(field[:, None], 16)
        mean = (features * inside).sum((2, 3)) / inside.sum((2, 3)).clamp(min=1)
        told, local = self.whole(mean), self.local(features)[:, 0]
        strongest = (local * inside[:, 0]).flatten(1).amax(1, keepdim=True)
        return told[:, :2] + strongest, told[:, 2:], local


def untrained(*, networks: int = 2, known: dict[int, int] | None = None, where: Compute | None = None) -> Mammography:
    """A model of random weights, the same in every run, on torch in float32 or on the device asked for."""
    torch.manual_seed(0)
    device = where or compute.reference()
    members = [Member(fold, Small().eval(), device) for fold in range(networks)]
    card = Card("drawn", "test", "test", (), "tests", "none", "none", "nobody")
    return Mammography(members, Known(known or {}), LINE, card, device)

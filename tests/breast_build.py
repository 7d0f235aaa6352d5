"""Drawn mammograms and an untrained model: enough to test everything around the weights."""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage

from models import compute
from models.breast.calibration import Calibration
from models.breast.folds import Known
from models.breast.view import View
from models.cards import Card
from models.mammography import Mammography
from models.networks.breast_net import BreastNet

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


def untrained(*, networks: int = 2, known: dict[int, int] | None = None) -> Mammography:
    """A model of random weights, the same in every run."""
    torch.manual_seed(0)
    first = BreastNet().eval()
    made = [first]
    for _ in range(networks - 1):
        other = BreastNet().eval()
        other.front.load_state_dict(first.front.state_dict())
        made.append(other)
    card = Card("drawn", "test", "test", (), "tests", "none", "none", "nobody")
    return Mammography(made, Known(known or {}), LINE, card, compute.reference())

"""What is known of each view, as tensors, and how often it is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.breast.table import Labelled
from models.networks.breast_net import DENSITIES

MIDDLE_AGE, TEN_YEARS = 60.0, 10.0
UNKNOWN = -1


@dataclass(frozen=True)
class Targets:
    """One entry per view; what is not known is UNKNOWN, an unknown age nan."""

    cancer: Tensor  # 0 or 1; UNKNOWN where it is not to be asked
    invasive: Tensor  # 0 or 1
    density: Tensor  # 0 to 3 for A to D
    birads: Tensor  # 0 to 2
    age: Tensor  # in tens of years around 60

    @classmethod
    def of(cls, rows: Sequence[Labelled]) -> Targets:
        """Of labelled views, in their order."""
        return cls(
            torch.tensor([float(row.cancer) for row in rows]),
            torch.tensor([UNKNOWN if row.invasive is None else float(row.invasive) for row in rows], dtype=torch.float32),
            torch.tensor([DENSITIES.index(row.density) if row.density else UNKNOWN for row in rows]),
            torch.tensor([UNKNOWN if row.birads is None else row.birads for row in rows]),
            torch.tensor([float("nan") if row.age is None else (row.age - MIDDLE_AGE) / TEN_YEARS for row in rows]),
        )

    def take(self, chosen: NDArray[np.int64] | Tensor) -> Targets:
        """Those of some views."""
        where = torch.as_tensor(chosen)
        return Targets(*(getattr(self, field.name)[where] for field in fields(self)))

    def without_diagnosis(self, first: int) -> Targets:
        """From view `first` on only what drawn lesions do not change: density and age."""
        asked = torch.arange(len(self.cancer), device=self.cancer.device) < first
        hidden = (torch.where(asked, one, torch.full_like(one, UNKNOWN)) for one in (self.cancer, self.invasive, self.birads))
        cancer, invasive, birads = hidden
        return Targets(cancer, invasive, self.density, birads, self.age)

    def to(self, device: torch.device) -> Targets:
        """On the device."""
        return Targets(*(getattr(self, field.name).to(device) for field in fields(self)))


def chance(rows: Sequence[Labelled]) -> NDArray[np.float64]:
    """With which probability each view is drawn: both classes alike; a woman's weight in a class grows as the root of her views there."""
    views = Counter((row.woman, row.cancer) for row in rows)
    weight = np.array([views[row.woman, row.cancer] ** -0.5 for row in rows])
    cancer = np.array([row.cancer for row in rows], np.bool_)
    for one in (cancer, ~cancer):
        weight[one] /= weight[one].sum()
    return np.asarray(weight / weight.sum())

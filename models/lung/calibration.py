"""From what the networks say to probabilities that mean something, each fitted across folds.

Row k of each was fitted without the patients of fold k, the last row on everybody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.lung.reader import Reader

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """`mark` (F + 1, 2): detection logit → nodule; `blend` (F + 1, 2): the reader's rating → malignant; `diameter` (F + 1, 2): log of the
    mean diameter → malignant; `readers`: one a row."""

    mark: Floats
    blend: Floats
    diameter: Floats
    readers: tuple[Reader, ...]

    @classmethod
    def of(cls, tensors: dict[str, Tensor]) -> Calibration:
        """From the stored tensors."""
        mark, blend, diameter = (tensors[name].double().numpy() for name in ("mark", "blend", "diameter"))
        folds = sorted({int(name.split(".")[1]) for name in tensors if name.startswith("reader.")})
        return cls(mark, blend, diameter, tuple(Reader.of(_under(tensors, f"reader.{fold}.")) for fold in folds))

    def tensors(self) -> dict[str, Tensor]:
        """As they are stored."""
        rows = {name: torch.from_numpy(getattr(self, name)) for name in ("mark", "blend", "diameter")}
        readers = {f"reader.{n}.{name}": value for n, reader in enumerate(self.readers) for name, value in reader.tensors().items()}
        return rows | readers

    def without(self, fold: int) -> Calibration:
        """Only what was fitted without the patients of `fold`."""
        return Calibration(self.mark[[fold]], self.blend[[fold]], self.diameter[[fold]], (self.readers[fold],))

    def nodule(self, detection: Floats) -> Floats:
        """Probability (N,) that a mark is a nodule, from the detection networks' logit, at the share of nodules among a scan's marks."""
        return logistic(detection[:, None], self.mark[-1])

    def rating(self, seen: Floats, statistics: Floats) -> Floats:
        """The readers' mean rating of malignancy (N,) as the kernel reader estimates it."""
        return self.readers[-1].rating(seen, statistics)

    def malignant(self, rating: Floats) -> Floats:
        """Probability (N,) of malignancy as readers' consensus gives it, from `rating`."""
        return logistic(rating[:, None], self.blend[-1])

    def by_diameter(self, mean_diameter_mm: Floats) -> Floats:
        """What the diameter alone would say (N,)."""
        return logistic(np.log(np.maximum(mean_diameter_mm, 1.0))[:, None], self.diameter[-1])


def logistic(design: Floats, row: Floats) -> Floats:
    """Probabilities (n,) of design (n, k) by intercept and weights (1 + k,)."""
    return np.asarray(1 / (1 + np.exp(-(row[0] + design @ row[1:]))))


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}

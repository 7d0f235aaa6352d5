"""The labelled views of a set with their crops, and which network may see which of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.breast import folds, table
from models.breast.table import Labelled
from models.breast.view import Crop
from models.refusal import NoResult
from models.training import mammography_crops
from models.training.mammography_targets import Targets

FOLDS = 3
Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Views:
    """`rows`: those whose image could be read; row n has the crop `stack[place[n]]`."""

    rows: tuple[Labelled, ...]
    stack: Crop
    place: Numbers

    @classmethod
    def read(cls, data: Path, cache: Path) -> Views:
        """Table and crops. Raises NoResult when they cannot be read."""
        rows = table.read(data)
        kept = mammography_crops.crops(rows, cache)
        return cls(tuple(rows[int(number)] for number in kept.usable), kept.stack, kept.usable)

    @cached_property
    def targets(self) -> Targets:
        """Of all rows."""
        return Targets.of(self.rows)

    @cached_property
    def fold(self) -> Numbers:
        """Of each row: the fold of its woman."""
        return np.array([folds.fold(row.woman, FOLDS) for row in self.rows], np.int64)

    def crops(self, numbers: Sequence[int] | Numbers) -> Tensor:
        """(B, H, W) uint8 of some rows."""
        return torch.from_numpy(np.stack([self.stack[place] for place in self.place[np.asarray(numbers, np.int64)]]))

    def of_fold(self, fold: int) -> Numbers:
        """The rows of the fold's own women."""
        return np.flatnonzero(self.fold == fold)

    def of_training(self, fold: int) -> Numbers:
        """The rows that the network of `fold` may see: those of all other folds' women. NoResult where a class is missing there."""
        mine = np.flatnonzero(self.fold != fold)
        cancers = sum(self.rows[int(number)].cancer for number in mine)
        if not 0 < cancers < len(mine):
            raise NoResult(
                f"The network of fold {fold} may see {cancers} views with cancer and {len(mine) - cancers} without; it needs both from "
                "women of other folds. Whoever prepared the data has to add women."
            )
        return mine

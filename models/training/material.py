"""What all networks of a run are trained from: labelled crops, whole scans, and what the readers said; and who may see which."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.lung import crops
from models.lung.crops import fold_of
from models.lung.sampling import APPRAISAL, Frame, interpolated, outside_mm, places, zoom
from models.networks.appraisal import RATINGS
from models.refusal import NoResult
from models.training import surroundings
from models.training.surroundings import Host
from models.training.transplant import QUIET_HU, Cube, Source

HIGHEST = {"calcification": 6}


@dataclass(frozen=True)
class Material:
    """`readers`: file → rating → every reader's value (empty where only the consensus is known)."""

    sources: list[Source]
    hosts: list[Host]
    readers: dict[str, dict[str, list[float]]]

    @classmethod
    def read(cls, data: Path, hosts: Path, ratings: Path | None = None) -> Material:
        """From a folder of crops, a folder of whole scans, and optionally a JSON of every reader's ratings."""
        readers = json.loads(ratings.read_text("utf-8")) if ratings else {}
        return cls([Source(crop) for crop in crops.read(data)], surroundings.read(hosts), readers)

    def of_training(self, fold: int) -> tuple[NDArray[np.int_], list[int]]:
        """(crops, whole scans) that the networks of `fold` may see: those of other folds' patients. Fold 5 does not exist: it sees all."""
        mine = np.array([n for n, source in enumerate(self.sources) if fold_of(source.crop.patient) != fold])
        hosts = [n for n, host in enumerate(self.hosts) if host.fold != fold]
        if not len(mine) or not hosts:
            raise NoResult(
                f"The networks of fold {fold} may see {len(mine)} nodules and {len(hosts)} whole scans; at least one of each is needed "
                "from other folds. Whoever prepared the data has to add patients and scans."
            )
        return mine, hosts

    @cached_property
    def targets(self) -> Tensor:
        """(N, 1 + 8) in [0, 1]: malignant by consensus, then each rating: the mean of readers, else the consensus; NaN: not rated."""
        return torch.tensor([[float(source.crop.malignant), *self._ratings(source)] for source in self.sources], dtype=torch.float32)

    def _ratings(self, source: Source) -> list[float]:
        each = self.readers.get(source.crop.file, {})
        consensus = {name.lower(): value for name, value in source.crop.ratings.items()}
        values = [float(np.mean(each[name])) if name in each else consensus.get(name, float("nan")) for name in RATINGS]
        return [(value - 1) / (HIGHEST.get(name, 5) - 1) for name, value in zip(RATINGS, values, strict=True)]

    def still(self, n: int, frame: Frame | None = None) -> Cube:
        """Crop n in quiet lung, not varied, in `frame` or in the appraisal's that fits its size."""
        source = self.sources[n]
        frame = frame or APPRAISAL.zoomed(zoom(source.diameter_mm))
        turn, shape = np.diag(1 / source.crop.spacing_mm), source.crop.hu.shape
        where = places(shape, turn, source.crop.center, frame)
        outside = outside_mm(where, shape, source.crop.spacing_mm) > 0
        hu = np.where(outside, np.float32(QUIET_HU), interpolated(source.sharp, where))
        mask = interpolated(source.mask, places(tuple(source.mask.shape), turn, source.crop.center + 1, frame), beyond="zeros")
        return Cube(hu, mask, frame.spacing_mm, np.zeros(3))

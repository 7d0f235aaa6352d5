"""The front's output kept by a training run, so that evaluating new tails on the same images takes minutes in place of an hour.

Used only when the kept front has exactly the installed weights, and only for crops whose pixels are the same.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.breast.folds import content
from models.breast.view import Crop
from models.mammography import Mammography

log = logging.getLogger(__name__)

FOLDER = Path("cache") / "mammography"  # the --out that the documentation names
FILES = ("start.pt", "crops.npy", "features_0.npy")


@dataclass(frozen=True)
class KeptFront:
    """Fingerprint of a crop → its row in the kept output (N, 192, h, w)."""

    rows: Mapping[int, int]
    output: NDArray[np.float16]

    @classmethod
    def find(cls, model: Mammography, folder: Path = FOLDER) -> KeptFront | None:
        """The output kept in `folder`, or None where there is none or it belongs to another front."""
        if not all((folder / name).is_file() for name in FILES):
            return None
        start = torch.load(folder / "start.pt", map_location="cpu", weights_only=True)
        installed = model.front.state_dict()
        if not all(torch.equal(start[f"front.{key}"].half(), value.cpu().half()) for key, value in installed.items()):
            return None
        crops = np.load(folder / "crops.npy", mmap_mode="r")
        log.info("using the front's output kept in %s", folder)
        rows = {content(np.asarray(crop)): number for number, crop in enumerate(crops)}
        return cls(rows, np.load(folder / "features_0.npy", mmap_mode="r"))

    def features(self, crops: Sequence[Crop]) -> Tensor | None:
        """(B, 192, h, w) of the crops; None unless all of them are known."""
        rows = [self.rows.get(content(crop)) for crop in crops]
        known = [row for row in rows if row is not None]
        return torch.from_numpy(self.output[known].astype(np.float32)) if len(known) == len(rows) else None

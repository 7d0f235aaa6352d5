"""Which women a network was trained on: folds by the woman's identifier, and fingerprints of women and of images that name nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor


def fingerprint(woman: str) -> int:
    """48 bits that stand for a woman's identifier."""
    return _bits(f"firstlight mammography {woman}".encode())


def content(crop: NDArray[np.uint8]) -> int:
    """48 bits that stand for the pixels of a prepared view: the same image is known again under any name."""
    return _bits(crop.tobytes())


def fold(woman: str, count: int) -> int:
    """The fold of a woman, 0 … count - 1: fixed by her identifier alone, so that no table and no order of rows decides it."""
    return fingerprint(woman) % count


@dataclass(frozen=True)
class Known:
    """Fingerprint of every woman and every image of the training set → the fold it was held out in."""

    folds: Mapping[int, int]

    @classmethod
    def of(cls, pairs: Tensor) -> Known:
        """As the weight file keeps it: (N, 2) whole numbers, fingerprint and fold."""
        return cls({int(mark): int(held_out) for mark, held_out in pairs.tolist()})

    def held_out(self, woman: str, crops: Iterable[NDArray[np.uint8]]) -> int | None:
        """The fold whose network never saw this woman; None when no network did."""
        marks = (fingerprint(woman), *(content(crop) for crop in crops))
        return next((self.folds[mark] for mark in marks if mark in self.folds), None)


def _bits(content: bytes) -> int:
    return int.from_bytes(hashlib.sha256(content).digest()[:6], "big")

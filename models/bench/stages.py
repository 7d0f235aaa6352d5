"""Seconds per stage of scoring one chest CT."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.bench.phantom import thorax
from models.compute import Compute
from models.lung_ct import LungCT
from models.refusal import NoResult
from models.scoring import volumes

Case = tuple[str, float, NDArray[np.int16], NDArray[np.float64]]


def lines(where: Compute, paths: list[Path]) -> Iterator[str]:
    """One line for every series of the paths, or for the phantom."""
    model = LungCT.load(where)
    for case in cases(paths):
        try:
            seconds = timed(model, case)
        except NoResult as reason:
            yield f"{case[0]} on {model.compute.name}: no result, {reason}"
            continue
        told = "  ".join(f"{name} {value:.2f}" for name, value in seconds.items())
        yield f"{case[0]} on {model.compute.name}, seconds: {told}"


def cases(paths: list[Path]) -> Iterator[Case]:
    """(name, seconds to decode, hu, affine) of every series of the paths, or of the phantom."""
    if not paths:
        hu, affine = thorax()
        yield f"procedural thorax, {len(hu)} slices", 0.0, hu, affine
    for path in paths:
        start = time.monotonic()
        for scan in volumes.read(path):
            if scan.hu is not None and scan.affine is not None:
                yield f"{path.name}, {len(scan.hu)} slices", time.monotonic() - start, scan.hu, scan.affine
            start = time.monotonic()


def timed(model: LungCT, case: Case) -> dict[str, float]:
    """Seconds per stage, and in total, of one scan; the second of two runs counts on a GPU (the first one sets it up)."""
    _, decode, hu, affine = case
    for _ in range(2 if model.compute.device.type == "cuda" else 1):
        start = time.monotonic()
        result = model.score(hu, affine)
        total = time.monotonic() - start
    return {"decode": decode, **result.stage_seconds, "total": decode + total}

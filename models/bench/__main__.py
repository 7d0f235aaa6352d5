"""`python -m models.bench [CT …]`: seconds per stage of scoring a chest CT, on the CPU and on the GPU where there is one.

Without a path a procedural thorax is used; it stands for the work, not for the findings.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models import compute
from models.bench.phantom import thorax
from models.compute import Compute
from models.lung_ct import LungCT
from models.refusal import NoResult
from models.scoring import volumes

STAGES = ("decode", "field", "resample", "candidates", "infer", "post")
Case = tuple[str, float, NDArray[np.int16], NDArray[np.float64]]


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


def main(arguments: list[str] | None = None) -> int:
    """Print one line per device and scan."""
    parser = argparse.ArgumentParser(prog="python -m models.bench", description=__doc__)
    parser.add_argument("paths", type=Path, nargs="*")
    options = parser.parse_args(arguments)
    devices: list[Compute] = [compute.choose()] if not torch.cuda.is_available() else [compute.choose(), compute.reference()]
    write = sys.stdout.write
    if not torch.cuda.is_available():
        write("no GPU\n")
    for case in cases(options.paths):
        for device in devices:
            try:
                seconds = timed(LungCT.load(device), case)
            except NoResult as reason:
                write(f"{case[0]} on {device.name}: no result, {reason}\n")
                continue
            stages = "  ".join(f"{name} {seconds.get(name, 0.0):.2f}" for name in (*STAGES, "total"))
            write(f"{case[0]} on {device.name}, seconds: {stages}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""CTs per minute in bulk: from volumes in memory, and from compressed DICOM with reading and decoding beside the scoring."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.demonstration.compressed import compress
from core.demonstration.ct_writer import write_ct
from core.demonstration.identity import Identity
from models.bench.enlarged import full_size
from models.compute import Compute
from models.lung.nodule import LungResult
from models.lung_ct import LungCT
from models.pipeline import ahead
from models.refusal import NoResult
from models.scoring import volumes

SLICES = 300
NOBODY = Identity("bench", "Bench^Mark", date(1960, 1, 1), "F")
Item = TypeVar("Item")
Volume = tuple[NDArray[np.int16], NDArray[np.float64]]


@dataclass(frozen=True)
class Rates:
    """CTs per minute from volumes in memory and from compressed DICOM; None where no scan was scored. `reasons`: why scans were not."""

    decoded: float | None
    compressed: float | None
    reasons: tuple[str, ...]

    def line(self) -> str:
        """The figures in a line."""
        if not self.decoded or not self.compressed:
            return f"no result, {'; '.join(self.reasons)}"
        share = 100 * self.compressed / self.decoded
        return f"{self.decoded:.2f} CTs per minute from decoded volumes, {self.compressed:.2f} from compressed DICOM ({share:.0f} %)"


def measure(where: Compute, scans: int, slices: int = SLICES, size: int = 512) -> Rates:
    """Score `scans` copies of the enlarged phantom both ways, after one that does not count: the first scan sets a device up."""
    model, beside = LungCT.load(where), side_by_side(where)
    hu, affine = full_size(slices, size)
    with TemporaryDirectory() as folder:
        series = _series(hu, affine, Path(folder))
        list(_results(model, [(hu, affine)], lambda volume: volume, beside))
        decoded = _rate(_results(model, [(hu, affine)] * scans, lambda volume: volume, beside))
        compressed = _rate(_results(model, [series] * scans, _read, beside))
    return Rates(decoded[0], compressed[0], tuple(dict.fromkeys((*decoded[1], *compressed[1]))))


def side_by_side(where: Compute) -> int:
    """How many scans are prepared at once: many for a GPU, whose work is short beside that of the processor; one where they share cores."""
    return max(1, (os.cpu_count() or 1) // 2) if where.device.type == "cuda" else 1


def _results(model: LungCT, items: Iterable[Item], read: Callable[[Item], Volume], beside: int) -> Iterator[LungResult | str]:
    """The result of each scan, or the reason why there is none, in order."""
    scored = ahead(ahead(items, read, depth=beside), lambda one: model.score(*one.get()), depth=beside)
    for one in scored:
        try:
            yield one.get()
        except NoResult as reason:
            yield str(reason)


def _rate(results: Iterator[LungResult | str]) -> tuple[float | None, list[str]]:
    start = time.monotonic()
    told = list(results)
    reasons = [one for one in told if isinstance(one, str)]
    scored = len(told) - len(reasons)
    return (60 * scored / (time.monotonic() - start) if scored else None), reasons


def _series(hu: NDArray[np.int16], affine: NDArray[np.float64], folder: Path) -> Path:
    dz, dy, dx = (float(affine[row, column]) for row, column in ((2, 0), (1, 1), (0, 2)))
    x, y, z = (float(value) for value in affine[:3, 3])
    write_ct(
        hu,
        spacing_mm=(dz, dy, dx),
        origin_lps_mm=(x, y, z),
        identity=NOBODY,
        exam_date=date(2020, 1, 1),
        description="Benchmark",
        phantom=False,
        folder=folder,
    )
    compress(folder)
    return folder


def _read(folder: Path) -> Volume:
    """Unpacked, checked and decoded like any upload. Raises NoResult with the reason where it cannot be read."""
    scan = next(volumes.read(folder), None)
    if scan is None or scan.hu is None or scan.affine is None:
        raise NoResult(str(scan.reason if scan else "No CT series was found."))
    return scan.hu, scan.affine

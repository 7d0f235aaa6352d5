"""Seconds per stage of a four-view mammography exam from DICOM bytes to its result, and exams per second from decoded images."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from core.demonstration.identity import Identity
from core.demonstration.mammogram_writer import mammogram_bytes
from core.imaging.mammogram import read_mammogram
from models.bench.breast_phantom import SHAPE, SPACING_MM, exam
from models.bench.throughput import side_by_side
from models.compute import Compute
from models.mammography import Mammography, View
from models.pipeline import ahead
from models.refusal import NoResult

NOBODY = Identity("bench", "Bench^Mark", date(1960, 1, 1), "F")
LIMIT_SECONDS, EXAMS_PER_SECOND = 6.0, 20.0  # on two cores of a processor; on a GPU
DAY = date(2020, 1, 1)


@dataclass(frozen=True)
class Timed:
    """Seconds of each stage of an exam whose networks were ready, and of the first exam, which makes them ready."""

    seconds: dict[str, float]
    first: float

    @property
    def total(self) -> float:
        """From the bytes to the result."""
        return sum(self.seconds.values())

    def line(self) -> str:
        """The figures in a line."""
        stages = "  ".join(f"{name} {value:.2f}" for name, value in self.seconds.items())
        return f"seconds: {stages}  total {self.total:.2f} (limit {LIMIT_SECONDS:.0f}; first exam {self.first:.1f})"


def lines(where: Compute, exams: int) -> Iterator[str]:
    """One line on the stages and, on a GPU, one on exams per second; why there is none where the model gives no result."""
    rows, columns = SHAPE
    try:
        model, files = Mammography.load(where), dicom()
        yield f"four views of {rows} × {columns} on {model.device}, {timed(model, files).line()}"
        if where.device.type == "cuda":
            found = rate(model, decoded(files), exams, side_by_side(where))
            yield f"{found:.1f} exams per second from decoded images (aim {EXAMS_PER_SECOND:.0f})"
    except NoResult as reason:
        yield f"mammography on {where.name}: no result, {reason}"


def dicom(shape: tuple[int, int] = SHAPE) -> list[bytes]:
    """The four files of the procedural exam."""
    told = {"spacing_mm": SPACING_MM, "identity": NOBODY, "exam_date": DAY}
    return [mammogram_bytes(stored, side=side, view=view, **told) for side, view, stored in exam(shape)]  # type: ignore[arg-type]


def decoded(files: Sequence[bytes]) -> list[View]:
    """The views of an exam as the model takes them."""
    images = [read_mammogram(file) for file in files]
    return [View(one.pixels, one.view.laterality, one.view.view, one.header.sop_instance_uid, one.view.spacing_mm) for one in images]


def timed(model: Mammography, files: Sequence[bytes]) -> Timed:
    """Of the second of two runs. Raises NoResult when the exam has no score."""
    first, _ = _once(model, files)
    again, stages = _once(model, files)
    decode = again - sum(stages.values())
    return Timed({"decode": decode, **stages}, first)


def rate(model: Mammography, views: Sequence[View], exams: int, beside: int) -> float:
    """Exams per second, `beside` of them at once, after as many that do not count."""
    for count in (beside, exams):
        start = time.monotonic()
        for done in ahead([views] * count, model.score, depth=beside):
            _require_score(done.get().reason)
    return exams / (time.monotonic() - start)


def _once(model: Mammography, files: Sequence[bytes]) -> tuple[float, dict[str, float]]:
    start = time.monotonic()
    result = model.score(decoded(files))
    took = time.monotonic() - start
    _require_score(result.reason)
    return took, dict(result.stage_seconds)


def _require_score(reason: str | None) -> None:
    if reason is not None:
        raise NoResult(reason)

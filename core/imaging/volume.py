"""A CT series as one block of Hounsfield units with its place in the patient."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from core.errors import Rejected
from core.imaging.ct_series import CtSeries, gather
from core.imaging.decode import stored_values
from core.imaging.geometry import Plane
from core.imaging.header import InstanceHeader, header_of
from core.imaging.parse import parse
from core.imaging.pixel_format import PixelFormat
from core.imaging.pixels import hounsfield
from core.imaging.series import FEWEST_SLICES
from core.words import N_, Sentence

Source = bytes | Path | Callable[[], bytes]
THREADS = min(8, os.cpu_count() or 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """`hu` (Z, Y, X) int16, slices from foot to head; `affine` (4, 4): voxel (k, j, i, 1) → LPS mm; `spacing_mm`: (z, y, x)."""

    hu: NDArray[np.int16]
    affine: NDArray[np.float64]
    spacing_mm: tuple[float, float, float]
    series_instance_uid: str
    sop_instance_uids: tuple[str, ...]  # (Z,) of each slice; a multi-frame instance repeats
    frames: tuple[int, ...]  # (Z,) frame inside its instance, from 0
    warnings: tuple[Sentence, ...]
    slice_thickness_mm: float | None = None  # as the images tell it; the slices may overlap or leave gaps

    def lps(self, voxel: Sequence[float]) -> NDArray[np.float64]:
        """(k, j, i) → (x, y, z) in LPS mm."""
        return np.asarray(self.affine[:3, :3] @ np.asarray(voxel, np.float64) + self.affine[:3, 3], np.float64)

    def voxel(self, lps_mm: Sequence[float]) -> NDArray[np.float64]:
        """(x, y, z) in LPS mm → (k, j, i), not rounded."""
        return np.linalg.solve(self.affine[:3, :3], np.asarray(lps_mm, np.float64) - self.affine[:3, 3]).astype(np.float64)


def read_volume(
    sources: Sequence[Source], *, acquisition: int | None = None, threads: int = THREADS, fewest: int = FEWEST_SLICES
) -> Volume:
    """The volume of one series from its instances in any order; Rejected with the reason when there is none.

    A source is the bytes, a path or a function that fetches the bytes. Scouts among them are left out. `acquisition` names one of
    several scans in the series. Memory: the coded instances, each given back when its slice is in the volume, and the volume once.
    """
    with ThreadPoolExecutor(threads) as pool:
        opened = {header.sop_instance_uid: (dataset, header) for dataset, header in pool.map(_open, sources)}
        series = _only(gather((header for _, header in opened.values()), fewest=fewest), acquisition=acquisition)
        if series.stack is None:
            assert series.refusal is not None  # a series has one or the other
            raise Rejected(series.refusal.template, **series.refusal.values)
        planes = series.stack.planes
        hu = np.empty((len(planes), planes[0].rows, planes[0].columns), np.int16)

        def fill(k: int) -> None:
            uid = planes[k].sop_instance_uid
            dataset, header = opened[uid]
            assert header.pixel_format is not None  # only images are stacked
            hu[k] = _slice(dataset, header.pixel_format, planes[k])
            if header.pixel_format.frames == 1:
                del opened[uid]  # its coded pixels make room for the slice

        list(pool.map(fill, range(len(planes))))
    return Volume(
        hu=hu,
        affine=series.stack.affine,
        spacing_mm=series.stack.spacing_mm,
        series_instance_uid=series.series_instance_uid,
        sop_instance_uids=tuple(plane.sop_instance_uid for plane in planes),
        frames=tuple(plane.frame for plane in planes),
        warnings=series.warnings,
        slice_thickness_mm=series.slice_thickness_mm,
    )


def read_slice(source: Source, *, frame: int = 0) -> NDArray[np.int16]:
    """(rows, columns) Hounsfield units of one frame of a CT instance."""
    dataset, header = _open(source)
    if header.pixel_format is None or not frame < len(header.planes):
        raise Rejected(N_("The instance holds no CT slice {frame}"), frame=frame + 1)
    return _slice(dataset, header.pixel_format, header.planes[frame])


def _open(source: Source) -> tuple[Dataset, InstanceHeader]:
    dataset = parse(source() if callable(source) else source)
    return dataset, header_of(dataset)


def _slice(dataset: Dataset, pixel_format: PixelFormat, plane: Plane) -> NDArray[np.int16]:
    stored = stored_values(dataset, pixel_format, frame=plane.frame)
    return hounsfield(stored, slope=plane.slope, intercept=plane.intercept, padding=pixel_format.padding)


def _only(series: Sequence[CtSeries], *, acquisition: int | None) -> CtSeries:
    wanted = [one for one in series if acquisition is None or one.acquisition == acquisition]
    if not wanted:
        raise Rejected(N_("There is no CT slice among {count} series; a CT series was expected"), count=len(series))
    if len(wanted) > 1:
        raise Rejected(N_("The slices belong to {count} series or scans; one was expected"), count=len(wanted))
    return wanted[0]

"""Paths → CT volumes with the patient they belong to, for evaluation and training on whole scans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import FirstlightError
from core.imaging.ct_series import gather
from core.imaging.examine import examine
from models.scoring.ct import volume_of


@dataclass(frozen=True)
class Scan:
    """One series: `hu` (Z, Y, X) and `affine`, or the reason why it could not be read."""

    series_uid: str
    patient: str
    hu: NDArray[np.int16] | None
    affine: NDArray[np.float64] | None
    reason: str | None = None
    thickness_mm: float | None = None


def read(path: Path) -> Iterator[Scan]:
    """The CT series under `path`, a zip, folder or file."""
    examined = list(examine([path]))
    patients = {file.header.series_instance_uid: file.header.patient_id for file in examined if file.header}
    for series in gather(file.header for file in examined if file.header):
        uid = series.series_instance_uid
        try:
            volume = volume_of(series, examined)
        except FirstlightError as reason:
            yield Scan(uid, patients[uid], None, None, str(reason))
        else:
            yield Scan(uid, patients[uid], volume.hu, volume.affine, None, volume.slice_thickness_mm)

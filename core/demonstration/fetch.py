"""A real chest CT from the pyradiomics source distribution (BSD-3-Clause), fetched through pip where a package index can be reached."""

import logging
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import nrrd
import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

PACKAGE = "pyradiomics==3.0.1"
MEMBER = "pyradiomics-3.0.1/data/lung1_image.nrrd"
PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Scan:
    """A CT in HU with its place in the patient (LPS millimetres)."""

    hu: NDArray[np.int16]  # (Z, Y, X), slices foot to head
    spacing_mm: tuple[float, float, float]  # (z, y, x)
    origin_lps_mm: tuple[float, float, float]


def chest_ct(cache: Path) -> Scan | None:
    """The scan, from `cache` or freshly fetched; None when no package index can be reached."""
    archive = cache / "pyradiomics-3.0.1.tar.gz"
    if not archive.exists() and not _download(cache):
        return None
    with tarfile.open(archive) as opened:
        member = opened.extractfile(MEMBER)
        if member is None:
            return None
        return _read(member.read())


def _download(cache: Path) -> bool:
    """Fetch the source distribution; pip builds nothing but its metadata."""
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-build-isolation", "--no-binary=pyradiomics"]
        try:
            subprocess.run([*pip, "--dest", folder, PACKAGE], check=True, capture_output=True, timeout=PATIENCE_SECONDS)
        except (subprocess.SubprocessError, OSError) as problem:
            log.warning("the demonstration CT could not be fetched (%s); the procedural phantom takes its place", type(problem).__name__)
            return False
        for found in Path(folder).glob("*.tar.gz"):
            found.replace(cache / found.name)
    return (cache / "pyradiomics-3.0.1.tar.gz").exists()


def _read(content: bytes) -> Scan:
    """An axis-parallel NRRD in left-posterior-superior space (NRRD index order is x, y, z)."""
    stream = BytesIO(content)
    header = nrrd.read_header(stream)
    voxels = nrrd.read_data(header, stream)
    steps = np.asarray(header["space directions"], dtype=float)
    if header["space"] != "left-posterior-superior" or np.any(steps - np.diag(np.diag(steps))) or np.any(np.diag(steps) <= 0):
        raise ValueError(f"the demonstration CT has space {header['space']} and directions {steps.tolist()}; expected axis-parallel LPS")
    x, y, z = (float(value) for value in np.diag(steps))
    origin = tuple(float(value) for value in header["space origin"])
    return Scan(np.ascontiguousarray(voxels.transpose(2, 1, 0)).astype(np.int16), (z, y, x), (origin[0], origin[1], origin[2]))

"""Reads single-file NIfTI-1 volumes (`.nii`, `.nii.gz`): enough for labelled crops and training scans, no more."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.refusal import NoResult

TYPES = {2: "u1", 4: "<i2", 8: "<i4", 16: "<f4", 64: "<f8", 256: "i1", 512: "<u2"}


def read(path: Path) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """(values (Z, Y, X), affine (4, 4) from voxel (k, j, i, 1) to LPS mm). Raises NoResult when the file cannot be read."""
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        shape = struct.unpack("<8h", content[40:56])
        kind, offset = TYPES[struct.unpack("<h", content[70:72])[0]], int(struct.unpack("<f", content[108:112])[0])
        slope, intercept = struct.unpack("<2f", content[112:120])
        values = np.frombuffer(content, kind, offset=offset, count=shape[1] * shape[2] * shape[3])
        values = values.reshape(shape[3], shape[2], shape[1])
    except (OSError, EOFError, struct.error, KeyError, ValueError) as problem:
        raise NoResult(f"{path.name} cannot be read as a NIfTI volume ({problem}). Write it again.") from problem
    scaled = values.astype(np.float32) * (slope or 1.0) + (intercept if slope else 0.0)
    return np.asarray(scaled, np.float32), _lps(content)


def _lps(content: bytes) -> NDArray[np.float64]:
    """The header's sform, else its qform (NIfTI-1 method 2), turned from (i, j, k) → RAS to (k, j, i) → LPS."""
    pixdim = struct.unpack("<8f", content[76:108])
    affine = np.eye(4)
    if struct.unpack("<h", content[254:256])[0] > 0:
        affine[:3] = np.frombuffer(content[280:328], "<f4").reshape(3, 4)
    else:
        b, c, d = struct.unpack("<3f", content[256:268])
        handed = -1.0 if pixdim[0] < 0 else 1.0
        affine[:3, :3] = _rotation(b, c, d) @ np.diag([pixdim[1], pixdim[2], pixdim[3] * handed])
        affine[:3, 3] = struct.unpack("<3f", content[268:280])
    return np.asarray((np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine)[:, [2, 1, 0, 3]])


def _rotation(b: float, c: float, d: float) -> NDArray[np.float64]:
    """The rotation matrix of the unit quaternion (a, b, c, d), a ≥ 0."""
    a = float(np.sqrt(max(0.0, 1 - b * b - c * c - d * d)))
    return np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )

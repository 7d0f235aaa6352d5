"""Codes the instances of a folder as an archive would send them: JPEG-LS lossless, 12 bits without sign, rescaled by -1024."""

from __future__ import annotations

from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGLSLossless

LOWEST_HU, BITS = -1024, 12


def compress(folder: Path) -> None:
    """Rewrite every uncompressed CT instance of `folder` in place; HU outside of -1024…3071 are cut off."""
    for path in sorted(folder.glob("*.dcm")):
        dataset = pydicom.dcmread(path)
        if dataset.file_meta.TransferSyntaxUID.is_compressed:
            continue
        hu = np.frombuffer(dataset.PixelData, "<i2").reshape(dataset.Rows, dataset.Columns)
        stored = np.clip(hu.astype(int) - LOWEST_HU, 0, 2**BITS - 1).astype(np.uint16)
        dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = BITS, BITS - 1, 0
        dataset.RescaleIntercept = LOWEST_HU
        dataset.PixelData = encapsulate([bytes(imagecodecs.jpegls_encode(stored))])
        dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
        dataset.file_meta.TransferSyntaxUID = JPEGLSLossless
        dataset.save_as(path, enforce_file_format=True)

"""One mammogram of a labelled set as the networks take it, DICOM or research image alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import FirstlightError
from core.imaging.mammogram import read_mammogram
from models import research_images
from models.refusal import NoResult


def of(path: Path, laterality: str = "") -> NDArray[np.float32]:
    """(Y, X) in [0, 1], bright is dense. PNG and JPEG by their ending, everything else as DICOM.

    Raises NoResult when it cannot be read or, for DICOM, when the header names the other side than `laterality`.
    """
    if path.suffix.lower() in research_images.ENDINGS:
        return research_images.pixels(path)
    try:
        image = read_mammogram(path.read_bytes())
    except FileNotFoundError:
        raise NoResult("The file does not exist. Check the path in the table.") from None
    except (FirstlightError, OSError) as reason:
        raise NoResult(f"{reason}.".replace("..", ".")) from reason
    side = image.view.laterality or laterality
    if laterality and side != laterality:
        raise NoResult(f"The DICOM header says laterality {side}, the table {laterality}: one of them is another breast.")
    return image.pixels

"""Pictures made on the server: for pages without WebGL, for the README and for reports."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.imaging.pixels import Window, windowed

LUNG = Window(-600, 1500)
MEDIASTINUM = Window(40, 400)
BONE = Window(400, 1800)


def slice_image(hu: NDArray[np.int16], window: Window = LUNG) -> NDArray[np.uint8]:
    """(Y, X) HU → (Y, X) grey values 0 to 255."""
    return grey(windowed(hu, window))


def grey(shown: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(Y, X) in [0, 1] → (Y, X) grey values 0 to 255."""
    return np.rint(np.clip(shown, 0, 1) * 255).astype(np.uint8)


def png(picture: NDArray[np.uint8], *, longest_side: int | None = None) -> bytes:
    """(Y, X) grey or (Y, X, 3) colour as a PNG file, made smaller to `longest_side` pixels where asked."""
    image: Any = Image.fromarray(picture)
    if longest_side and max(image.size) > longest_side:
        image.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()

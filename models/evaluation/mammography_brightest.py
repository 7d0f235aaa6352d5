"""What a mark would hit that looks for nothing but brightness: a network that is no better has learnt nothing about lesions."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from models.breast import field, heat
from models.breast.field import Field, Mask, Pixels
from models.breast.heat import Mark, Seen

WIDE = 4.0  # pixels of the small copy over which brightness is averaged: blobs of about a centimetre
SKIN = 3  # pixels from the field's rim that are left out


def marks(pixels: Pixels, found: Field, muscle: Mask | None) -> tuple[Mark, ...]:
    """At most three marks on the brightest smooth blobs of a view (Y, X), outside of the muscle; `evidence` is the mean brightness."""
    small = field.shrink(pixels)
    bright = 1 - small if found.inverted else small
    weight = ndimage.gaussian_filter(found.mask.astype(np.float64), WIDE, mode="nearest")
    smooth = ndimage.gaussian_filter(np.where(found.mask, bright, 0).astype(np.float64), WIDE, mode="nearest") / np.maximum(weight, 1e-6)
    inside = ndimage.binary_erosion(found.mask, iterations=SKIN, border_value=1)
    return heat.marks(Seen(np.asarray(np.clip(smooth, 0, 1), np.float32), np.asarray(inside, np.bool_)), muscle)

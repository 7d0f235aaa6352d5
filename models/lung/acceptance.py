"""What the lung model takes and what it refuses: a volume it can search, Hounsfield units, a patient, lungs that are there.

Every refusal names what was met, what was expected and who acts. What only limits a result is a warning (`quality.py`, `coverage.py`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.lung.grid import Grid
from models.refusal import NoResult

FEWEST_SLICES, THICKEST_MM = 20, 6.0
FINEST_MM = 0.02
AIR_SHARE, TISSUE_SHARE = 0.01, 0.03
TISSUE_HU = (-160, 140)
"""Fat lies at about -100 HU, muscle and blood at 30 to 60: most tissue of a chest is one of them."""
MIN_LUNG_ML, MIN_HEIGHT_MM, MIN_CUT_HEIGHT_MM = 800.0, 100.0, 150.0
BONE_HU, MIN_BONE_SHARE = 180, 0.002
"""Share of the body that is bone at 2.5 mm, over the height of the lungs: 4 to 9 % in patients."""
AIRWAY_ML, NO_AIRWAY_ML = 5.0, 2.0
TURNED_MM = 10.0
Mask = NDArray[np.bool_]
Values = NDArray[np.int16] | NDArray[np.float32]


def require_volume(hu: Values, affine: NDArray[np.float64], thickness_mm: float | None = None) -> None:
    """Raises NoResult unless `hu` (Z, Y, X) is a whole volume with a place in the patient and slices that nodules can be measured on.

    `thickness_mm` is the slice thickness where the images tell it; the spacing of the slices alone does not.
    """
    if hu.ndim != 3 or min(hu.shape) < FEWEST_SLICES:
        raise NoResult(
            f"The series has {min(hu.shape)} slices; at least {FEWEST_SLICES} are needed to search the lungs. "
            "The sender has to send the whole scan."
        )
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    if not np.isfinite(affine).all() or spacing.min() < FINEST_MM or abs(np.linalg.det(affine[:3, :3] / spacing)) < 0.5:
        raise NoResult(
            "The voxels have no usable place in the patient (their size or direction is missing or not a number); millimetres along three "
            "directions at right angles were expected. The sender has to send the original series."
        )
    if spacing.max() > THICKEST_MM:
        thick = "" if thickness_mm is None else f" and {thickness_mm:.1f} mm thick"
        raise NoResult(
            f"The slices are {spacing.max():.1f} mm apart{thick}; nodules cannot be measured above {THICKEST_MM:.0f} mm (1.5 mm or less is "
            "recommended). The sender has to send a thinner reconstruction."
        )
    if thickness_mm is not None and thickness_mm > THICKEST_MM:
        raise NoResult(
            f"The slices are {thickness_mm:.1f} mm thick, although they lie {spacing.max():.1f} mm apart; nodules cannot be measured above "
            f"{THICKEST_MM:.0f} mm (1.5 mm or less is recommended). The sender has to send a thinner reconstruction."
        )


def require_hounsfield(hu: Values) -> None:
    """Raises NoResult when the values (Z, Y, X) cannot be Hounsfield units of a chest: no air, no tissue, or tissue at another value."""
    steps = [max(1, size // 64) for size in hu.shape]
    sample = np.asarray(hu[:: steps[0], :: steps[1], :: steps[2]], np.float32).ravel()
    values, counts = np.unique(sample, return_counts=True)
    image = sample[sample != values[counts.argmax()]] if counts.max() > 0.1 * sample.size and len(values) > 1 else sample
    if not image.size or (sample < -400).mean() < AIR_SHARE:
        low, high = np.percentile(sample, [1, 99])
        raise NoResult(
            f"No lung was found: nothing in the images is as dark as air (nearly all values lie between {low:.0f} and {high:.0f}; air at "
            "-1000 Hounsfield units is expected). The sender has to check that this is a chest CT with its rescale values."
        )
    tissue = image[image > -400]
    if tissue.size < TISSUE_SHARE * image.size:
        raise NoResult(
            f"No lung was found: the images hold no tissue (99 of 100 values lie below {np.percentile(image, 99):.0f}; water at 0 "
            "Hounsfield units is expected). The sender has to check that this is a chest CT with its rescale values."
        )
    peak = _peak(tissue)
    if not TISSUE_HU[0] <= peak <= TISSUE_HU[1]:
        raise NoResult(
            f"The values are no Hounsfield units: most tissue lies at {peak:.0f}, between {TISSUE_HU[0]} and {TISSUE_HU[1]} "
            "(fat and muscle) was expected. The sender has to check the rescale values and that this is a CT."
        )


def require_lung(lung: Mask, spacing_mm: float) -> None:
    """Raises NoResult when `lung` (z, y, x) is too little, or so little of a chest that it is another part of the body."""
    volume = float(lung.sum()) * spacing_mm**3 / 1000
    levels = np.any(lung, (1, 2))
    height = float(levels.sum()) * spacing_mm
    cut = bool(levels[0] or levels[-1])
    least = MIN_CUT_HEIGHT_MM if cut else MIN_HEIGHT_MM
    if volume < MIN_LUNG_ML or height < least:
        seen = "No lung" if volume < 100 else "Only a part of the lungs" if cut else "Too little lung"
        raise NoResult(
            f"{seen} was found that could be searched ({volume:.0f} ml of aerated lung over {height:.0f} mm; at least "
            f"{MIN_LUNG_ML:.0f} ml over {least:.0f} mm are expected). The sender has to check that this is a complete chest CT of an adult."
        )


def require_patient(coarse: Grid, lung: Mask, body: Mask) -> None:
    """Raises NoResult when nothing around the lungs is bone: a phantom, or another kind of image."""
    levels = lung.any((1, 2))
    inside = body[levels]
    share = float((inside & (np.asarray(coarse.hu, np.float32)[levels] > BONE_HU)).sum() / max(inside.sum(), 1))
    if share < MIN_BONE_SHARE:
        raise NoResult(
            f"No bone was found around the lungs ({100 * share:.1f} % of the body above {BONE_HU} HU; 2 to 10 % are expected): this is a "
            "phantom or no CT of a patient. The sender has to check what was sent."
        )


def require_upright(lung: Mask, coarse: Grid, airway_ml: tuple[float, float]) -> None:
    """Raises NoResult when the slices run against their positions, or front and back are swapped: sides would be wrong.

    `airway_ml`: windpipe found when followed from the head, and when followed from the feet.
    """
    if airway_ml[0] < NO_AIRWAY_ML and airway_ml[1] > AIRWAY_ML:
        raise NoResult(
            "The windpipe opens towards the feet: the slices run against the positions that the images name, and left and right cannot be "
            "trusted. The sender has to correct position and orientation and send the series again."
        )
    lowest, bone = _behind_mm(lung, coarse)
    if lowest < -TURNED_MM and bone < -TURNED_MM:
        raise NoResult(
            f"The spine lies in front of the lungs ({-bone:.0f} mm before their middle, where it is expected behind): the patient lay "
            "prone or supine against what the images say, so left and right would be swapped. The sender has to correct the position."
        )


def _peak(tissue: NDArray[np.float32]) -> float:
    """The value in HU that most tissue has."""
    clipped = np.clip(tissue, -400, 3000)
    counts, edges = np.histogram(clipped, bins=np.arange(-400, 3021, 20))
    smooth = np.convolve(counts, [1, 1, 1], "same")
    return float(edges[smooth.argmax()]) + 10


def _behind_mm(lung: Mask, coarse: Grid) -> tuple[float, float]:
    """How far behind the middle of the lungs their lowest 40 mm lie, and the bone in the midline beside their lower third (mm)."""
    spacing = float(coarse.spacing_mm[1])
    levels = np.flatnonzero(lung.any((1, 2)))
    _, y, x = (float(place.mean()) for place in np.nonzero(lung))
    low = lung[levels[0] : levels[0] + int(40 / spacing)]
    third = np.asarray(coarse.hu, np.float32)[levels[0] : levels[0] + max(1, len(levels) // 3)]
    near = slice(max(0, int(x - 25 / spacing)), int(x + 25 / spacing) + 1)
    bone = np.nonzero(third[:, :, near] > BONE_HU)[1]
    return (float(np.nonzero(low)[1].mean()) - y) * spacing, (float(bone.mean()) - y) * spacing if len(bone) else 0.0

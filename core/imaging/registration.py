"""Lays one chest CT on an earlier one of the same person: turned and shifted as a whole, on what lies inside the lungs.

Rigid on purpose: nothing is bent, so a nodule that grew still looks grown. Breathing moves what lies near the diaphragm by
centimetres all the same; how well the lungs lie on each other is measured and kept with the answer.
"""

# mypy: disallow-untyped-calls=False
# SimpleITK has no types of its own.
import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from core.errors import Rejected
from core.imaging.coarse import Coarse
from core.words import N_

METHOD = "rigid, lungs, 3 mm"
THREADS = 2
WINDOW_HU = (-1000.0, 200.0)
AROUND_MM = 9.0  # tissue around the lungs that helps to hold them
STEPS = ((4, 4.0), (2, 2.0), (1, 0.0))  # shrink factor and smoothing (mm), coarse to fine
SAMPLES = 0.35
MOST_TURNED_DEG, LEAST_DICE, LEAST_CORRELATION = 30.0, 0.6, 0.15
GOOD_DICE, GOOD_CORRELATION, FAIR_DICE, FAIR_CORRELATION = 0.93, 0.5, 0.85, 0.25

Grade = Literal["good", "fair", "low"]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Quality:
    """How the lungs lie on each other: overlap (Dice, 0–1), correlation of what lies in both (−1–1), its residual (HU), and the move."""

    dice: float
    correlation: float
    residual_hu: float
    turned_deg: float
    shifted_mm: float

    @property
    def grade(self) -> Grade:
        """ "low": seen side by side only with care, and nothing is matched by it."""
        if self.dice >= GOOD_DICE and self.correlation >= GOOD_CORRELATION:
            return "good"
        return "fair" if self.dice >= FAIR_DICE and self.correlation >= FAIR_CORRELATION else "low"

    def to_json(self) -> dict[str, Any]:
        return {name: round(value, 4) for name, value in asdict(self).items()} | {"grade": self.grade}


@dataclass(frozen=True, slots=True)
class Laid:
    """`matrix` (4, 4): LPS mm of the current exam → LPS mm of the earlier one."""

    matrix: Matrix
    quality: Quality


def register(current: Coarse, earlier: Coarse) -> Laid:
    """The move that brings `current` onto `earlier`; Rejected with the reason when none was found that can be trusted at all."""
    start = sitk.Euler3DTransform()
    centre = current.lung_centre_mm()
    start.SetCenter(centre.tolist())
    start.SetTranslation((earlier.lung_centre_mm() - centre).tolist())
    matrix = _matrix(_optimised(current, earlier, start))
    quality = measured(current, earlier, matrix)
    if quality.turned_deg > MOST_TURNED_DEG or quality.dice < LEAST_DICE or quality.correlation < LEAST_CORRELATION:
        raise Rejected(
            N_(
                "The exams could not be laid on each other: the lungs overlap by {dice:.0%} and what lies in them agrees by "
                "{correlation:.2f} (1 is the same, 0 is unrelated)"
            ),
            dice=quality.dice, correlation=quality.correlation,
        )  # fmt: skip
    return Laid(matrix, quality)


def measured(current: Coarse, earlier: Coarse, matrix: Matrix) -> Quality:
    """How well `matrix` lays the lungs on each other, over the part that both scans show."""
    to_earlier = np.linalg.inv(earlier.affine) @ matrix @ current.affine  # block of the current exam → block of the earlier one
    shape = current.hu.shape
    hu = _moved(earlier.hu, to_earlier, shape, order=1, outside=np.nan)
    lung = _moved(earlier.lung.astype(np.float32), to_earlier, shape, order=1, outside=0.0) > 0.5
    shown = ~np.isnan(hu)
    mine = current.lung & shown
    both = ndimage.binary_erosion(mine & lung, iterations=2)
    a, b = _windowed(current.hu[both]), _windowed(hu[both])
    enough = both.sum() > 1000 and a.std() > 1 and b.std() > 1
    turn, centre = matrix[:3, :3], current.lung_centre_mm()
    return Quality(
        dice=2 * float((mine & lung).sum()) / max(1.0, float(mine.sum() + lung.sum())),
        correlation=float(np.corrcoef(a, b)[0, 1]) if enough else 0.0,
        residual_hu=float(np.sqrt(np.mean((a - b) ** 2))) if enough else float("inf"),
        turned_deg=math.degrees(math.acos(min(1.0, max(-1.0, (float(np.trace(turn)) - 1) / 2)))),
        shifted_mm=float(np.linalg.norm(turn @ centre + matrix[:3, 3] - centre)),
    )


def _optimised(current: Coarse, earlier: Coarse, start: sitk.Euler3DTransform) -> sitk.Euler3DTransform:
    sitk.ProcessObject.GlobalWarningDisplayOff()  # ITK would write to the terminal by itself
    method = sitk.ImageRegistrationMethod()
    method.SetNumberOfThreads(THREADS)
    method.SetMetricAsCorrelation()
    method.SetMetricFixedMask(_image(_around(current), current.affine))
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetMetricSamplingPercentage(SAMPLES)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=4.0, minStep=0.002, numberOfIterations=200, relaxationFactor=0.75, gradientMagnitudeTolerance=1e-10
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([shrink for shrink, _ in STEPS])
    method.SetSmoothingSigmasPerLevel([sigma for _, sigma in STEPS])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    method.SetInitialTransform(start, inPlace=True)
    try:
        method.Execute(_image(_windowed(current.hu), current.affine), _image(_windowed(earlier.hu), earlier.affine))
    except RuntimeError as problem:  # what ITK raises when nothing overlaps
        raise Rejected(N_("The exams could not be laid on each other: they do not overlap")) from problem
    return start


def _around(one: Coarse) -> NDArray[np.uint8]:
    """The lungs and the tissue just around them."""
    distance = ndimage.distance_transform_edt(~one.lung, sampling=one.spacing_mm)
    return np.asarray(distance <= AROUND_MM, np.uint8)


def _image(values: NDArray[Any], affine: Matrix) -> sitk.Image:
    """(z, y, x) with its place; axes that are not quite perpendicular are taken as the nearest that are."""
    image = sitk.GetImageFromArray(values)
    axes = affine[:3, 2::-1]  # columns x, y, z
    spacing = np.linalg.norm(axes, axis=0)
    u, _, v = np.linalg.svd(axes / spacing)
    image.SetSpacing(spacing.tolist())
    image.SetOrigin(affine[:3, 3].tolist())
    image.SetDirection((u @ v).ravel().tolist())
    return image


def _matrix(found: sitk.Euler3DTransform) -> Matrix:
    turn = np.array(found.GetMatrix()).reshape(3, 3)
    centre, shift = np.array(found.GetCenter()), np.array(found.GetTranslation())
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = turn, centre + shift - turn @ centre
    return matrix


def _windowed(hu: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.clip(hu, *WINDOW_HU).astype(np.float32)


def _moved(values: NDArray[np.float32], matrix: Matrix, shape: tuple[int, ...], *, order: int, outside: float) -> NDArray[np.float32]:
    moved = ndimage.affine_transform(values, matrix[:3, :3], matrix[:3, 3], output_shape=shape, order=order, cval=outside)
    return np.asarray(moved, np.float32)

"""One CT laid on an earlier one: known moves are found again to the millimetre, and strangers are not laid on each other."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from core.demonstration import phantom
from core.errors import Rejected
from core.imaging.coarse import Coarse, coarse
from core.imaging.ct_series import gather
from core.imaging.examine import examine
from core.imaging.registration import Quality, measured, register
from core.imaging.volume import read_volume
from tests.growth_build import an_affine

Hu, Matrix = NDArray[np.int16], NDArray[np.float64]
SCANS = ("C3N-00247", "LIDC-IDRI-0001", "LIDC-IDRI-0002")
MOVES = (  # turn about x, y, z in degrees; shift in mm; new spacing (z, y, x); noise in HU
    ((4, -6, 10), (25, -20, 24), (1.5, 0.9, 0.9), 40),
    ((-10, 3, -4), (-12, 18, -33), (5.0, 0.8, 0.8), 60),
)


def moved(
    hu: Hu, affine: Matrix, turn: Sequence[float], shift: Sequence[float], spacing: Sequence[float], noise: float
) -> tuple[Hu, Matrix, Matrix]:
    """The same chest lying differently on another grid, and the matrix that leads there."""
    centre = affine[:3, :3] @ (np.array(hu.shape) / 2) + affine[:3, 3]
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", turn, degrees=True).as_matrix()
    matrix[:3, 3] = centre + shift - matrix[:3, :3] @ centre
    count = np.ceil(np.array(hu.shape) * np.linalg.norm(affine[:3, :3], axis=0) / spacing).astype(int)
    grid = an_affine(spacing, (0, 0, 0))
    grid[:3, 3] = centre + shift - grid[:3, :3] @ (count / 2)
    to_source = np.linalg.inv(affine) @ np.linalg.inv(matrix) @ grid
    there = ndimage.affine_transform(
        hu.astype(np.float32), to_source[:3, :3], to_source[:3, 3], output_shape=tuple(count), order=1, cval=-1000
    )
    there += np.random.default_rng(1).normal(0, noise, there.shape).astype(np.float32)
    return there.clip(-1024, 3000).astype(np.int16), grid, matrix


def seen(hu: Hu, affine: Matrix) -> Coarse:
    return coarse(lambda first, last: hu[first:last], hu.shape, affine)


def farthest_mm(found: Matrix, right: Matrix, exam: Coarse) -> float:
    """The largest error over landmarks all over the lungs."""
    places = np.c_[np.argwhere(exam.lung)[::300], np.ones(len(np.argwhere(exam.lung)[::300]))].T
    return float(np.linalg.norm(((found - right) @ exam.affine @ places)[:3], axis=0).max())


@pytest.fixture(scope="module")
def thorax() -> tuple[Hu, Matrix]:
    return phantom.thorax(), an_affine(phantom.SPACING_MM, phantom.ORIGIN_LPS_MM)


@pytest.fixture(scope="module")
def scans(shared_data: Path) -> dict[str, tuple[Hu, Matrix]]:
    found = {}
    for name in SCANS:
        files = [file for file in examine([shared_data / "chest_ct" / f"{name}.zip"]) if file.header]
        series = next(one for one in gather(file.header for file in files if file.header) if one.stack)
        volume = read_volume(
            [file.content for file in files if file.header and file.header.sop_instance_uid in series.sop_instance_uids and file.content]
        )
        found[name] = (volume.hu, volume.affine)
    return found


@pytest.mark.parametrize(("turn", "shift", "spacing", "noise"), MOVES)
def test_a_known_move_of_a_phantom_is_found(
    thorax: tuple[Hu, Matrix], turn: Sequence[float], shift: Sequence[float], spacing: Sequence[float], noise: float
) -> None:
    hu, grid, right = moved(*thorax, turn, shift, spacing, noise)
    current = seen(*thorax)
    laid = register(current, seen(hu, grid))
    assert farthest_mm(laid.matrix, right, current) <= 2
    assert laid.quality.grade == "good"
    assert laid.quality.turned_deg == pytest.approx(np.degrees(Rotation.from_euler("xyz", turn, degrees=True).magnitude()), abs=0.5)


def test_a_chest_that_lies_seven_slices_higher_is_followed_to_the_same_slice(thorax: tuple[Hu, Matrix]) -> None:
    """What linked scrolling rests on: the slice of the earlier exam that shows the same nodule, to within one slice."""
    hu, affine = thorax
    higher = np.roll(hu, 7, axis=0)
    higher[:7] = hu[0]
    laid = register(seen(hu, affine), seen(higher, affine))
    for k in range(20, 60, 5):
        there = np.linalg.inv(affine) @ laid.matrix @ affine @ np.array([k, 88, 120, 1])
        assert abs(there[0] - (k + 7)) < 1


@pytest.mark.shared_data
@pytest.mark.parametrize("name", SCANS)
@pytest.mark.parametrize(("turn", "shift", "spacing", "noise"), MOVES)
def test_a_known_move_of_a_real_scan_is_found_in_seconds(
    scans: dict[str, tuple[Hu, Matrix]], name: str, turn: Sequence[float], shift: Sequence[float], spacing: Sequence[float], noise: float
) -> None:
    hu, grid, right = moved(*scans[name], turn, shift, spacing, noise)
    began = time.process_time()
    current = seen(*scans[name])
    laid = register(current, seen(hu, grid))
    assert farthest_mm(laid.matrix, right, current) <= 2
    assert laid.quality.grade == "good"
    assert time.process_time() - began <= 30  # of both cores together, also while others use them


@pytest.mark.shared_data
def test_two_people_are_not_laid_on_each_other(scans: dict[str, tuple[Hu, Matrix]]) -> None:
    chests = [seen(*scans[name]) for name in SCANS]
    for one, other in ((chests[0], chests[1]), (chests[1], chests[2]), (chests[2], chests[0])):
        with pytest.raises(Rejected, match="could not be laid on each other"):
            register(one, other)


@pytest.mark.shared_data
def test_a_bad_lie_is_measured_as_bad(scans: dict[str, tuple[Hu, Matrix]]) -> None:
    chest = seen(*scans["LIDC-IDRI-0002"])
    beside = np.eye(4)
    beside[:3, 3] = (0, 0, 15)
    assert measured(chest, chest, np.eye(4)).grade == "good"
    assert measured(chest, chest, beside).grade == "low"
    assert measured(chest, chest, beside).shifted_mm == pytest.approx(15)


def test_slices_are_read_a_few_at_a_time(thorax: tuple[Hu, Matrix]) -> None:
    hu, affine = thorax
    fine, asked = hu.repeat(2, axis=0), []

    def slab(first: int, last: int) -> Hu:
        asked.append(last - first)
        return fine[first:last]

    half = affine.copy()
    half[:3, 0] /= 2
    half[:3, 3] -= half[:3, 0] / 2
    blocks = coarse(slab, fine.shape, half)
    assert max(asked) == 2
    np.testing.assert_allclose(blocks.affine[:, 0], affine[:, 0])
    np.testing.assert_allclose(blocks.lung_centre_mm(), seen(hu, affine).lung_centre_mm(), atol=0.5)


def test_a_scan_without_lungs_is_refused_by_name() -> None:
    solid = np.full((60, 60, 60), 40, np.int16)
    solid[:, :3], solid[:, :, :3] = -1000, -1000
    with pytest.raises(Rejected, match="No complete lungs were found"):
        seen(solid, an_affine((3, 3, 3), (0, 0, 0)))


def test_the_quality_says_its_grade() -> None:
    fair = Quality(dice=0.9, correlation=0.4, residual_hu=60.0, turned_deg=1.0, shifted_mm=5.0)
    assert fair.to_json()["grade"] == "fair"
    assert Quality(0.9, 0.2, 60.0, 1.0, 5.0).grade == "low"

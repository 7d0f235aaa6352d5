"""Real scans that were cut, mirrored or filled, and what is said of them."""

import os
from pathlib import Path

import numpy as np
import pytest

from models.lung import field, quality
from models.lung.grid import in_reading_order
from models.refusal import NoResult
from models.scoring import volumes

pytestmark = [pytest.mark.shared_data, pytest.mark.xdist_group("lung_refusals_real")]

SHARED = Path(os.environ.get("FIRSTLIGHT_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.fixture(scope="module", params=["C3N-00247", "LIDC-IDRI-0001", "LIDC-IDRI-0002"])
def scan(request):
    path = SHARED / "chest_ct" / f"{request.param}.zip"
    if not path.exists():
        pytest.skip(f"the real scans are not at {SHARED}")
    (one,) = volumes.read(path)
    return one.hu, one.affine


def found(hu, affine):
    grid, _ = in_reading_order(hu, affine)
    return field.find(grid)


def part(scan, first, last):
    hu, affine = scan
    moved = affine.copy()
    moved[:3, 3] += moved[:3, 0] * first
    return hu[first:last], moved


def test_a_whole_chest_is_searched_whole(scan):
    grid, _ = in_reading_order(*scan)
    lung = field.find(grid)
    assert 3000 < lung.volume_ml < 6000
    assert not [one for one in lung.warnings if "contrast" not in one]
    told = quality.measure(grid, lung)
    assert 5 < told.noise_hu < 120
    assert 0.6 < told.left_ml / told.right_ml < 1


@pytest.mark.parametrize(
    ("axes", "reason"),
    [((0,), "windpipe opens towards the feet"), ((1,), "spine lies in front"), ((1, 2), "spine lies in front")],
    ids=["head and feet", "front and back", "prone called supine"],
)
def test_a_chest_that_lies_the_wrong_way_round_is_refused(scan, axes, reason):
    hu, affine = scan
    with pytest.raises(NoResult, match=reason):
        found(np.flip(hu, axes), affine)


def test_the_lowest_and_the_topmost_part_alone_are_no_chest(scan):
    depth = len(scan[0])
    for first, last in ((0, int(0.45 * depth)), (int(0.65 * depth), depth)):
        with pytest.raises(NoResult, match="Only a part of the lungs"):
            found(*part(scan, first, last))


def test_a_view_that_cuts_one_lung_is_searched_as_far_as_it_goes(scan):
    hu, affine = scan
    whole, cut = found(hu, affine), found(np.ascontiguousarray(hu[:, :, :300]), affine)
    assert [one for one in cut.warnings if "cuts the lungs off at the side" in one]
    width = cut.air.shape[2] - 3
    assert cut.air[:, :, :width].sum() > 0.97 * whole.air[:, :, :width].sum()

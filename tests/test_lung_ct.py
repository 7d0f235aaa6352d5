"""The installed lung model on a procedural thorax, and on the real scans where they lie."""

import math
import os
from pathlib import Path

import numpy as np
import pytest

from models import compute
from models.bench.phantom import BALL_DIAMETER_MM, BALL_LPS_MM, thorax
from models.lung_ct import LungCT
from models.refusal import NoResult

pytestmark = pytest.mark.xdist_group("lung_ct")  # one worker, so that the scan is scored once

SHARED = Path(os.environ.get("FIRSTLIGHT_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.fixture(scope="module")
def model():
    return LungCT.load(compute.choose())


@pytest.fixture(scope="module")
def phantom():
    return thorax(slices=80, size=128, vessels=12)


@pytest.fixture(scope="module")
def result(model, phantom):
    return model.score(*phantom)


def nearest(findings, place):
    return min(findings, key=lambda finding: math.dist(finding.center_lps_mm, place))


def test_the_ball_is_found_and_measured(result):
    found = nearest(result.findings, BALL_LPS_MM)
    assert math.dist(found.center_lps_mm, BALL_LPS_MM) < 3
    assert found.mean_diameter_mm == pytest.approx(BALL_DIAMETER_MM, abs=2.5)
    assert found.side == "left"


def test_findings_are_listed_most_probable_first_and_above_the_operating_point(model, result):
    probabilities = [finding.probability for finding in result.findings]
    assert probabilities == sorted(probabilities, reverse=True)
    assert all(model.card.thresholds["nodule"] <= p <= 1 for p in probabilities)
    assert all(0 <= finding.malignancy <= 1 for finding in result.findings)
    assert set(result.stage_seconds) == {"field", "resample", "detect", "appraise", "measure", "explain"}


def test_the_mask_lies_where_the_box_and_the_centre_say(phantom, result):
    hu, affine = phantom
    found = nearest(result.findings, BALL_LPS_MM)
    whole = np.zeros(hu.shape, bool)
    whole[tuple(slice(a, b) for a, b in found.box_kji)] = found.mask.block()
    np.testing.assert_allclose(np.argwhere(whole).mean(0), found.center_kji, atol=0.01)
    np.testing.assert_allclose(affine[:3, :3] @ found.center_kji + affine[:3, 3], found.center_lps_mm, atol=0.02)
    voxel = abs(np.linalg.det(affine[:3, :3]))
    assert whole.sum() * voxel == pytest.approx(found.volume_mm3, abs=0.1)
    assert hu[whole].mean() > -300


def test_slices_from_head_to_foot_give_the_same_findings(model, phantom, result):
    hu, affine = phantom
    turned = affine.copy()
    turned[:3, 3] += turned[:3, 0] * (len(hu) - 1)
    turned[:3, 0] *= -1
    again = model.score(np.ascontiguousarray(hu[::-1]), turned)
    assert [finding.center_lps_mm for finding in again.findings] == [finding.center_lps_mm for finding in result.findings]
    assert again.findings[0].center_kji[0] == pytest.approx(len(hu) - 1 - result.findings[0].center_kji[0], abs=0.01)


def test_too_few_or_too_thick_slices_are_refused_by_name(model, phantom):
    hu, affine = phantom
    with pytest.raises(NoResult, match="12 slices; at least 20"):
        model.score(hu[:12], affine)
    thick = affine.copy()
    thick[:3, 0] *= 2
    with pytest.raises(NoResult, match="mm apart"):
        model.score(hu[::2], thick)


def test_a_head_is_no_chest(model):
    hu = np.full((60, 64, 64), -1000, np.int16)
    hu[5:55, 10:54, 10:54] = 40
    affine = np.array([[0, 0, 4.0, -128], [0, 4.0, 0, -128], [3.0, 0, 0, -90], [0, 0, 0, 1.0]])
    with pytest.raises(NoResult, match="chest CT"):
        model.score(hu, affine)


@pytest.mark.shared_data
def test_the_nodule_of_a_real_scan_that_no_network_was_trained_on_is_found(model):
    from models.scoring import volumes

    path = SHARED / "chest_ct" / "LIDC-IDRI-0001.zip"
    if not path.exists():
        pytest.skip(f"the real scans are not at {SHARED}")
    scan = next(volumes.read(path))
    found = model.score(scan.hu, scan.affine).findings
    assert math.dist(nearest(found, (56.2, 86.3, -115.9)).center_lps_mm, (56.2, 86.3, -115.9)) < 11.7
    assert len(found) <= 20

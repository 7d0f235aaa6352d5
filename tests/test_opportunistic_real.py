"""The measures on real scans, for which there is no reference: found where anatomy allows, or refused by name."""

from pathlib import Path

import pytest

from models import cards
from models.opportunistic import chest
from models.opportunistic.measures import MEASURES, Measured, measure
from models.scoring import volumes

pytestmark = pytest.mark.shared_data


def told(path: Path) -> dict[str, Measured]:
    scan = next(volumes.read(path))
    assert scan.hu is not None
    assert scan.affine is not None
    looked = chest.look(scan.hu, scan.affine)
    return {name: measure(cards.load(name), looked) for name in MEASURES}


def test_a_scan_without_contrast_has_all_three(shared_data: Path) -> None:
    found = told(shared_data / "chest_ct" / "LIDC-IDRI-0002.zip")
    assert [one.reason for one in found.values()] == [None, None, None]
    assert 0 <= found["lung-emphysema"].value < 5
    assert not found["lung-emphysema"].parts["filtered"]
    assert 150 < found["vertebral-bone"].value < 250
    assert max(abs(above - found["vertebral-bone"].value) for above in found["vertebral-bone"].parts["neighbours_hu"]) < 50
    assert found["coronary-calcium"].value in ("none", "mild")


def test_a_sharp_scan_with_contrast_is_smoothed_or_refused_by_name(shared_data: Path) -> None:
    found = told(shared_data / "chest_ct" / "C3N-00247.zip")
    assert "contrast was given" in str(found["coronary-calcium"].reason)
    assert found["lung-emphysema"].parts["filtered"]
    assert any("contrast enhanced" in warning for warning in found["lung-emphysema"].warnings)
    assert "none of them uniform" in str(found["vertebral-bone"].reason)

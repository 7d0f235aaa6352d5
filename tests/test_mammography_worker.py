"""What the worker keeps of a mammography exam: marks in pixels, numbered over all views, with the numbers of their partners."""

import numpy as np

from core.imaging.mammogram import Mammogram, read_mammogram
from models.breast.exam import ViewResult
from models.breast.heat import Mark
from models.breast.linking import linked
from models.breast.nipple import Nipple
from models.worker.breast import _findings
from tests import dicom_build

TIP = Nipple(1.0, 0.5, 0.0, 0.5, False)


def image(view: str) -> Mammogram:
    """1000 × 800 pixels of 0.07 mm."""
    pixels = np.tile(np.arange(800, dtype=np.uint16), (1000, 1))
    return read_mammogram(dicom_build.dicom_bytes(dicom_build.mammogram(pixels, side="R", view=view)))


def result(name: str, cancer: float, *marks: Mark) -> ViewResult:
    return ViewResult(name, "R", name, cancer=cancer, marks=marks, shape=(1000, 800), spacing_mm=image(name).view.spacing_mm, nipple=TIP)


def test_marks_are_numbered_over_the_exam_and_name_their_partners() -> None:
    """The MLO view is the more suspicious: its marks come first, so the partner of CC's second mark is number 1."""
    cc = result("CC", 0.2, Mark(0.1, 0.5, 0.9), Mark(0.75, 0.5, 0.8))  # 50.4 mm and 14 mm
    mlo = result("MLO", 0.6, Mark(0.7, 0.5, 0.9))  # 16.8 mm
    found = _findings(linked([cc, mlo]), {name: image(name) for name in ("CC", "MLO")})
    assert [(one.sop_uid, one.malignancy) for one in found] == [("MLO", 0.6), ("CC", 0.2), ("CC", 0.2)]
    assert [[link["mark"] for link in one.detail.get("linked", [])] for one in found] == [[3], [], [1]]
    link = found[0].detail["linked"][0]
    assert (round(link["from_nipple"], 1), round(link["partner_from_nipple"], 1), link["unit"]) == (16.8, 14.0, "mm")
    assert found[2].place["center_px"] == [600.0, 500.0]
    assert found[1].detail == {"evidence": 0.9}

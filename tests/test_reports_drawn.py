"""Figures of a report for documents: drawn from the report alone, with n and interval in them, the same on every run."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.workflow import report_form
from models.cards import Card, WeightFile
from models.evaluation import envelope, mammography_figures, summary
from models.reports import __main__ as reports
from tests.breast_build import LINE
from tests.report_build import a_detection_report, a_malignancy_report
from tests.test_mammography_figures import drawn as of_drawn_women

matplotlib = pytest.importorskip("matplotlib", reason="drawing figures needs matplotlib")


def drawn(folder: Path, report: dict[str, object]) -> dict[str, Path]:
    (folder / "report.json").write_text(json.dumps(report), "utf-8")
    assert reports.main([str(folder / "report.json"), "--out", str(folder / "figures")]) == 0
    return {path.name: path for path in (folder / "figures").iterdir()}


def test_a_malignancy_report_gives_its_figures(tmp_path):
    found = drawn(tmp_path, a_malignancy_report())
    assert sorted(found) == sorted(
        f"lung-malignancy-{name}.{ending}" for name in ("roc", "calibration", "volume", "misses") for ending in ("png", "svg")
    )
    picture = np.asarray(Image.open(found["lung-malignancy-roc.png"]).convert("RGB"))
    assert picture.shape[1] >= 1000
    assert (picture[0, 0] == 255).all()
    assert ((picture == (0x0B, 0x6B, 0x74)).all(-1)).sum() > 200, "the curve is drawn in the project's colour"


def test_a_detection_report_is_drawn_with_and_without_a_band(tmp_path):
    points = [[rate, value, None, None] for rate, value, _low, _high in a_detection_report()["curves"]["froc"]]
    few = a_detection_report(curves={"froc": points}, interval_reason="Too few scans (3)", sensitivity=None)
    for number, report in enumerate((a_detection_report(), few)):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert "lung-detection-froc.svg" in drawn(folder, report)


def a_mammography_report() -> dict[str, object]:
    """600 breasts of 300 women as the evaluation itself tells them."""
    told = mammography_figures.report(*of_drawn_women(older=6), LINE, own_women=True)
    head = {"women_seen_in_training": 300, "women_scored_by": "the fold that never saw them", "refused": {}, "n": 1200}
    card = Card("mammography", "1", "t", (WeightFile("w", "ab" * 32),), "u", "d", "l", "o")
    return envelope.complete("mammography", card, Path(), told | head | {"device": "CPU, 2 threads, f32"})


def test_a_mammography_report_gives_small_figures_of_its_own(tmp_path):
    report = a_mammography_report()
    found = drawn(tmp_path, report)
    names = ("roc", "calibration", "misses", "subgroups", "exam-score")
    assert sorted(found) == sorted(f"mammography-{name}.{ending}" for name in names for ending in ("png", "svg"))
    assert all(path.stat().st_size < 60_000 for name, path in found.items() if name.endswith("png"))
    lines = summary.lines(report)
    assert any(line.startswith("per breast (n 600, 100 cancers): AUC 0.8") for line in lines), lines
    assert any(line.startswith("score 10 holds") for line in lines)
    form, _said = report_form.read(json.dumps(report).encode())
    assert len(form.calibration.bins) == 15


def test_the_same_report_gives_the_same_drawing(tmp_path):
    first = {name: path.read_bytes() for name, path in drawn(tmp_path, a_malignancy_report()).items() if name.endswith(".svg")}
    again = {name: path.read_bytes() for name, path in drawn(tmp_path, a_malignancy_report()).items() if name.endswith(".svg")}
    assert first == again


@pytest.mark.parametrize("content", ["", "{}", '{"schema": "other"}', "[]"])
def test_what_is_no_report_is_named(tmp_path, capsys, content):
    (tmp_path / "x.json").write_text(content, "utf-8")
    assert reports.main([str(tmp_path / "x.json"), "--out", str(tmp_path)]) == 2
    assert "x.json" in capsys.readouterr().err

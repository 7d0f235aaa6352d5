"""The validation that switching a measure on asks for: scans and a reference in, agreement with intervals out."""

import json
from datetime import date

import numpy as np
import pytest

from core.demonstration.ct_writer import write_ct
from core.demonstration.identity import Identity
from models import cards, evaluate
from models.evaluation import opportunistic
from models.refusal import NoResult
from tests.opportunistic_build import thorax

NAMES = ("lung-emphysema", "coronary-calcium", "vertebral-bone")


def row(scan, laa="", cac="", bone=""):
    return {"scan": scan, "laa950": str(laa), "cac_class": cac, "bone_hu": str(bone)}


def scan(name, laa, cac, bone):
    return {"scan": name, "measures": {card: {"value": value} for card, value in zip(NAMES, (laa, cac, bone), strict=True)}}


def test_measurements_are_compared_by_bland_and_altman():
    truth = [1.0, 5.0, 12.0, 30.0]
    off = [0.5, -0.5, 1.5, 0.5]
    scans = [scan(str(n), a + b, None, None) for n, (a, b) in enumerate(zip(truth, off, strict=True))]
    rows = [row(str(n), a) for n, a in enumerate(truth)]
    found = opportunistic.compared(cards.load("lung-emphysema"), scans, rows)
    assert found["n"] == 4
    assert found["agreement"]["bias"]["value"] == pytest.approx(0.5)
    spread = np.std(off, ddof=1)
    assert found["agreement"]["upper"] == pytest.approx(0.5 + 1.95996 * spread, abs=1e-4)
    assert found["agreement"]["lower"] == pytest.approx(0.5 - 1.95996 * spread, abs=1e-4)


def test_classes_are_compared_by_weighted_kappa_and_scans_without_a_result_are_counted():
    classes = ["none", "none", "mild", "mild", "moderate", "severe", "severe", "none"]
    said = ["none", "mild", "mild", "mild", "moderate", "severe", "moderate", None]
    scans = [scan(str(n), None, one, None) for n, one in enumerate(said)]
    rows = [row(str(n), cac=one) for n, one in enumerate(classes)]
    found = opportunistic.compared(cards.load("coronary-calcium"), scans, rows)
    assert (found["n"], found["no_result"]) == (7, 1)
    assert found["agreement"]["exact"]["value"] == pytest.approx(5 / 7)
    assert found["agreement"]["reference_by_measure"]["severe"]["moderate"] == 1
    kappa = found["agreement"]["kappa_quadratic"]
    assert 0.7 < kappa["value"] < 1
    assert kappa["low"] < kappa["value"] < kappa["high"]


def test_one_class_throughout_has_no_kappa_and_two_scans_have_no_figures():
    scans = [scan(str(n), None, "none", 100.0) for n in range(3)]
    rows = [row(str(n), cac="none", bone=100 if n else "") for n in range(3)]
    assert "one category" in opportunistic.compared(cards.load("coronary-calcium"), scans, rows)["agreement"]["no_kappa"]
    assert opportunistic.compared(cards.load("vertebral-bone"), scans, rows) == {"tag": "2026.11", "n": 2, "no_result": 0}


@pytest.mark.parametrize(
    ("text", "because"),
    [
        (None, "no reference.csv"),
        ("scan,laa950\na,1\n", "lacks the columns cac_class, bone_hu"),
        ("scan,laa950,cac_class,bone_hu\na,1,,\na,2,,\n", "names a twice"),
        ("scan,laa950,cac_class,bone_hu\na,120,,\n", "cannot be for a"),
        ("scan,laa950,cac_class,bone_hu\na,,heavy,\n", "cannot be for a"),
        ("scan,laa950,cac_class,bone_hu\na,1,none,120\n", "None of the 1 scans"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_by_name(tmp_path, text, because):
    if text is not None:
        (tmp_path / "reference.csv").write_text(text)
    with pytest.raises(NoResult, match=because):
        opportunistic.evaluate(tmp_path)


def test_the_command_prints_a_report_with_every_measure_and_every_scan(tmp_path, capsys):
    who = Identity("P-1", "Doe^Jane", date(1960, 5, 4), "F")
    write_ct(
        thorax(), spacing_mm=(2.5, 2.0, 2.0), origin_lps_mm=(-180.0, -180.0, -160.0), identity=who, exam_date=date(2026, 1, 5),
        description="phantom", phantom=True, folder=tmp_path / "one",
    )  # fmt: skip
    (tmp_path / "reference.csv").write_text("scan,laa950,cac_class,bone_hu\none,0,none,150\nlost,3,mild,100\n")
    assert evaluate.main(["opportunistic", "--data", str(tmp_path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["task"], report["n_scans"], report["not_scored"]) == ("opportunistic", 1, 1)
    assert {name: part["n"] for name, part in report["measures"].items()} == dict.fromkeys(NAMES, 1)
    one, lost = report["scans"]
    assert one["measures"]["vertebral-bone"]["value"] == pytest.approx(150, abs=6)
    assert "not in the folder" in lost["reason"]

"""Whole scans against `nodules.csv`: every row has its place, every figure can be counted by hand, and nothing is left out in silence."""

import csv
import json
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from core.demonstration.ct_writer import write_ct
from core.demonstration.identity import Identity
from core.metrics import froc
from models import evaluate
from models.bench.phantom import BALL_DIAMETER_MM, BALL_LPS_MM, thorax
from models.evaluation import detection_figures, lung_detection, nodule_table
from models.evaluation.lung_scan import Mark, Scored
from models.evaluation.nodule_table import Place, Table
from models.refusal import NoResult

HEADER = ",".join(nodule_table.COLUMNS)


def a_table(folder: Path, *rows: str) -> Table:
    (folder / "nodules.csv").write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    return nodule_table.read(folder / "nodules.csv")


def a_scan(name, nodules=(), marks=(), *, baseline=(), spacing_mm=1.25):
    """`nodules`: (x, diameter); `marks`: (x, probability), all on the x axis."""
    places = tuple(Place(2, name, x, 0, 0, diameter) for x, diameter in nodules)
    drawn = tuple(Mark(name, x, 0, 0, probability, 7.0) for x, probability in marks)
    plain = tuple(Mark(name, x, 0, 0, strength) for x, strength in baseline)
    return Scored(name, places, (), drawn, plain, spacing_mm, 1.0, 4.0, {"field": 4.0}, (), False)


def test_every_row_of_the_table_has_its_place(tmp_path):
    table = a_table(
        tmp_path, "a,1,2,3,6", "a,40,2,3,", "b,,,,", "c,1,2,3,x", "a,1,2,3,6", ",1,2,3,5", "a,9,,3,5", "d,1,2,inf,5", "a,1,9,3,-4"
    )
    assert table.scans == ("a", "b", "c", "d")
    assert [(place.scan, place.x, place.diameter_mm) for place in table.places] == [("a", 1, 6), ("a", 40, nodule_table.UNKNOWN)]
    assert table.unusable == {"c", "d"}
    assert table.doubtful == {"a"}
    reasons = {one.row: one.reason for one in table.skipped}
    assert list(reasons) == [5, 6, 7, 8, 9, 10]
    assert "diameter_mm is “x”; expected a number" in reasons[5]
    assert "twice" in reasons[6]
    assert "names no scan" in reasons[7]
    assert "only some are there" in reasons[8]
    assert "diameter_mm is -4; expected more than 0" in reasons[10]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "has no rows"), (b"scan,x\na,1\n", "lacks the columns y, z, diameter_mm"), (b"\xff\xfe\x00", "cannot be read as a table")],
)
def test_a_table_that_is_none_is_refused_by_name(tmp_path, content, said):
    (tmp_path / "nodules.csv").write_bytes(content)
    with pytest.raises(NoResult, match=said):
        nodule_table.read(tmp_path / "nodules.csv")


def test_places_in_ras_are_told_from_places_of_another_scan():
    affine = np.array([[0, 0, 0.7, 20.0], [0, 0.7, 0, 30.0], [2.0, 0, 0, -100], [0, 0, 0, 1.0]])
    place = Place(2, "a", -50, -60, -90, 6)
    assert nodule_table.outside(Place(2, "a", 50, 60, -90, 6), (50, 128, 128), affine) is None
    assert "they seem to be RAS" in (nodule_table.outside(place, (50, 128, 128), affine) or "")
    far = nodule_table.outside(Place(2, "a", 50, 60, 400, 6), (50, 128, 128), affine)
    assert far is not None
    assert "402 mm outside" in far
    assert "RAS" not in far


def test_the_figures_are_those_counted_by_hand():
    scans = [
        a_scan("a", [(0, 10), (100, 6)], [(1, 0.9), (3, 0.7), (50, 0.8), (200, 0.3)], baseline=[(50, 9), (0, 5)]),
        a_scan("b", [(0, 20)], [(9, 0.6), (11, 0.55)], spacing_mm=3.0),
        a_scan("c", [], [(0, 0.95)]),
    ]
    found = detection_figures.figures(scans, 0.5)
    assert (found["n_nodules"], found["found"]) == (3, 2)
    assert found["sensitivity"]["value"] == pytest.approx(2 / 3)
    assert found["false_marks_per_scan"] == 1  # 50 in a, 11 in b, 0 in c
    assert found["false_marks"] | {"quartiles": None} == {"n": 3, "count": 3, "median": 1, "quartiles": None, "most": 1, "scans_without": 0}
    assert found["froc"]["at_1"] == pytest.approx(2 / 3)
    assert found["froc"]["at_0.125"] == 0  # the highest mark of all is false
    assert [miss["x"] for miss in found["misses"]] == [100]
    assert found["misses"][0]["best_probability"] is None
    assert [(mark["scan"], mark["x"], mark["probability"]) for mark in found["false_marks_listed"]] == [
        ("c", 0, 0.95), ("a", 50, 0.8), ("b", 11, 0.55)
    ]  # fmt: skip
    assert {name: part["n"] for name, part in found["by_diameter"].items()} == {
        "under_6_mm": 0, "6_to_8_mm": 1, "8_to_15_mm": 1, "from_15_mm": 1
    }  # fmt: skip
    assert found["by_slice_distance"]["over_2.5_mm"]["false_marks_per_scan"] == 1
    assert "up_to_1.25_mm" in found["by_slice_distance"]
    assert found["baselines"]["bright_places"]["at_the_models_false_marks_per_scan"] == pytest.approx(1 / 3)
    assert (found["calibration"]["n"], found["calibration"]["right"]) == (7, 3)


def test_a_mark_on_a_nodule_without_diameter_counts_neither_way():
    found = detection_figures.figures([a_scan("a", [(0, -1), (60, 8)], [(1, 0.9), (60, 0.8)])], 0.5)
    assert (found["n_nodules"], found["excluded_nodules"], found["false_marks_per_scan"], found["found"]) == (1, 1, 0, 1)


def test_the_counts_are_those_of_the_published_way_of_counting():
    rng = np.random.default_rng(3)
    scans = [
        a_scan(str(n), [(100 * k, 8) for k in range(n % 3)], [(float(x), float(p)) for x, p in rng.uniform((0, 0), (200, 1), (9, 2))])
        for n in range(12)
    ]
    found = detection_figures.figures(scans, 0.5)
    what = detection_figures.events(scans, lambda scan: scan.marks)
    assert what is not None
    assert found["found"] == int((what.nodule_score >= 0.5).sum())
    assert found["false_marks"]["count"] == int((what.false_score >= 0.5).sum())
    assert found["cpm"] == pytest.approx(froc.cpm(froc.curve(what)))


def test_few_scans_have_no_interval_and_say_why_and_many_have_one():
    few = detection_figures.figures([a_scan("a", [(0, 10)], [(0, 0.9), (50, 0.2)])], 0.5)
    assert "Too few scans (1)" in few["interval_reason"]
    assert "froc_interval" not in few
    many = detection_figures.figures([a_scan(str(n), [(0, 10)], [(0, 0.9 if n % 3 else 0.1), (50, 0.5)]) for n in range(30)], 0.4)
    limits = many["froc_interval"]["at_0.5"]
    assert limits["value"] == pytest.approx(2 / 3)
    assert limits["low"] < limits["value"] < limits["high"]
    assert many["false_marks"]["per_scan"] == {"value": 1, "low": 1, "high": 1}
    rate, value, low, high = many["curves"]["froc"][-1]
    assert (rate, value) == (16, 1)
    assert low <= value <= high


def test_without_any_nodule_there_is_no_sensitivity_and_the_false_marks_are_counted(tmp_path):
    scan = a_scan("a", [], [(0, 0.9), (5, 0.6), (9, 0.1)])
    told = lung_detection.report([scan], [], a_table(tmp_path, "a,,,,"), 0.5)
    assert (told["sensitivity"], told["froc"], told["false_marks_per_scan"]) == (None, None, 2)
    assert "No nodule" in told["froc_reason"]
    json.dumps(told, allow_nan=False)


def test_what_limits_the_figures_is_said(tmp_path):
    table = a_table(tmp_path, "a,0,0,0,8", "a,zero,0,0,8", "b,,,,")
    told = lung_detection.report([a_scan("a", [(0, 8)], [(0, 0.9)])], [{"scan": "b", "reason": "gone"}], table, 0.5)
    said = " ".join(told["warnings"])
    assert "Rows of nodules.csv that were left out: 1" in said
    assert "Scans that could not be scored: 1 of 2" in said
    assert "Few nodules (1)" in said
    assert "the curve ends at 0.00" in said
    assert [line["scan"] for line in told["scans"]] == ["a", "b"]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    """One zip with a phantom's CT and its ball, a row outside of it, a row nobody can read, and a scan that is not there."""
    folder = tmp_path_factory.mktemp("hospital")
    hu, affine = thorax(slices=80, size=128, vessels=12)
    series, somebody = folder / "series", Identity("P-1", "Test^Person", date(1960, 1, 1), "F")
    write_ct(
        hu, spacing_mm=(4.0, 360 / 128, 360 / 128), origin_lps_mm=tuple(affine[:3, 3]), identity=somebody,
        exam_date=date(2026, 11, 1), description="thorax", phantom=False, folder=series,
    )  # fmt: skip
    with zipfile.ZipFile(folder / "scan-1.zip", "w") as archive:
        for file in sorted(series.iterdir()):
            archive.write(file, file.name)
    with (folder / "nodules.csv").open("w", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(nodule_table.COLUMNS)
        table.writerow(["scan-1", *BALL_LPS_MM, BALL_DIAMETER_MM])
        table.writerow(["scan-1", 900, 0, 0, 8])
        table.writerow(["scan-1", "left", 0, 0, 8])
        table.writerow(["scan-2", "", "", "", ""])
    return folder


@pytest.mark.xdist_group("lung_ct")
def test_a_folder_of_scans_is_evaluated_as_a_whole(hospital, tmp_path, capsys):
    out = tmp_path / "report.json"
    assert evaluate.main(["lung-detection", "--data", str(hospital), "--json", "--out", str(out)]) == 0
    said, told = capsys.readouterr()
    report = json.loads(said)
    assert report == json.loads(out.read_text("utf-8"))
    assert (report["schema"], report["task"], report["n_scans"], report["n_nodules"]) == ("firstlight-evaluation/1", "lung-detection", 1, 1)
    assert report["data"]["cases"] == 1
    assert report["sensitivity"]["value"] == 1
    assert report["misses"] == []
    assert [one["row"] for one in report["skipped_rows"]] == [4, 3]
    assert "neither scan-2 nor scan-2.zip" in report["scans"][1]["reason"]
    assert report["memory"]["process_mb"] is None or report["memory"]["process_mb"] > 100
    assert report["baselines"]["bright_places"]["froc"]["at_8"] == 1
    assert any("a right mark there may count as false" in warning for warning in report["scans"][0]["warnings"])
    assert "found 1.000" in told
    assert "seconds per scan" in told


def test_an_evaluation_whose_report_could_not_be_kept_does_not_begin(tmp_path, capsys):
    assert evaluate.main(["lung-detection", "--data", str(tmp_path), "--out", str(tmp_path / "nowhere" / "r.json")]) == 2
    assert "does not exist" in capsys.readouterr().err

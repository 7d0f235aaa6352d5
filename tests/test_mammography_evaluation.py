"""The evaluation on a small drawn set: women are scored by the fold that never saw them, and what cannot be measured is left out."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.breast import table
from models.breast.folds import fingerprint
from models.evaluation import mammography, mammography_localisation, mammography_metadata, mammography_within
from models.mammography import Mammography
from models.refusal import NoResult
from tests.breast_build import mammogram, untrained

WOMEN = 6


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Six women with one view each, half with cancer, and one file that is missing."""
    (tmp_path / "images").mkdir()
    rows = [["file", "patient_id", "laterality", "view", "cancer", "density", "age", "machine_id", "implant", "nonsense"]]
    for woman in range(WOMEN):
        Image.fromarray((mammogram(seed=woman, shape=(240, 200)) * 255).astype(np.uint8)).save(tmp_path / "images" / f"{woman}.png")
        rows.append([f"{woman}.png", f"w{woman}", "L", "CC", str(woman % 2), "B", "60", "49", "0", "x"])
    rows.append(["gone.png", "w0", "R", "CC", "0", "", "60", "49", "0", "x"])
    with (tmp_path / "labels.csv").open("w", newline="") as lines:
        csv.writer(lines).writerows(rows)
    return tmp_path


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Mammography:
    made = untrained(known={fingerprint("w1"): 1, fingerprint("w2"): 0})
    monkeypatch.setattr(Mammography, "load", classmethod(lambda cls, compute=None, card=None: made))
    return made


def test_the_report_counts_what_was_scored_and_names_what_was_not(labelled: Path, model: Mammography) -> None:
    report = json.loads(json.dumps(mammography.evaluate(labelled), allow_nan=False))
    assert report["n"] == WOMEN
    assert report["image"]["n"] == report["breast"]["n"] == report["woman"]["n"] == WOMEN
    assert report["breast"]["cancers"] == 3
    assert {"value", "low", "high"} <= set(report["breast"]["auc"])
    assert report["women_seen_in_training"] == 2
    assert "does not exist" in report["refused"]["gone.png"]
    assert "needs at least" in report["baselines"]["metadata"]["reason"]


def test_a_known_woman_is_scored_by_her_own_fold(labelled: Path, model: Mammography) -> None:
    scored = mammography.score(model, table.read(labelled))
    by_woman = {row.woman: answer for row, answer in zip(scored.rows, scored.answers, strict=True)}
    _, crops = mammography._crops([row for row in scored.rows if row.woman == "w1"], {})
    assert by_woman["w1"].cancer == pytest.approx(model.answer(crops, [model.networks[1]])[0].cancer, abs=1e-4)
    assert by_woman["w1"].cancer != pytest.approx(model.answer(crops, model.networks)[0].cancer, abs=1e-4)


def test_optional_columns_may_be_missing(labelled: Path, model: Mammography) -> None:
    with (labelled / "labels.csv").open(newline="") as lines:
        rows = [row[:5] for row in csv.reader(lines)]
    with (labelled / "labels.csv").open("w", newline="") as lines:
        csv.writer(lines).writerows(rows)
    report = mammography.evaluate(labelled)
    assert report["breast"]["within_machine"] is None
    assert report["density"] is None
    assert "names no age" in report["baselines"]["metadata"]["reason"]


def test_a_set_of_one_class_is_refused(labelled: Path, model: Mammography) -> None:
    text = (labelled / "labels.csv").read_text().replace("CC,1,", "CC,0,")
    (labelled / "labels.csv").write_text(text)
    with pytest.raises(NoResult, match="same label"):
        mammography.evaluate(labelled)


def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoResult, match=r"labels\.csv"):
        mammography.evaluate(tmp_path)


def test_within_machine_a_predictor_of_the_machine_is_at_chance() -> None:
    truth = np.array([1, 1, 1, 0, 1, 0, 0, 0], bool)
    machine = np.array(["a"] * 4 + ["b"] * 4)
    assert mammography_within.pairs(truth, (machine == "a").astype(float), machine) == 0.5
    assert mammography_within.pairs(truth, truth.astype(float), machine) == 1.0


def test_the_metadata_baseline_finds_age_and_nothing_in_noise() -> None:
    draw = np.random.default_rng(0)
    rows = []
    for woman in range(300):
        age = 40 + 40 * draw.random()
        cancer = bool(draw.random() < (age - 40) / 40)
        rows.append(table.Labelled(Path("x"), f"w{woman}", "L", "CC", cancer, None, None, age, False, "49", None))
    assert mammography_metadata.baseline(rows)["breast"]["auc"]["value"] > 0.75


def test_a_mark_on_the_lesion_is_a_hit_and_y_counts_from_the_bottom(tmp_path: Path, model: Mammography) -> None:
    Image.fromarray((mammogram(shape=(240, 200)) * 255).astype(np.uint8)).save(tmp_path / "f1.png")
    found = model.score([mammography_localisation.View(mammogram(shape=(240, 200)), "", "MLO", "f1")]).views[0].marks[0]
    place = [found.x * 200, 240 - found.y * 240]
    header = "image,tissue,abnormality,severity,x,y_from_bottom,radius_px\n"
    away = [100.0, 240 - place[1] if abs(240 - 2 * place[1]) > 40 else 5.0]
    rows = f"f1,F,CIRC,M,{place[0]},{place[1]},8\nf1,F,CIRC,B,{away[0]},{away[1]},4\nf1,F,CALC,B,,,\n"
    (tmp_path / "labels.csv").write_text(header + rows)
    report = mammography_localisation.evaluate(tmp_path)
    assert report["malignant"]["hit_by_highest_mark"]["hits"] == 1
    assert report["all"]["n"] == 2
    assert report["all"]["hit_by_highest_mark"]["hits"] == 1
    assert report["lesions_without_place"] == 1
    assert 0 < report["all"]["blind_mark_expected"] < 0.2

"""No shortcut: what is no breast has no score, and machine, file name, number of views and polarity move none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from core.metrics import roc
from models.breast import aggregate
from models.breast.view import View
from models.evaluation import mammography_metadata
from models.evaluation.mammography_cases import Cases
from models.evaluation.mammography_within import within
from models.mammography import Mammography
from models.scoring import mammograms
from tests.breast_build import LINE, mammogram, untrained, view
from tests.test_mammography_figures import labelled

NEAR = 2e-3  # of a probability: what resampling and rounding to bytes may move


@pytest.fixture(scope="module")
def model() -> Mammography:
    return untrained()


@pytest.fixture(scope="module")
def plain(model: Mammography) -> float:
    found = model.score([view(mammogram(seed=5))]).views[0].cancer
    assert found is not None
    return found


@pytest.mark.parametrize("grey", [0.0, 0.5, 1.0])
def test_a_constant_image_and_a_blank_breast_are_refused(model: Mammography, grey: float) -> None:
    answer = model.score([view(np.full((480, 400), grey, np.float32), key="flat"), view(mammogram(structure=0.0), key="blank")])
    assert [one.cancer for one in answer.views] == [None, None]
    assert all(one.reason for one in answer.views)
    assert answer.exam_score is None
    assert not answer.breasts


@pytest.mark.parametrize(
    "changed",
    [lambda image: 1 - image, lambda image: image[:, ::-1].copy(), lambda image: 1 - image[:, ::-1], lambda image: image * 0.5 + 0.1],
    ids=["inverted", "mirrored", "both", "darker"],
)
def test_inversion_mirror_and_exposure_move_no_score(model: Mammography, plain: float, changed) -> None:
    assert model.score([view(changed(mammogram(seed=5)))]).views[0].cancer == pytest.approx(plain, abs=NEAR)


def test_polarity_side_and_view_names_move_no_score(model: Mammography, plain: float) -> None:
    for side, name in (("L", "CC"), ("R", "MLO"), ("", "")):
        found = model.score([View(mammogram(seed=5), side, name, "cancer-positive-malignant")]).views[0]
        assert found.cancer == pytest.approx(plain, abs=1e-6)


def test_a_renamed_file_has_the_same_answer(model: Mammography, tmp_path: Path) -> None:
    pixels = (mammogram(seed=5) * 255).astype(np.uint8)
    told = []
    for name in ("1990_1914355966.png", "biopsy_proven_cancer.png"):
        Image.fromarray(pixels).save(tmp_path / name)
        (entry,) = mammograms.research_entries(tmp_path / name, lambda: model, laterality="L", view="CC")
        told.append((entry["breasts"], entry["density_probabilities"], entry["exam_score"], entry["views"][0]["cancer"]))
    assert told[0] == told[1]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_number_of_views_is_no_evidence(model: Mammography, plain: float, count: int) -> None:
    """One view, or the same one several times over: the breast's probability stays."""
    answer = model.score([view(mammogram(seed=5), key=f"{number}") for number in range(count)])
    assert answer.breasts["R"] == pytest.approx(plain, abs=1e-6)
    assert f"{count} of {count} views" in answer.rests_on


def test_a_breast_is_the_mean_of_one_two_or_three_views() -> None:
    assert aggregate.breast([1.5]) == 1.5
    assert aggregate.breast([1.0, 3.0]) == 2.0
    assert aggregate.breast([1.0, 3.0, -1.0]) == 1.0
    assert LINE.breast([1.0, 3.0]) == pytest.approx(1 / (1 + np.exp(-2.0)))
    with pytest.raises(ValueError, match="one view or more"):
        aggregate.breast([])


def test_a_woman_is_ranked_by_her_more_suspicious_breast() -> None:
    assert aggregate.woman([0.2]) == 0.2
    assert aggregate.woman([0.2, 0.7]) == 0.7
    with pytest.raises(ValueError, match="one breast or more"):
        aggregate.woman([])


def test_a_predictor_of_the_machine_alone_is_good_overall_and_at_chance_within_machine() -> None:
    """One machine stands where the ill are sent: its name is worth a lot, and nothing once only pairs of one machine count."""
    draw = np.random.default_rng(0)
    machine = draw.integers(0, 2, 600)
    truth = draw.random(600) < np.where(machine == 1, 0.7, 0.2)
    rows = tuple(labelled(f"w{n}", "L", "CC", bool(truth[n]), machine=f"{machine[n]}", age=60.0) for n in range(600))
    cases = Cases(truth, np.where(machine == 1, 0.9, 0.1), np.array([row.woman for row in rows]), rows)
    assert roc.auc(truth, cases.probability).low > 0.7
    assert mammography_metadata.baseline(rows)["breast"]["auc"]["low"] > 0.65
    found = within(cases)
    assert found["within_machine"]["auc"] == {"value": 0.5, "low": 0.5, "high": 0.5}
    assert found["within_site"] is None


def test_scores_of_breasts_that_hold_noise_are_at_chance(model: Mammography) -> None:
    """Drawn breasts whose labels were thrown: what the model says of them ranks nothing."""
    views = [view(mammogram(seed=seed, shape=(160, 130)), key=f"{seed}") for seed in range(60)]
    score = [one.cancer for one in model.score(views).views]
    truth = np.random.default_rng(4).random(60) < 0.5
    found = roc.auc(truth, score)
    assert found.low < 0.5 < found.high


def test_coarser_files_of_the_same_breast_score_alike(model: Mammography, plain: float) -> None:
    """Pixels of half the size are the same breast: the crop has one shape, whatever the detector's."""
    coarse = ndimage.zoom(mammogram(seed=5, shape=(960, 800)), 0.5, order=1)
    fine = model.score([view(mammogram(seed=5, shape=(960, 800)))]).views[0].cancer
    assert model.score([view(coarse.astype(np.float32))]).views[0].cancer == pytest.approx(fine, abs=0.02)

"""The exam scorer around the weights: twins score alike, refusals carry reasons, the answer has the agreed shape."""

import json

import numpy as np
import pytest

from models import cards
from models.breast.folds import content, fingerprint, fold
from models.breast.view import prepare
from models.mammography import Mammography, View
from models.refusal import NoResult
from tests.breast_build import mammogram, untrained, view


@pytest.fixture(scope="module")
def model() -> Mammography:
    return untrained()


def test_mirrored_and_inverted_twins_score_alike(model: Mammography) -> None:
    image = mammogram(seed=3)
    first, mirrored, inverted = model.score([view(image, key="a"), view(image[:, ::-1].copy(), key="b"), view(1 - image, key="c")]).views
    assert first.cancer is not None
    assert mirrored.cancer == pytest.approx(first.cancer, abs=2e-3)
    assert inverted.cancer == pytest.approx(first.cancer, abs=2e-3)
    assert mirrored.heat is not None
    assert first.heat is not None
    assert np.abs(mirrored.heat[:, ::-1].astype(int) - first.heat).mean() < 3


def test_an_exam_gives_both_breasts_density_and_a_score(model: Mammography) -> None:
    right, left = view(mammogram(seed=1), laterality="R", key="r"), view(mammogram(seed=2), laterality="L", name="MLO", key="l")
    answer = model.score([right, left])
    assert set(answer.breasts) == {"L", "R"}
    assert all(0 <= p <= 1 for p in answer.breasts.values())
    assert answer.exam_score in range(1, 11)
    assert answer.density in ("A", "B", "C", "D")
    assert answer.rests_on == "2 of 2 views: right CC, left MLO"
    assert all(low < p for low, p in zip(answer.breasts_at_screening.values(), answer.breasts.values(), strict=True))


def test_a_blank_view_carries_its_reason_and_the_rest_is_scored(model: Mammography) -> None:
    blank = View(np.zeros((300, 200), np.float32), "L", "CC", "blank")
    answer = model.score([view(), blank])
    assert answer.views[1].cancer is None
    assert "blank" in str(answer.views[1].reason)
    assert set(answer.breasts) == {"R"}
    assert "1 not scored" in answer.rests_on


def test_an_exam_of_blank_views_has_no_score_but_a_reason(model: Mammography) -> None:
    answer = model.score([View(np.zeros((300, 200), np.float32), "L", "CC", "blank")])
    assert answer.exam_score is None
    assert answer.density is None
    assert not answer.breasts
    assert "blank" in str(answer.reason)


def test_a_view_without_a_side_counts_for_no_breast(model: Mammography) -> None:
    answer = model.score([view(laterality="")])
    assert not answer.breasts
    assert answer.exam_score is None
    assert answer.views[0].cancer is not None


def test_an_unknown_kind_of_view_is_not_scored(model: Mammography) -> None:
    assert "SPOT" in str(model.score([view(name="SPOT")]).views[0].reason)


def test_heat_covers_the_view_and_stays_in_the_breast(model: Mammography) -> None:
    image = mammogram()
    result = model.score([view(image)]).views[0]
    assert result.heat is not None
    assert result.heat.shape == (96, 80)
    assert result.heat[:, -10:].max() == 0
    assert 1 <= len(result.marks) <= 3
    cell = max(image.shape) // 96
    for mark in result.marks:  # at the skin line a cell of the map is breast only in part
        row, column = int(mark.y * image.shape[0]), int(mark.x * image.shape[1])
        assert image[max(0, row - cell) : row + cell, max(0, column - cell) : column + cell].max() > 0
    assert list(result.marks) == sorted(result.marks, key=lambda mark: -mark.evidence)


def test_the_answer_is_json(model: Mammography) -> None:
    answer = json.loads(json.dumps(model.score([view()]).as_json(), allow_nan=False))
    assert {"views", "breasts", "density", "exam_score", "rests_on", "stage_seconds"} <= set(answer)
    assert {"key", "laterality", "view", "cancer", "density", "marks", "reason"} <= set(answer["views"][0])


def test_a_woman_of_the_training_set_is_scored_by_the_fold_that_never_saw_her() -> None:
    crop = prepare(mammogram()).crop
    model = untrained(known={fingerprint("w1"): 1, content(crop): 0})
    assert model.without("w1", []) == (model.networks[1],)
    assert model.without("renamed", [crop]) == (model.networks[0],)
    assert model.without("stranger", []) == model.networks


def test_folds_depend_on_the_identifier_alone() -> None:
    assert [fold(name, 3) for name in ("1990", "2859", "25")] == [fold(name, 3) for name in ("1990", "2859", "25")]
    assert len({fold(str(number), 3) for number in range(40)}) == 3


def test_without_card_there_is_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    card = cards.Card("mammography", "x", "", (), "", "", "", "")
    with pytest.raises(NoResult, match="names no network"):
        Mammography.load(card=card)

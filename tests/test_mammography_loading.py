"""What an export leaves is what the product loads: networks by fold, whom they have seen, and a named refusal of what does not fit."""

import dataclasses
import hashlib
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from models import cards, compute
from models.breast.folds import fingerprint
from models.cards import Card, WeightFile
from models.mammography import Mammography
from models.networks.breast_net import BreastNet
from models.refusal import NoResult
from tests.breast_build import LINE


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Card:
    """Two folds of random weights in half precision and the fingerprint of one woman."""
    monkeypatch.setattr(cards.read_weights, "__defaults__", (tmp_path,))
    torch.manual_seed(0)
    files: list[WeightFile] = []
    for fold in (1, 0):
        save_file({name: value.half() for name, value in BreastNet().state_dict().items()}, tmp_path / f"fold{fold}.safetensors")
        files.append(WeightFile(f"fold{fold}.safetensors", "", fold))
    save_file({"known": torch.tensor([[fingerprint("w1"), 1], [fingerprint("w7"), 4]])}, tmp_path / "known.safetensors")
    files.append(WeightFile("known.safetensors", ""))
    hashed = tuple(dataclasses.replace(one, sha256=hashlib.sha256((tmp_path / one.file).read_bytes()).hexdigest()) for one in files)
    return Card("mammography", "test", "t", hashed, "u", "d", "l", "o", thresholds=LINE.as_thresholds())


def test_a_woman_of_the_training_set_gets_the_network_of_her_fold(card: Card) -> None:
    model = Mammography.load(compute.reference(), card)
    assert [network.fold for network in model.networks] == [0, 1]
    assert [network.fold for network in model.without("w1", [])] == [1]
    assert model.without("stranger", []) == model.networks


def test_without_the_network_of_her_fold_she_is_not_scored(card: Card) -> None:
    with pytest.raises(NoResult, match="fold 4 is not installed"):
        Mammography.load(compute.reference(), card).without("w7", [])


def test_weights_of_another_network_are_refused(card: Card) -> None:
    other = dataclasses.replace(card, preprocessing={"backbone": "resnet18"})
    with pytest.raises(NoResult, match="do not fit"):
        Mammography.load(compute.reference(), other)


@pytest.mark.parametrize("left", [slice(0, 2), slice(2, 3)], ids=["no list of women", "no network"])
def test_an_incomplete_card_is_refused(card: Card, left: slice) -> None:
    with pytest.raises(NoResult, match="names no network or no list"):
        Mammography.load(compute.reference(), dataclasses.replace(card, weights=card.weights[left]))


def test_a_card_without_calibration_is_refused(card: Card) -> None:
    with pytest.raises(NoResult, match="lacks the calibration number"):
        Mammography.load(compute.reference(), dataclasses.replace(card, thresholds={}))

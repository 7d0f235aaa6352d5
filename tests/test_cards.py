"""Cards say what a model is; weights that are not the card's are not used."""

import hashlib
import json
import tomllib

import pytest
import torch
from safetensors.torch import save_file

from models import card_figures, cards
from models.cards import CARDS, WEIGHTS, WeightFile
from models.opportunistic.measures import MEASURES
from models.refusal import NoResult

CARD = """
name = "tiny"
tag = "1"
task = "test"
intended_use = "tests"
training_data = "none"
licence = "Apache-2.0"
trained_on = "nobody"
limits = ["everything"]

[thresholds]
nodule = 0.5
"""


@pytest.fixture
def installed(tmp_path):
    save_file({"a": torch.ones(2).half()}, tmp_path / "tiny.safetensors")
    digest = hashlib.sha256((tmp_path / "tiny.safetensors").read_bytes()).hexdigest()
    (tmp_path / "tiny.toml").write_text(CARD + f'\n[[weights]]\nfile = "tiny.safetensors"\nsha256 = "{digest}"\n')
    return tmp_path


def test_weights_are_read_in_full_precision(installed):
    card = cards.load("tiny", installed)
    assert card.identity == "tiny.1"
    assert cards.weights(card, installed)["a"].dtype == torch.float32


def test_altered_weights_are_refused_and_it_is_said_who_must_act(installed):
    card = cards.load("tiny", installed)
    content = bytearray((installed / "tiny.safetensors").read_bytes())
    content[-1] ^= 1
    (installed / "tiny.safetensors").write_bytes(content)
    with pytest.raises(NoResult, match=r"not the ones their card describes.*administrator"):
        cards.weights(card, installed)


def test_missing_weights_and_missing_card_are_refused(installed):
    with pytest.raises(NoResult, match="missing"):
        cards.read_weights(WeightFile("other.safetensors", "0" * 64), installed)
    with pytest.raises(NoResult, match=r"nobody\.toml"):
        cards.load("nobody", installed)


def test_a_broken_card_is_refused(installed):
    (installed / "tiny.toml").write_text("name = ")
    with pytest.raises(NoResult, match="cannot be read"):
        cards.load("tiny", installed)


def test_figures_are_written_once_and_replaced_by_the_next_evaluation(installed):
    first = {"n": 3, "auc": {"value": 0.5, "low": 0.4, "high": 0.6}, "misses": [{"file": "x"}], "none": None, "rates": [0.125, 1]}
    card_figures.write("tiny", "lung-malignancy", first, installed)
    card_figures.write("tiny", "lung-malignancy", {"n": 4, "auc": {"value": 0.9, "low": 0.8, "high": 0.95}}, installed)
    card_figures.write("tiny", "lung-detection", {"n_scans": 2}, installed)
    figures = cards.load("tiny", installed).figures
    assert figures["lung-malignancy"] == {"n": 4, "auc": {"value": 0.9, "low": 0.8, "high": 0.95}}
    assert figures["lung-detection"] == {"n_scans": 2}


@pytest.mark.parametrize("name", cards.names())
def test_every_installed_card_fits_its_weights(name):
    card = cards.load(name)
    assert bool(card.weights) != (name in MEASURES), "a network has weights, a measure of CT numbers has none"
    assert card.limits
    for part in card.weights:
        path = WEIGHTS / part.file
        assert hashlib.sha256(path.read_bytes()).hexdigest() == part.sha256
        assert path.stat().st_size < 25 * 2**20


def test_every_weight_file_belongs_to_a_card():
    named = {part.file for name in cards.names() for part in cards.load(name).weights}
    assert {path.name for path in WEIGHTS.glob("*.safetensors")} == named


@pytest.mark.parametrize("name", cards.names())
def test_figures_stand_between_the_marks_of_the_command_that_wrote_them(name):
    text = (CARDS / f"{name}.toml").read_text()
    for task in tomllib.loads(text).get("figures", {}):
        assert card_figures.BEGIN.format(task=task) in text, json.dumps(task)

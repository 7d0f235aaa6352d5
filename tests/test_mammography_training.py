"""The training recipe on tiny drawn data: balanced drawing, augmentation that keeps the outside outside, resumable folds, export."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from models import cards, compute
from models.breast.folds import content, fingerprint, fold
from models.breast.table import Labelled
from models.breast.view import SHAPE
from models.mammography import Mammography
from models.networks.breast_net import WIDTH, BreastNet
from models.training import imagenet_start, mammography_export
from models.training.mammography_augment import augment
from models.training.mammography_fold import Features, Recipe, Targets, predict, train

RECIPE = Recipe(epochs=2, batch=4, mixing=0.4)


def row(woman: str, cancer: bool, *, density: str | None = "B", laterality: str = "L") -> Labelled:
    """One labelled view."""
    return Labelled(Path("x"), woman, laterality, "CC", cancer, None, density, 60, False, "49", "1")


def tiny(channels: int, count: int = 12) -> tuple[Features, Targets, list[Labelled]]:
    """Random features of a small grid; the views with cancer are brighter."""
    rows = [row(f"w{number}", number % 2 == 0) for number in range(count)]
    made = np.random.default_rng(0).normal(size=(count, channels, 2, 2)).astype(np.float16)
    made[::2] += 1
    return Features([made], [np.ones((count, 2, 2), np.float16)]), Targets.of(rows), rows


def test_classes_and_women_are_drawn_evenly() -> None:
    rows = [row("a", True), *[row("b", False)] * 9, row("c", False)]
    chance = Targets.of(rows).chance
    assert float(chance[0]) == pytest.approx(1.0)
    assert float(chance[1:].sum()) == pytest.approx(1.0)
    assert float(chance[1]) == pytest.approx(float(chance[10]) / 3)  # nine views of one woman weigh three times one view


def test_augmentation_changes_the_breast_and_keeps_black_outside() -> None:
    crop = torch.zeros(2, 64, 40, dtype=torch.uint8)
    crop[:, 16:48, :20] = 120
    changed = augment(crop, torch.Generator().manual_seed(0))
    assert changed.dtype == torch.uint8
    assert not torch.equal(changed, crop)
    assert int(changed[:, :2].max()) == 0
    assert torch.equal(changed, augment(crop, torch.Generator().manual_seed(0)))


def test_a_fold_learns_and_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    torch.manual_seed(0)
    start = BreastNet().tail
    features, targets, _ = tiny(WIDTH)
    where, rows = compute.reference(), np.arange(12)
    whole = train(start, features, targets, rows, recipe=RECIPE, compute=where, seed=1, checkpoint=tmp_path / "a.pt")
    again = train(start, features, targets, rows, recipe=RECIPE, compute=where, seed=1, checkpoint=tmp_path / "a.pt")
    assert np.allclose(predict(whole, features, rows, where), predict(again, features, rows, where), atol=1e-5)
    longer = dataclasses.replace(RECIPE, epochs=8)
    trained = train(start, features, targets, rows, recipe=longer, compute=where, seed=1, checkpoint=tmp_path / "b.pt")
    logits = predict(trained, features, rows, where)[:, 0]
    assert logits[::2].mean() > logits[1::2].mean()


def test_export_and_install_give_a_model_that_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    network = BreastNet()
    rows = [row(f"w{number}", number % 2 == 0) for number in range(40)]
    stack = np.random.default_rng(0).integers(0, 255, (40, *SHAPE), np.uint8)
    logits = np.random.default_rng(1).normal(size=(40, 6)).astype(np.float32)
    mammography_export.export(network, [network.tail, network.tail], rows, stack, logits, tmp_path)
    card = (cards.CARDS / "mammography.toml").read_text("utf-8")
    (tmp_path / "mammography.toml").write_text(card, "utf-8")
    weights = tmp_path / "weights"
    weights.mkdir()
    mammography_export.install(tmp_path, card_folder=tmp_path, weight_folder=weights)
    monkeypatch.setattr(cards, "WEIGHTS", weights)
    monkeypatch.setattr(cards.read_weights, "__defaults__", (weights,))
    model = Mammography.load(compute.reference(), cards.load("mammography", tmp_path))
    assert len(model.networks) == 2
    assert model.known.held_out("w7", []) == fold("w7", 2)
    assert model.known.held_out("renamed", [stack[7]]) == fold("w7", 2)
    assert model.known.held_out("stranger", []) is None
    marks = {fingerprint(part.woman) for part in rows} | {content(crop) for crop in stack}
    assert load_file(weights / "mammography.safetensors")["known"].shape == (len(marks), 2)


def test_imagenet_names_become_timms_names() -> None:
    names = {
        "_conv_stem.weight": "conv_stem.weight",
        "_bn0.bias": "bn1.bias",
        "_blocks.0._depthwise_conv.weight": "blocks.0.0.conv_dw.weight",
        "_blocks.0._bn2.running_var": "blocks.0.0.bn2.running_var",
        "_blocks.3._expand_conv.weight": "blocks.2.0.conv_pw.weight",
        "_blocks.15._bn2.weight": "blocks.6.0.bn3.weight",
        "_conv_head.weight": "conv_head.weight",
        "_bn1.weight": "bn2.weight",
        "_fc.bias": "classifier.bias",
    }
    renamed = imagenet_start.rename({old: torch.tensor(float(number)) for number, old in enumerate(names)})
    assert renamed == {new: torch.tensor(float(number)) for number, new in enumerate(names.values())}

"""The mammography recipe behind the training command, on drawn breasts and a small network: folds, going on, several processes, export."""

import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from models import cards, compute
from models.breast import ensemble
from models.breast.folds import content, fingerprint, fold
from models.mammography import Mammography
from models.refusal import NoResult
from models.training import history, install, mammography, mammography_export, mammography_start
from models.training.mammography_part import FoldPart, Settings
from models.training.mammography_views import FOLDS, Views
from tests.mammography_standin import Standin, draw, started, train, write

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp("set") / "data")


@pytest.fixture(autouse=True)
def small_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One thread, so that sums are the same to the last digit, and the small network everywhere."""
    for module in (mammography, mammography_export, ensemble):
        monkeypatch.setattr(module, "BreastNet", Standin)
    monkeypatch.setattr(mammography_start, "start", started)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_a_finished_training_is_a_model_that_scores_and_knows_whom_it_has_seen(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, card_folder, weight_folder = tmp_path / "out", tmp_path / "cards", tmp_path / "weights"
    card_folder.mkdir()
    assert train(data, out, "--tag", "north-1") == 0
    name = install.install(out, card_folder=card_folder, weight_folder=weight_folder)
    card = cards.load(name, card_folder)
    assert sorted(part.file for part in card.weights) == sorted(
        f"mammography@north-1/mammography-{part}.safetensors" for part in ("known", *(f"fold{n}" for n in range(FOLDS)))
    )
    assert set(card.thresholds) == {*(f"exam_score_{n}" for n in range(2, 11)), *cards.load("mammography").thresholds}
    assert card.thresholds != cards.load("mammography").thresholds
    assert not [line for line in card.limits if "taken over" in line]
    assert {"breast_auc", "image_auc", "density_auc"} <= set(card.figures["training"]["over_folds"]["mammography"])
    monkeypatch.setattr(cards.read_weights, "__defaults__", (weight_folder,))
    model = Mammography.load(compute.reference(), card)
    assert [network.fold for network in model.networks] == list(range(FOLDS))
    views = Views.read(data, out)
    crop = views.crops([5])[0].numpy()
    assert model.known.held_out(views.rows[5].woman, []) == model.known.held_out("renamed", [crop]) == fold(views.rows[5].woman, FOLDS)
    assert model.known.held_out("stranger", []) is None
    marks = {fingerprint(part.woman) for part in views.rows} | {content(one) for one in views.stack}
    assert load_file(weight_folder / f"mammography@north-1/{mammography_export.KNOWN_FILE}")["known"].shape == (len(marks), 2)


def test_a_fold_never_sees_its_own_women(data: Path, tmp_path: Path) -> None:
    views = Views.read(data, tmp_path)
    for number in range(FOLDS):
        mine, theirs = views.of_training(number), views.of_fold(number)
        assert {views.rows[n].woman for n in mine}.isdisjoint({views.rows[n].woman for n in theirs})
        assert sorted([*mine, *theirs]) == list(range(len(views.rows)))
    number = fold("w3", FOLDS)
    before, after = (part(number, one) for one in (views, poisoned(views, "w3")))
    for one in (before, after):
        torch.manual_seed(0)  # as the loop does before every epoch
        one.train_epoch()
    for name, value in before.weights().items():
        assert torch.equal(value, after.weights()[name]), name


def part(fold: int, views: Views, settings: Settings | None = None) -> FoldPart:
    """The small network in training on the CPU in float32."""
    return FoldPart(fold, views, settings or Settings(epochs=1, batch=4), compute.reference(), Standin)


def poisoned(views: Views, woman: str) -> Views:
    """The same set, the images and answers of one woman replaced by others."""
    theirs = [n for n, one in enumerate(views.rows) if one.woman == woman]
    rows = tuple(dataclasses.replace(one, cancer=not one.cancer, density="D") if one.woman == woman else one for one in views.rows)
    stack = np.array(views.stack)
    stack[views.place[theirs]] = 200
    return Views(rows, stack, views.place)


def test_it_goes_on_to_the_same_weights(data: Path, tmp_path: Path) -> None:
    views, settings = Views.read(data, tmp_path), Settings(epochs=3, batch=4)
    whole, first, again = (part(0, views, settings) for _ in range(3))
    for one, epochs in ((whole, 3), (first, 2)):
        for epoch in range(epochs):
            torch.manual_seed(epoch)
            one.train_epoch()
    again.restore(first.state())
    torch.manual_seed(2)
    again.train_epoch()
    for name, value in whole.weights().items():
        assert torch.equal(value, again.weights()[name]), name
    assert not torch.equal(whole.weights()["heads.weight"], first.weights()["heads.weight"])


def test_it_learns_what_can_be_seen(data: Path, tmp_path: Path) -> None:
    settings = Settings(epochs=12, batch=8, head_rate=0.05, rate=0.01, averaging=0.9, drawn=0.0)
    learning = part(0, Views.read(data, tmp_path), settings)
    torch.manual_seed(0)
    losses = [learning.train_epoch()["cancer"] for _ in range(12)]
    assert np.mean(losses[-3:]) < np.mean(losses[:3]) - 0.05


def test_folds_are_trained_by_number_and_settings_come_from_a_file(data: Path, tmp_path: Path) -> None:
    out, file = tmp_path / "out", tmp_path / "own.toml"
    file.write_text("[mammography]\nepochs = 1\nrate = 0.001\n", "utf-8")
    named = ["--data", str(data), "--out", str(out), "--config", str(file)]
    assert mammography.main([*named, "--set", "mammography.batch=4", "--folds", "0", "2"]) == 0
    assert sorted(path.name for path in out.glob("*.safetensors")) == ["mammography-fold0.safetensors", "mammography-fold2.safetensors"]
    assert "rate = 0.001" in (out / "settings.toml").read_text("utf-8")
    ((epoch,), _) = history.gather(out).values()
    assert set(epoch.losses) == {"cancer", "invasive", "density", "birads", "age", "lesion"}
    assert not (out / "model").exists()


def test_folds_trained_apart_are_exported_together(data: Path, tmp_path: Path) -> None:
    runs = [tmp_path / "here", tmp_path / "there"]
    for run, folds in zip(runs, (("0", "1"), ("2",)), strict=True):
        assert train(data, run, "--folds", *folds, "--cache", str(tmp_path / "crops")) == 0
    for path in runs[1].glob("*.safetensors"):
        path.rename(runs[0] / path.name)
    card = tmp_path / "mammography.toml"
    card.write_text((cards.CARDS / "mammography.toml").read_text("utf-8"), "utf-8")
    views = Views.read(data, tmp_path / "crops")
    mammography_export.export(runs[0], views, tmp_path, card, compute.reference())
    made = cards.load("mammography", tmp_path)
    assert [part.fold for part in made.weights] == [None, 0, 1, 2]
    assert made.intended_use == cards.load("mammography").intended_use
    assert not made.figures
    told = np.load(runs[0] / "unseen.npz")
    assert [fold(views.rows[n].woman, FOLDS) for n in range(len(views.rows))] == [
        dict(zip(told["image"].tolist(), told["fold"].tolist(), strict=True))[one.file.name] for one in views.rows
    ]


def test_two_processes_share_the_folds_and_give_the_weights_of_one(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "tests.mammography_standin"]
    done = subprocess.run(
        [*command, str(data), str(tmp_path / "two"), "--folds", "0", "1"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert train(data, tmp_path / "one", "--folds", "0", "1") == 0
    for n in (0, 1):
        name = mammography_export.weight_file(n)
        assert (tmp_path / "two" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()


def test_two_processes_train_one_network_on_halves_of_every_batch(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "tests.mammography_standin"]
    more = ["--folds", "0", "--set", "run.several=batches"]
    done = subprocess.run([*command, str(data), str(tmp_path / "out"), *more], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(history.gather(tmp_path / "out")["mammography-fold0"]) == 2


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"laterality": None}, "lacks the columns laterality"),
        ({"cancer": "maybe"}, "line 2: cancer is 'maybe', expected 0 or 1"),
        ({"patient_id": ""}, "line 2: patient_id or patient or woman is empty"),
        ({"laterality": "B"}, "line 2: laterality is 'B', expected L or R"),
        ({}, "None of the 1 images of labels.csv can be read; a.png: The file does not exist"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused_in_a_sentence(
    changed: dict[str, str | None], named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    told = {"file": "a.png", "patient_id": "1", "laterality": "L", "view": "CC", "cancer": "0"} | changed
    rows = [(name, value) for name, value in told.items() if value is not None]
    write(tmp_path / "data", [[name for name, _ in rows], [value for _, value in rows]])
    assert train(tmp_path / "data", tmp_path / "out") == 2
    assert named in capsys.readouterr().err


def test_a_set_without_cancer_is_not_trained_on(data: Path, tmp_path: Path) -> None:
    views = Views.read(data, tmp_path)
    healthy = Views(tuple(dataclasses.replace(one, cancer=False) for one in views.rows), views.stack, views.place)
    with pytest.raises(NoResult, match="may see 0 views with cancer and"):
        healthy.of_training(0)


def test_crops_are_made_once_and_anew_when_an_image_changes(tmp_path: Path) -> None:
    data, cache = draw(tmp_path / "data", women=2), tmp_path / "cache"
    (data / "images" / "1-CC.png").write_bytes(b"no image")
    first = Views.read(data, cache)
    assert len(first.rows) == 3
    (kept,) = cache.glob("*.npy")
    written = kept.stat().st_mtime_ns
    assert Views.read(data, cache).rows == first.rows
    assert kept.stat().st_mtime_ns == written
    (data / "images" / "0-MLO.png").write_bytes((data / "images" / "0-CC.png").read_bytes())
    again = Views.read(data, cache)
    assert len(list(cache.glob("*.npy"))) == 2
    assert np.array_equal(again.stack[0], again.stack[1])


def test_what_is_frozen_stays(data: Path, tmp_path: Path) -> None:
    def make() -> nn.Module:
        network = Standin()
        network.backbone.get_submodule("0").requires_grad_(False)
        return network

    frozen = FoldPart(0, Views.read(data, tmp_path), Settings(epochs=1, batch=4), compute.reference(), make)
    before = {name: value.clone() for name, value in frozen.network.state_dict().items()}
    frozen.train_epoch()
    after = frozen.network.state_dict()
    assert torch.equal(after["backbone.0.weight"], before["backbone.0.weight"])
    assert not torch.equal(after["heads.weight"], before["heads.weight"])


def test_every_setting_is_explained() -> None:
    page = (ROOT / "docs" / "training.md").read_text("utf-8")
    for field in dataclasses.fields(Settings):
        assert f"`{field.name}`" in page, field.name

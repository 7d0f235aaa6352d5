"""From a folder and a command to a model that can be installed beside the one in force, with its card."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from models import cards
from models.refusal import NoResult
from models.training import command, install, lung_export, spread
from models.training.part import Part
from models.training.recipe import Finished, Ground, Model, Recipe
from tests.toy_training import Toy


@dataclass(frozen=True)
class Settings:
    """Of the toy."""

    seed: int = 3
    epochs: int = 2


def made(settings: Settings, ground: Ground) -> Iterable[Part]:
    for fold in ground.folds:
        yield Toy(f"toy-fold{fold}", settings.epochs)


def export(place: Finished) -> None:
    """As a recipe's own export does it: weights into the folder, names and hashes into the card, patients beside it."""
    files = [(path.name, int(path.stem[-1])) for path in sorted(place.run.glob("toy-fold*.safetensors"))]
    for name, _ in files:
        shutil.copyfile(place.run / name, place.weights / name)
    place.patients.write_text("P-1\nP-2\n", "utf-8")
    lung_export.write_weights(place.card, place.weights, [*files])


MODEL = Model("lung-ct", 2, False, (Recipe("toy", Settings, made),), export)


def train(data: Path, out: Path, *more: str, model: Model = MODEL) -> int:
    return command.main(model, ["--data", str(data), "--out", str(out), *more], prog="train", description=None)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "image").mkdir(parents=True)
    (folder / "labels.csv").write_text("patient_id,file\nP-1,a\n", "utf-8")
    (folder / "image" / "a.nii").write_bytes(b"image")
    return folder


def test_a_finished_training_is_a_model_with_its_card(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert train(data, out, "--seed", "7", "--set", "toy.epochs=1", "--tag", "north-1") == 0
    assert f"models.training.install {out}" in capsys.readouterr().err
    folder = out / "model" / "cards"
    card = cards.load("lung-ct@north-1", folder)
    assert (card.name, card.tag) == ("lung-ct", "north-1")
    assert [part.file for part in card.weights] == [f"lung-ct@north-1/toy-fold{n}.safetensors" for n in (0, 1)]
    assert cards.read_weights(card.weights[0], out / "model" / "weights")["0.weight"].shape == (8, 4)
    assert card.preprocessing == cards.load("lung-ct").preprocessing
    assert set(card.figures) == {"training"}
    told = card.figures["training"]
    assert told["settings"]["toy"] == {"seed": 7, "epochs": 1}
    assert told["settings"]["run"]["seed"] == 7
    assert told["over_folds"]["toy"]["valid_loss"]["n"] == 2
    assert 0 <= told["over_folds"]["toy"]["below 0.5"]["mean"] <= 1
    assert told["versions"]["torch"]
    run = json.loads((out / "run.json").read_text("utf-8"))
    assert told["data_sha256"] == run["data_sha256"]
    assert run["data_sha256"] in card.training_data
    assert sorted(run["data"]) == ["data/image/a.nii", "data/labels.csv"]
    assert "epochs = 1" in (out / "settings.toml").read_text("utf-8")


def test_it_is_installed_beside_and_never_over_another(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, card_folder, weight_folder = tmp_path / "out", tmp_path / "cards", tmp_path / "weights"
    card_folder.mkdir()
    assert train(data, out, "--set", "toy.epochs=1") == 0
    name = install.install(out, card_folder=card_folder, weight_folder=weight_folder)
    assert name.startswith("lung-ct@own-")
    for part in cards.load(name, card_folder).weights:
        cards.read_weights(part, weight_folder)
    assert (card_folder / f"{name}.patients.txt").read_text("utf-8") == "P-1\nP-2\n"
    with pytest.raises(NoResult, match="is installed already"):
        install.install(out, card_folder=card_folder, weight_folder=weight_folder)
    assert install.main([str(data)]) == 2
    assert "holds 0 cards, expected one" in capsys.readouterr().err


def test_altered_weights_are_not_installed(data: Path, tmp_path: Path) -> None:
    out, card_folder = tmp_path / "out", tmp_path / "cards"
    assert train(data, out, "--set", "toy.epochs=1", "--tag", "a") == 0
    path = out / "model" / "weights" / "lung-ct@a" / "toy-fold1.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(NoResult, match="not the ones their card describes"):
        install.install(out, card_folder=card_folder, weight_folder=tmp_path / "weights")
    assert not card_folder.exists()
    assert not (tmp_path / "weights").exists()


def test_the_model_is_written_when_all_networks_are_there(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert train(data, out, "--folds", "1") == 0
    assert "run without --folds and --only" in capsys.readouterr().err
    assert not (out / "model").exists()
    assert train(data, out) == 0
    assert len(list((out / "model" / "cards").glob("*.toml"))) == 1


def test_changed_data_are_named_and_nothing_is_trained(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert train(data, out, "--folds", "0") == 0
    (data / "image" / "a.nii").write_bytes(b"other")
    assert train(data, out, "--set", "toy.epochs=3") == 2
    said = capsys.readouterr().err
    assert "toy.epochs was 2 and is now 3" in said
    assert "1 file changed (data/image/a.nii)" in said


@pytest.mark.parametrize(
    ("more", "model", "named"),
    [
        (["--set", "toy.epoch=1"], MODEL, "Did you mean epochs?"),
        (["--tag", "a b"], MODEL, "cannot name a model"),
        (["--tag", cards.load("lung-ct").tag], MODEL, "comes with Firstlight"),
        (["--hosts", "nowhere"], MODEL, "nowhere with whole scans is missing"),
        ([], Model("lung-ct", 2, True, MODEL.recipes, export), "hosts with whole scans is missing"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_trained(
    more: list[str], model: Model, named: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(data, tmp_path / "out", *more, model=model) == 2
    assert named in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_results_are_not_written_among_the_training_data(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(data, data / "run") == 2
    assert "Choose an --out elsewhere" in capsys.readouterr().err


def test_another_tag_takes_the_place_of_the_first(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for tag in ("a", "b"):
        assert train(data, out, "--set", "toy.epochs=1", "--tag", tag) == 0
    assert [path.name for path in (out / "model" / "weights").iterdir()] == ["lung-ct@b"]
    assert install.install(out, card_folder=out, weight_folder=out) == "lung-ct@b"


def test_an_empty_folder_is_no_training_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(tmp_path / "none", tmp_path / "out") == 2
    assert "is missing or empty" in capsys.readouterr().err


def test_the_spread_between_seeds_is_counted_over_runs_that_differ_in_nothing_else(data: Path, tmp_path: Path) -> None:
    runs = [tmp_path / f"seed{n}" for n in (1, 2, 3)]
    for n, run in enumerate(runs, 1):
        assert train(data, run, "--seed", str(n), "--folds", "0") == 0
    found = spread.of_runs(runs)["toy-fold0"]["valid_loss"]
    assert found["n"] == 3
    assert found["lowest"] < found["mean"] < found["highest"]
    with pytest.raises(NoResult, match=r"seeds are \[1, 1\]"):
        spread.of_runs([runs[0], runs[0]])
    assert train(data, tmp_path / "other", "--seed", "4", "--folds", "0", "--set", "toy.epochs=1") == 0
    with pytest.raises(NoResult, match=r"differs from .*toy\.epochs was 2 and is now 1"):
        spread.of_runs([runs[0], tmp_path / "other"])


def test_the_spread_is_the_sample_standard_deviation() -> None:
    assert spread.spread([2.0, 4.0, 6.0]) == {"n": 3, "mean": 4.0, "lowest": 2.0, "highest": 6.0, "sd": 2.0}
    assert "sd" not in spread.spread([2.0])

"""A model of one's own beside the one that comes with Firstlight: the worker loads both, and the new one runs in shadow."""

import shutil
from pathlib import Path

import pytest

from core.workflow import registry
from db.engine import snapshot
from db.enums import ModelState
from models import cards
from models.training import install, lung_export
from models.training.command import main
from models.training.recipe import Finished, Model, Recipe
from models.worker import load
from tests.test_training_command import Settings, made

SHIPPED = cards.load("lung-ct")


def export(place: Finished) -> None:
    """What training would give, with the installed networks in its place: what is tested is the way from --out to the worker."""
    for part in SHIPPED.weights:
        shutil.copyfile(cards.WEIGHTS / part.file, place.weights / Path(part.file).name)
    place.patients.write_text("P-1\n", "utf-8")
    lung_export.write_weights(place.card, place.weights, [(part.file, part.fold) for part in SHIPPED.weights])


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Folders of cards and weights of a machine on which only the lung model is installed."""
    card_folder, weight_folder = tmp_path / "cards", tmp_path / "weights"
    card_folder.mkdir()
    weight_folder.mkdir()
    shutil.copyfile(cards.CARDS / "lung-ct.toml", card_folder / "lung-ct.toml")
    for part in SHIPPED.weights:
        (weight_folder / part.file).symlink_to(cards.WEIGHTS / part.file)
    monkeypatch.setattr(cards.load, "__defaults__", (card_folder,))
    monkeypatch.setattr(cards.names, "__defaults__", (card_folder,))
    monkeypatch.setattr(cards.read_weights, "__defaults__", (weight_folder,))
    return card_folder, weight_folder


@pytest.mark.usefixtures("sqlite_database")
def test_the_worker_loads_it_beside_the_one_in_force_and_keeps_it_in_shadow(machine: tuple[Path, Path], tmp_path: Path) -> None:
    data, out = tmp_path / "crops", tmp_path / "out"
    data.mkdir()
    (data / "labels.csv").write_text("patient_id\nP-1\n", "utf-8")
    model = Model("lung-ct", 1, False, (Recipe("toy", Settings, made),), export)
    assert (
        main(model, ["--data", str(data), "--out", str(out), "--tag", "north-1", "--set", "toy.epochs=1"], prog="t", description=None) == 0
    )
    card_folder, weight_folder = machine
    assert install.install(out, card_folder=card_folder, weight_folder=weight_folder) == "lung-ct@north-1"
    scorers = load.installed()
    assert set(scorers.by_identity) == {SHIPPED.identity, "lung-ct.north-1"}
    with snapshot() as session:
        states = {row.tag: row.state for row in registry.models(session)}
    assert states == {SHIPPED.tag: ModelState.active, "north-1": ModelState.shadow}

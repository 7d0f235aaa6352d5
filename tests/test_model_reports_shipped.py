"""Reports that come with a card: written by the evaluation command, kept when the worker starts, left out when they do not fit."""

import json
from pathlib import Path

import pytest

from core.workflow import model_reports, report_form
from core.workflow.registry import InstalledCard, register_installed
from db.engine import snapshot, transaction
from db.enums import Role
from models import card_figures, cards
from models.cards import Card, WeightFile
from models.evaluation import envelope
from models.worker import reports
from tests.build import a_person
from tests.report_build import a_detection_report, a_malignancy_report

TOML = 'name = "lung-ct"\ntag = "1"\ntask = "t"\nintended_use = "u"\ntraining_data = "d"\nlicence = "l"\ntrained_on = "o"\n'


@pytest.fixture
def installed(tmp_path: Path) -> tuple[Path, Card]:
    """A folder of cards with one card in it."""
    folder = tmp_path / "cards"
    folder.mkdir()
    (folder / "lung-ct.toml").write_text(TOML + '[[weights]]\nfile = "w.safetensors"\nsha256 = "ab"\n', "utf-8")
    return folder, cards.load("lung-ct", folder)


def test_a_written_report_is_kept_at_the_next_start_and_only_once(database: str, installed: tuple[Path, Card]) -> None:
    folder, card = installed
    own = {"model": card.identity, "weights_sha256": card.sha256}
    card_figures.write("lung-ct", "lung-malignancy", a_malignancy_report(**own), folder)
    card_figures.write("lung-ct", "lung-detection", a_detection_report(model=card.identity), folder)  # of other weights
    (folder / card_figures.REPORTS / "other.x.json").write_text(json.dumps(a_malignancy_report(model="other.1")), "utf-8")
    (folder / card_figures.REPORTS / "torn.json").write_text('{"schema": ', "utf-8")
    with transaction() as session:
        version = register_installed(session, [InstalledCard(card.name, card.tag, card.sha256, {})])[0]
        ada = a_person(session, "ada", role=Role.administrator)
    assert [reports.ship(version.id or 0, card, folder) for _start in range(2)] == [1, 0]
    with snapshot() as session:
        (kept,) = model_reports.reports(session, ada, version.id or 0)
    assert (kept.task, kept.own, kept.cases) == ("lung-malignancy", False, 853)
    text = (folder / "lung-ct.toml").read_text("utf-8")
    assert "curves" not in text
    assert "labels_sha256" in text


def test_an_envelope_makes_any_evaluation_a_report_that_can_be_handed_in(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_bytes(b"file,cancer\na,1\n")
    card = Card("mammography", "2026.11", "t", (WeightFile("w", "ab"),), "u", "d", "l", "o")
    told = envelope.complete("mammography", card, tmp_path, {"n": 7, "image": {"n": 7, "auc": {"value": 0.8, "low": 0.7, "high": 0.9}}})
    form, said = report_form.read(json.dumps(told).encode())
    assert (form.task, form.model, form.data.cases, form.weights_sha256) == ("mammography", "mammography.2026.11", 7, card.sha256)
    assert form.data.labels_sha256 == envelope.fingerprint(tmp_path, {"n": 7})["labels_sha256"]
    assert len(form.data.labels_sha256) == 64
    assert said["image"]["n"] == 7


def test_every_shipped_report_fits_its_card() -> None:
    found = sorted((cards.CARDS / card_figures.REPORTS).glob("*.json"))
    if not found:
        pytest.skip("no report is shipped with the cards")
    known = {card.identity: card for card in map(cards.load, cards.names())}
    for path in found:
        form, _said = report_form.read(path.read_bytes())
        assert form.weights_sha256 == known[form.model].sha256, path.name

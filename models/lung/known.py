"""Which patients the networks were trained on, so that no figure ever comes from a network that has seen the patient."""

from __future__ import annotations

from pathlib import Path

from models.cards import CARDS, INSTALL_AGAIN
from models.lung.crops import fold_of
from models.lung.ensemble import Ensemble
from models.refusal import NoResult

PATIENTS = CARDS / "lung-ct.patients.txt"


def patients(path: Path = PATIENTS) -> frozenset[str]:
    """The patients of the training set, one a line in the file beside the card."""
    try:
        return frozenset(path.read_text("utf-8").split())
    except FileNotFoundError:
        raise NoResult(f"{path.name}, the list of training patients, is missing. {INSTALL_AGAIN}") from None


def unseen(ensemble: Ensemble, patient: str, trained_on: frozenset[str]) -> Ensemble:
    """The networks that may answer for this patient: all of them, or the one of the patient's fold."""
    return ensemble.without_patients_of(fold_of(patient)) if patient in trained_on else ensemble

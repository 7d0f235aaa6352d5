"""`python -m models.training.lung_export --run DIR --data DIR`: turns trained folds into the installed model.

Copies the fold weights, reads every training nodule with the network that never saw its patient, fits the malignancy blend on those
readings (for each fold on the other folds only) and writes files, hashes and the list of training patients beside the card.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from models import cards, compute
from models.evaluation import lung_nodules
from models.evaluation.lung_nodules import Reading
from models.lung import crops, known
from models.lung.crops import FOLDS, Crop, fold_of
from models.lung.ensemble import BLEND_FILE, Ensemble, network
from models.training.lung_ct import HELD_OUT

log = logging.getLogger(__name__)
BEGIN, END = "# --- weights: written by models.training.lung_export, do not edit ---\n", "# --- end of weights ---\n"
RIDGE = 1.0
Floats = NDArray[np.float64]


def fit_blend(design: Floats, malignant: Floats, ridge: float = RIDGE) -> Floats:
    """Ridge logistic regression by Newton's method: (1 + k,) intercept and weights of design (n, k); the intercept is not shrunk."""
    rows = np.column_stack([np.ones(len(design)), design])
    shrink = ridge * np.eye(rows.shape[1])
    shrink[0, 0] = 0
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        fitted = 1 / (1 + np.exp(-rows @ weights))
        curvature = rows.T @ (rows * (fitted * (1 - fitted))[:, None]) + shrink
        weights += np.linalg.solve(curvature, rows.T @ (malignant - fitted) - shrink @ weights)
    return np.asarray(weights)


def blends(readings: list[Reading]) -> Floats:
    """(FOLDS + 1, 1 + 1 + 6): row k fitted without the patients of fold k, the last on all."""
    found = [reading for reading in readings if reading.found]
    design = np.stack([np.array([one.found.logit, *one.found.measurements.statistics()], float) for one in found if one.found])
    malignant = np.array([reading.crop.malignant for reading in found], float)
    fold = np.array([fold_of(reading.crop.patient) for reading in found])
    return np.stack([fit_blend(design[fold != k], malignant[fold != k]) for k in range(FOLDS + 1)])


def export(run: Path, everyone: list[Crop], weights: Path, patients: Path, card: Path) -> None:
    """Install the folds that are finished in `run`."""
    nets, lines = {}, []
    for path in sorted(run.glob("lung-ct-fold*.safetensors")):
        fold = int(path.stem[-1])
        shutil.copyfile(path, weights / path.name)
        nets[fold] = network(load_file(path), compute.choose())
        lines.append((path.name, fold))
    mine = [crop for crop in everyone if crop.patient not in HELD_OUT and fold_of(crop.patient) in nets]
    patients.write_text("".join(f"{name}\n" for name in sorted({crop.patient for crop in everyone} - HELD_OUT)), "utf-8")
    nothing = np.zeros((FOLDS + 1, 8))
    blend = blends(lung_nodules.read(mine, Ensemble(nets, nothing, compute.choose()), known.patients(patients)))
    log.info("blend of all folds: %s", np.round(blend[-1], 3).tolist())
    save_file({"blend": torch.from_numpy(blend)}, weights / BLEND_FILE)
    write_weights(card, weights, [*lines, (BLEND_FILE, None)])


def write_weights(card: Path, weights: Path, files: list[tuple[str, int | None]]) -> None:
    """Put names, folds and hashes into the card."""
    block = BEGIN
    for name, fold in files:
        digest = hashlib.sha256((weights / name).read_bytes()).hexdigest()
        block += f'[[weights]]\nfile = "{name}"\nsha256 = "{digest}"\n' + (f"fold = {fold}\n" if fold is not None else "") + "\n"
    text = card.read_text("utf-8")
    card.write_text(re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: block + END, text, flags=re.DOTALL), "utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Export into the project's own folders."""
    parser = argparse.ArgumentParser(prog="python -m models.training.lung_export", description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    export(options.run, crops.read(options.data), cards.WEIGHTS, known.PATIENTS, cards.CARDS / "lung-ct.toml")
    return 0


if __name__ == "__main__":
    sys.exit(main())

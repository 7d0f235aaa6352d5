"""`python -m models.training.lung_export --run DIR --data DIR --hosts DIR --start FILE`: turns trained folds into the installed model.

Copies the fold weights, reads every training nodule and every whole scan with the networks that never saw the patient, fits the three
calibrations on those readings (for each fold on the other folds only), sets the operating point, and writes files, hashes and the list
of training patients beside the card.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from models import cards, compute
from models.evaluation import lung_nodules
from models.evaluation.lung_nodules import Reading
from models.lung import detect, known
from models.lung.calibration import Calibration
from models.lung.crops import FOLDS, Crop, fold_of
from models.lung.ensemble import CALIBRATION_FILE, SIGHT_FILE, Ensemble, Member, appraisal_net, detection_net
from models.lung.grid import isotropic
from models.lung.reader import Reader
from models.lung.sampling import DETECTION
from models.networks.appraisal import STATISTICS
from models.networks.sight import SEEN, Sight
from models.training import astra_start
from models.training.material import Material
from models.training.surroundings import Host

log = logging.getLogger(__name__)
BEGIN, END = "# --- weights: written by models.training.lung_export, do not edit ---\n", "# --- end of weights ---\n"
RIDGE = 1.0
NODULES_A_SCAN = 1.33
"""Of 3 mm and more, as in LUNA16: 1,186 in 888 scans."""
Floats = NDArray[np.float64]


def fit(design: Floats, truth: Floats, ridge: float = RIDGE, weight: Floats | None = None) -> Floats:
    """Ridge logistic regression by Newton's method: (1 + k,) intercept and weights of design (n, k); the intercept is not shrunk."""
    rows = np.column_stack([np.ones(len(design)), design])
    counts = np.ones(len(rows)) if weight is None else weight
    shrink = ridge * np.eye(rows.shape[1])
    shrink[0, 0] = 0
    weights = np.zeros(rows.shape[1])
    for _ in range(60):
        fitted = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        curvature = rows.T @ (rows * (counts * fitted * (1 - fitted))[:, None]) + shrink
        weights += np.linalg.solve(curvature + 1e-9 * np.eye(len(weights)), rows.T @ (counts * (truth - fitted)) - shrink @ weights)
    return np.asarray(weights)


def across(design: Floats, truth: Floats, fold: NDArray[np.int_], ridge: float) -> Floats:
    """(FOLDS + 1, 1 + k): row k fitted without the patients of fold k, the last on all."""
    return np.stack([fit(design[fold != k], truth[fold != k], ridge) for k in range(FOLDS + 1)])


def members(run: Path, where: compute.Compute) -> tuple[Member, ...]:
    """The folds that are finished in `run`."""
    done = []
    for path in sorted(run.glob("detection-fold*.safetensors")):
        fold = int(path.stem[-1])
        other = run / f"appraisal-fold{fold}.safetensors"
        if other.is_file():
            done.append(Member(fold, detection_net(load_file(path)), appraisal_net(load_file(other)), where))
    return tuple(done)


def nothing() -> Calibration:
    """Before anything is fitted: marks by their own logit; what is said of suspicion means nothing yet."""
    empty = Reader.fitted(np.zeros((2, SEEN)), np.zeros((2, STATISTICS)), np.array([3.0, 3.0]))
    mark, blend = np.tile([0.0, 1.0], (FOLDS + 1, 1)), np.zeros((FOLDS + 1, 2))
    return Calibration(mark, blend, np.tile([-6.0, 2.5], (FOLDS + 1, 1)), (empty,) * (FOLDS + 1))


@dataclass(frozen=True)
class Told:
    """What was read of the labelled nodules that were measured, by networks that did not see the patient: one row each."""

    seen: Floats
    told: Floats
    statistics: Floats
    diameter_mm: Floats
    rating: Floats
    malignant: Floats
    fold: NDArray[np.int_]

    @classmethod
    def of(cls, readings: list[Reading], ratings: dict[str, float]) -> Told:
        """`ratings`: file → mean rating of malignancy by the readers."""
        found = [(one.crop, one.found) for one in readings if one.found]
        return cls(
            np.stack([one.seen for _, one in found]),
            np.stack([one.told for _, one in found]),
            np.stack([one.measurements.statistics() for _, one in found]).astype(np.float64),
            np.array([one.measurements.mean_diameter_mm for _, one in found]),
            np.array([ratings[crop.file] for crop, _ in found]),
            np.array([crop.malignant for crop, _ in found], float),
            np.array([fold_of(crop.patient) for crop, _ in found]),
        )

    def reader(self, rows: NDArray[np.bool_]) -> Reader:
        """Fitted on some of the nodules: on the mean rating, moved by the consensus."""
        rated = self.rating[rows] + self.malignant[rows] - self.malignant[rows].mean()
        return Reader.fitted(self.seen[rows], self.statistics[rows], rated)


def judged(told: Told) -> tuple[Floats, Floats, tuple[Reader, ...]]:
    """(blend, diameter, readers) of the calibration.

    The blend of row k sees, of the nodules it may see, ratings by readers that did not know their fold either.
    """
    size = np.log(np.maximum(told.diameter_mm, 1.0))[:, None]
    rows, readers = [], []
    for k in range(FOLDS + 1):
        mine = told.fold != k
        rating = np.zeros(len(mine))
        for other in np.unique(told.fold[mine]):
            theirs = mine & (told.fold == other)
            rating[theirs] = told.reader(mine & ~theirs).rating(told.seen[theirs], told.statistics[theirs])
        rows.append(fit(rating[mine, None], told.malignant[mine]))
        readers.append(told.reader(mine))
    return np.stack(rows), across(size, told.malignant, told.fold, 0.01), tuple(readers)


@dataclass(frozen=True)
class Marked:
    """Detection logits of labelled nodules (-9 where there was no mark) and of the marks of whole scans outside of known lesions, by
    networks that saw neither; `fold` of each, and how many whole scans each fold has."""

    logit: Floats
    nodule: Floats
    fold: NDArray[np.int_]
    scans: NDArray[np.int_]

    @classmethod
    def of(cls, everyone: list[Crop], hosts: list[Host], ensemble: Ensemble) -> Marked:
        """Search every crop, set in quiet lung, and every whole scan."""
        rows = [(_found(crop, ensemble), 1.0, fold_of(crop.patient)) for crop in everyone]
        rows += [(logit, 0.0, host.fold) for host in hosts for logit in _false(host, ensemble)]
        logit, nodule, fold = (np.array(column) for column in zip(*rows, strict=True))
        return cls(logit, nodule, fold.astype(int), np.bincount([host.fold for host in hosts], minlength=FOLDS))

    def rows(self) -> Floats:
        """(FOLDS + 1, 2) at the share of nodules among the marks of a scan: NODULES_A_SCAN for each scan searched."""
        kept = self.logit > detect.LEAST_LOGIT
        rows = []
        for k in range(FOLDS + 1):
            mine = kept & (self.fold != k)
            scans = self.scans[np.arange(FOLDS) != k].sum()
            weight = np.where(self.nodule > 0, NODULES_A_SCAN * scans / max(self.nodule[mine].sum(), 1), 1.0)
            rows.append(fit(self.logit[mine, None], self.nodule[mine], 0.1, weight[mine]))
        return np.stack(rows)


def _found(crop: Crop, ensemble: Ensemble) -> float:
    """The logit of the best mark inside the nodule's radius (at least 3 mm)."""
    grid, added = lung_nodules.in_quiet_lung(crop)
    center = grid.to_lps((crop.center + added)[None])[0]
    networks = ensemble.without_patients_of(fold_of(crop.patient))
    marks = detect.detect(isotropic(grid, DETECTION.spacing_mm), None, networks.heat)
    near = np.linalg.norm(marks.centers_mm - center, axis=1) < max(crop.diameter_mm / 2, 3.0)
    return float(marks.logit[near].max(initial=-9.0))


def _false(host: Host, ensemble: Ensemble) -> list[float]:
    """The logits of the marks outside of known lesions."""
    marks = detect.detect(host.coarse.grid, host.lung, ensemble.without_patients_of(host.fold).heat)
    outside = np.ones(len(marks.logit), bool)
    for lesion in host.exclude_mm:
        outside &= np.linalg.norm(marks.centers_mm - lesion[:3], axis=1) > lesion[3] + 6
    return [float(logit) for logit in marks.logit[outside]]


def half(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """In half precision, as weights are stored."""
    return {name: (value.half() if value.is_floating_point() else value).contiguous() for name, value in tensors.items()}


def export(run: Path, material: Material, start: Path | None, weights: Path, patients: Path, card: Path) -> None:
    """Install the folds that are finished in `run`; `start` holds the pre-trained front (None: the published one)."""
    everyone, hosts = [source.crop for source in material.sources], material.hosts
    ratings = {crop.file: 1 + 4 * float(row[1]) for crop, row in zip(everyone, material.targets, strict=True)}
    sight = Sight().eval()
    sight.front.load_published(astra_start.read(start))
    where = compute.choose().by_torch()
    ensemble = Ensemble(members(run, where), nothing(), sight, where)
    mine = [crop for crop in everyone if fold_of(crop.patient) in {member.fold for member in ensemble.members}]
    patients.write_text(
        "".join(f"{name}\n" for name in sorted({crop.patient for crop in everyone} | {host.name for host in hosts})), "utf-8"
    )
    told = Told.of(lung_nodules.read(mine, ensemble, known.patients(patients)), ratings)
    np.savez(run / "told.npz", **vars(told))
    blend, diameter, readers = judged(told)
    marked = Marked.of(mine, hosts, ensemble)
    np.savez(run / "marks.npz", **vars(marked))
    log.info("%d nodules and %d other marks", marked.nodule.sum(), (1 - marked.nodule).sum())
    calibration = Calibration(marked.rows(), blend, diameter, readers)
    lines: list[tuple[str, int | None]] = []
    for member in ensemble.members:
        for kind in ("detection", "appraisal"):
            name = f"lung-ct-{kind}-fold{member.fold}.safetensors"
            shutil.copyfile(run / f"{kind}-fold{member.fold}.safetensors", weights / name)
            lines.append((name, member.fold))
    save_file(calibration.tensors(), weights / CALIBRATION_FILE)
    save_file(half(ensemble.sight.state_dict()), weights / SIGHT_FILE)
    write_weights(card, weights, [*lines, (SIGHT_FILE, None), (CALIBRATION_FILE, None)])


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
    parser.add_argument("--hosts", type=Path, required=True)
    parser.add_argument("--ratings", type=Path, help="JSON of every reader's ratings by file")
    parser.add_argument("--start", type=Path, help="safetensors file of the pre-trained front; default: the published one")
    options = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    material = Material.read(options.data, options.hosts, options.ratings)
    export(options.run, material, options.start, cards.WEIGHTS, known.PATIENTS, cards.CARDS / "lung-ct.toml")
    return 0


if __name__ == "__main__":
    sys.exit(main())

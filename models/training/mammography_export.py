"""`python -m models.training.mammography_export --run DIR --data DIR`: turns trained folds into the installed mammography model.

Copies the fold weights, reads every view as the product does with the network that never saw the woman, fits the calibration and the
limits of the exam score on those readings, and writes files, hashes, thresholds and the list of whom the networks have seen.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from models import cards, compute
from models.breast import ensemble
from models.breast.calibration import Calibration, deciles, platt
from models.breast.ensemble import Member
from models.breast.folds import content, fingerprint
from models.breast.table import Labelled
from models.compute import Compute
from models.networks.breast_net import THIN, BreastNet
from models.refusal import NoResult
from models.training import half, mammography_ranking, mammography_reader, provenance, whole
from models.training.mammography_ranking import by_breast
from models.training.mammography_views import FOLDS, Numbers, Views

log = logging.getLogger(__name__)
KNOWN_FILE = "mammography-known.safetensors"
AT_ONCE = 64
BEGIN, END = "# --- weights: written by models.training.mammography_export, do not edit ---\n", "# --- end of weights ---\n"
BLOCK = re.compile(r"# --- weights: written by [^\n]*\n")
Floats = NDArray[np.float64]


def weight_file(fold: int) -> str:
    """Of the network that was trained without the women of `fold`."""
    return f"mammography-fold{fold}.safetensors"


def members(run: Path, where: Compute, backbone: str) -> tuple[Member, ...]:
    """The folds that are finished in `run`. Raises NoResult without any, or when they are of another network."""
    done = [(fold, run / weight_file(fold)) for fold in range(FOLDS) if (run / weight_file(fold)).is_file()]
    if not done:
        raise NoResult(f"{run} holds no trained network of the mammography model ({weight_file(0)} and so on).")
    return tuple(Member(fold, _network(path, backbone), where) for fold, path in done)


def read(views: Views, numbers: Numbers, member: Member) -> tuple[Floats, Floats]:
    """Cancer logit, and probability of density C or D, of some views, as the product says them with one network."""
    said = []
    for first in range(0, len(numbers), AT_ONCE):
        said += ensemble.answers(list(views.crops(numbers[first : first + AT_ONCE]).numpy()), [member])
    return np.array([one.cancer for one in said]), np.array([one.density[2:].sum() for one in said])


def calibrate(rows: Sequence[Labelled], cancer: Floats) -> Calibration:
    """Platt's lines and the exam-score limits from logits of women each network never saw. Raises NoResult with one class only."""
    truth = np.array([row.cancer for row in rows], np.bool_)
    breasts, ill, women = by_breast(rows, cancer)
    if truth.all() or not truth.any() or ill.all():
        raise NoResult(f"{truth.sum()} of {len(truth)} views show cancer: without breasts of both kinds nothing can be calibrated.")
    view, (slope, intercept) = platt(cancer, truth), platt(breasts, ill)
    line = Calibration(*view, slope, intercept, float(ill.mean()), ())
    exams: dict[str, tuple[float, bool]] = {}
    for woman, logit, cancerous in zip(women, breasts, ill, strict=True):
        value, before = exams.get(woman, (0.0, False))
        exams[woman] = (max(value, line.breast([float(logit)])), bool(before or cancerous))
    values, cases = np.array([value for value, _ in exams.values()]), np.array([case for _, case in exams.values()], np.bool_)
    if cases.all():
        raise NoResult("Every woman has cancer: the limits of the exam score need women without.")
    return Calibration(*view, slope, intercept, line.fitted_prevalence, deciles(values, cases))


def export(run: Path, views: Views, weights: Path, card: Path, where: Compute) -> None:
    """Lay the folds that are finished in `run` into the folder `weights`, and all that is known of them into `card`."""
    backbone = trained_with(run)
    folds = members(run, where, backbone)
    for member in folds:
        mammography_reader.fit(member, views)
        log.info("fold %d: the reader is fitted", member.fold)
    said = [(views.of_fold(member.fold), member) for member in folds]
    numbers = np.concatenate([theirs for theirs, _ in said])
    cancer, dense = (np.concatenate(parts) for parts in zip(*(read(views, theirs, member) for theirs, member in said), strict=True))
    rows = [views.rows[int(number)] for number in numbers]
    log.info("women not seen in training: %s", mammography_ranking.figures(rows, cancer, dense))
    np.savez(run / "unseen.npz", image=np.array([row.file.name for row in rows]), cancer=cancer, dense=dense, fold=views.fold[numbers])
    calibration = calibrate(rows, cancer)
    for member in folds:
        half.write(weights / weight_file(member.fold), half.of(member.network.state_dict()))
    save_file({"known": known(views)}, weights / KNOWN_FILE)
    files = [(KNOWN_FILE, None), *((weight_file(member.fold), member.fold) for member in folds)]
    write_card(card, weights, files, calibration.as_thresholds())
    name_backbone(card, backbone)


def trained_with(run: Path) -> str:
    """The backbone that the run's settings name; the one of Firstlight where weights were put together from other runs."""
    settings = provenance.read(run).settings if (run / provenance.FILE).is_file() else {}
    return str(settings.get("mammography", {}).get("backbone", THIN))


def name_backbone(card: Path, backbone: str) -> None:
    """Say in the card of which network the weights are, so that they are loaded into that one."""
    text = re.sub(r"^backbone = .*\n", "", card.read_text("utf-8"), flags=re.MULTILINE)
    whole.write(card, text.replace("[preprocessing]\n", f"[preprocessing]\nbackbone = {json.dumps(backbone)}\n", 1).encode())


def known(views: Views) -> Tensor:
    """(N, 2): fingerprint of every woman and every crop, and the fold whose network never saw her."""
    folds = views.fold.tolist()
    marks = {(fingerprint(row.woman), fold) for row, fold in zip(views.rows, folds, strict=True)}
    marks |= {(content(views.stack[place]), fold) for place, fold in zip(views.place.tolist(), folds, strict=True)}
    return torch.tensor(sorted(marks))


def write_card(card: Path, weights: Path, files: Sequence[tuple[str, int | None]], thresholds: Mapping[str, float]) -> None:
    """Put names, folds, hashes and thresholds below the head of the card. What stood there goes, with the figures of other weights."""
    head, *rest = BLOCK.split(card.read_text("utf-8"), maxsplit=1)
    if not rest:
        raise NoResult(f"{card.name} has no line {BEGIN.strip()!r} to put the weights below.")
    block = ""
    for name, fold in files:
        digest = hashlib.sha256((weights / name).read_bytes()).hexdigest()
        block += f'[[weights]]\nfile = "{name}"\nsha256 = "{digest}"\n' + (f"fold = {fold}\n" if fold is not None else "") + "\n"
    block += "[thresholds]\n" + "".join(f"{name} = {value:.6f}\n" for name, value in thresholds.items())
    whole.write(card, (head + BEGIN + block + END).encode())


def _network(path: Path, backbone: str) -> nn.Module:
    network: nn.Module = BreastNet(backbone)
    try:
        network.load_state_dict({name: value.float() if value.is_floating_point() else value for name, value in load_file(path).items()})
    except RuntimeError as problem:
        raise NoResult(f"{path} does not fit the mammography network: it was trained with another version of the program.") from problem
    return network.eval()


def main(arguments: list[str] | None = None) -> int:
    """Export into the project's own folders; exit status 2 and a sentence on standard error when that is not possible."""
    parser = argparse.ArgumentParser(prog="python -m models.training.mammography_export", description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder with the weights of the folds; they may come from several machines")
    parser.add_argument("--data", type=Path, required=True, help="what they were trained on")
    parser.add_argument("--cache", type=Path, help="where the crops are kept; default: --run")
    options = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    card = cards.CARDS / "mammography.toml"
    before = {part.file for part in cards.load("mammography").weights}
    try:
        export(options.run, Views.read(options.data, options.cache or options.run), cards.WEIGHTS, card, compute.choose())
    except NoResult as reason:
        sys.stderr.write(f"Not exported: {reason}\n")
        return 2
    for name in before - {part.file for part in cards.load("mammography").weights}:
        (cards.WEIGHTS / name).unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Turns trained folds into what the product loads: weight files, calibration, exam-score limits and the card around them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor

from models import cards
from models.breast.calibration import Calibration, deciles, platt
from models.breast.folds import content, fingerprint, fold
from models.breast.table import Labelled
from models.breast.view import Crop
from models.networks.breast_net import BreastNet, Tail
from models.refusal import NoResult

Logits = NDArray[np.float32]

CARD_PART = "card_part.toml"
BEGIN = "# --- weights: written by models.training.mammography --install, do not edit ---\n"
END = "# --- end of weights ---\n"


def summary(rows: Sequence[Labelled], logits: Logits) -> str:
    """Areas under the ROC curve per image and per breast, and of dense against not dense, for the log."""
    breasts, truth, _ = by_breast(rows, logits)
    dense = np.array([row.density in ("C", "D") for row in rows])
    known = np.array([row.density is not None for row in rows])
    parts = {
        "image": area(np.array([row.cancer for row in rows]), logits[:, 0]),
        "breast": area(truth, breasts),
        "density AB/CD": area(dense[known], _dense_logit(logits[known])),
    }
    return ", ".join(f"{name} AUC {value:.3f}" for name, value in parts.items())


def by_breast(rows: Sequence[Labelled], logits: Logits) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[str]]:
    """Mean cancer logit, truth and woman of every breast."""
    names = sorted({row.breast for row in rows})
    place = {name: number for number, name in enumerate(names)}
    where = np.array([place[row.breast] for row in rows])
    mean = np.bincount(where, logits[:, 0].astype(np.float64)) / np.bincount(where)
    truth = np.zeros(len(names), np.bool_)
    np.logical_or.at(truth, where, [row.cancer for row in rows])
    return mean, truth, [woman for woman, _ in names]


def area(truth: NDArray[np.bool_], score: NDArray[np.floating]) -> float:
    """Area under the ROC curve, ties counted half; nan with one class only."""
    positive, negative = np.sort(score[truth]), np.sort(score[~truth])
    if not len(positive) or not len(negative):
        return float("nan")
    below = np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")
    return float(below.mean() / 2 / len(negative))


def calibrate(rows: Sequence[Labelled], logits: Logits) -> Calibration:
    """Platt's lines and the exam-score limits from logits of women each network never saw."""
    view = platt(logits[:, 0].astype(np.float64), np.array([row.cancer for row in rows]))
    breasts, truth, women = by_breast(rows, logits)
    slope, intercept = platt(breasts, truth)
    probability = 1 / (1 + np.exp(-(slope * breasts + intercept)))
    exams = {woman: [0.0, False] for woman in women}
    for woman, value, cancer in zip(women, probability, truth, strict=True):
        exams[woman] = [max(exams[woman][0], float(value)), bool(exams[woman][1] or cancer)]
    limits = deciles(np.array([value for value, _ in exams.values()]), np.array([cancer for _, cancer in exams.values()], np.bool_))
    return Calibration(*view, slope, intercept, float(truth.mean()), limits)


def export(network: BreastNet, tails: Sequence[Tail], rows: Sequence[Labelled], stack: Crop, logits: Logits, out: Path) -> None:
    """Write `mammography.safetensors` (front, fingerprints), one `mammography.fold_N.safetensors` each, and the card with its hashes."""
    count = len(tails)
    marks = {(fingerprint(row.woman), fold(row.woman, count)) for row in rows}
    marks |= {(content(crop), fold(row.woman, count)) for row, crop in zip(rows, stack, strict=True)}
    shared = {f"front.{key}": value for key, value in network.front.state_dict().items()}
    files = [_write(out / "mammography.safetensors", shared | {"known": torch.tensor(sorted(marks))})]
    files += [_write(out / f"mammography.fold_{number}.safetensors", tail.state_dict()) for number, tail in enumerate(tails)]
    blocks = [f'[[weights]]\nfile = "{path.name}"\nsha256 = "{digest}"\n' for path, digest in files]
    blocks[1:] = [f"{block}fold = {number}\n" for number, block in enumerate(blocks[1:])]
    thresholds = calibrate(rows, logits).as_thresholds()
    lines = "".join(f"{name} = {value:.6f}\n" for name, value in thresholds.items())
    (out / CARD_PART).write_text("\n".join([*blocks, f"[thresholds]\n{lines}"]), "utf-8")


def install(out: Path, name: str = "mammography", *, card_folder: Path = cards.CARDS, weight_folder: Path = cards.WEIGHTS) -> None:
    """Make the weights of `out` the installed ones: copy the files and replace the measured part of the card; old figures are removed."""
    card = card_folder / f"{name}.toml"
    head, _, rest = card.read_text("utf-8").partition(BEGIN)
    if not rest:
        raise NoResult(f"{card.name} has no line {BEGIN.strip()!r} to put the weights below.")
    for old in weight_folder.glob(f"{name}*.safetensors"):
        old.unlink()
    for new in out.glob(f"{name}*.safetensors"):
        shutil.copyfile(new, weight_folder / new.name)
    card.write_text(head + BEGIN + (out / CARD_PART).read_text("utf-8") + END, "utf-8")


def _write(path: Path, tensors: dict[str, Tensor]) -> tuple[Path, str]:
    """Half precision for everything but whole numbers; returns the path and the hash of the file."""
    halves = {key: (value.half() if value.is_floating_point() else value).cpu().contiguous() for key, value in tensors.items()}
    save_file(halves, path)
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def _dense_logit(logits: Logits) -> NDArray[np.float32]:
    density = logits[:, 2:]
    dense = np.logaddexp(density[:, 2], density[:, 3]) - np.logaddexp(density[:, 0], density[:, 1])
    return np.asarray(dense, np.float32)

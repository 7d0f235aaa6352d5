"""`python -m models.training.mammography --data DIR --out DIR`: train the mammography networks on a folder laid out like rsna_mammography.

`labels.csv` needs file, patient_id, laterality, view and cancer (0 or 1); density (A–D) and invasive are used where present.
Women are split into folds by their identifier; each network is trained without one fold and measured on it. Everything is computed
from the seed, kept in `--out` and taken up again where an interrupted run left off.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models import compute as computing
from models.breast import folds, table
from models.breast.table import Labelled
from models.networks.breast_net import BreastNet, Tail, backbone
from models.refusal import NoResult
from models.training import imagenet_start, mammography_export
from models.training import mammography_features as kept
from models.training.mammography_fold import Features, Recipe, Targets, predict, train

log = logging.getLogger("mammography")

Flags = NDArray[np.bool_]


def start_network(folder: Path, compute: computing.Compute, seed: int) -> BreastNet:
    """ImageNet weights in front and tail, heads from the seed; kept in `folder`."""
    torch.manual_seed(seed)
    network = BreastNet()
    path = folder / "start.pt"
    if not path.is_file():
        photographs = backbone()
        photographs.load_state_dict(imagenet_start.read())
        network.take(photographs)
        torch.save(network.state_dict(), path)
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return network.to(compute.device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload, no-any-return]


def cross_validate(
    start: Tail, features: Features, rows: Sequence[Labelled], usable: Flags, *, recipe: Recipe, seed: int, count: int, out: Path
) -> tuple[list[Tail], NDArray[np.float32]]:
    """One tail per fold, and for every view the logits of the tail that never saw its woman (nan where the view could not be read)."""
    compute, targets = computing.choose(), Targets.of(rows)
    fold_of = np.array([folds.fold(row.woman, count) for row in rows])
    logits = np.full((len(rows), 6), np.nan, np.float32)
    tails = []
    for number in range(count):
        seen, held_out = np.flatnonzero(usable & (fold_of != number)), np.flatnonzero(usable & (fold_of == number))
        checkpoint = out / f"fold_{number}.pt"
        tail = train(start, features, targets, seen, recipe=recipe, compute=compute, seed=seed + number, checkpoint=checkpoint)
        logits[held_out] = predict(tail, features, held_out, compute)
        log.info("fold %d: %s", number, mammography_export.summary([rows[int(i)] for i in held_out], logits[held_out]))
        tails.append(tail)
    return tails, logits


def run(data: Path, out: Path, *, seed: int, variants: int, count: int, recipe: Recipe) -> None:
    """Crops → features → folds → weights, calibration and card in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    rows, compute = table.read(data), computing.choose()
    stack, usable = kept.crops(rows, out)
    network = start_network(out, compute, seed)
    made = [kept.variant(number, network.front, stack, out, compute=compute, seed=seed) for number in range(variants)]
    features = Features([part[0] for part in made], [part[1] for part in made])
    tails, logits = cross_validate(network.tail, features, rows, usable, recipe=recipe, seed=seed, count=count, out=out)
    readable = np.flatnonzero(usable)
    readable_rows = [rows[int(i)] for i in readable]
    log.info("all folds: %s", mammography_export.summary(readable_rows, logits[readable]))
    mammography_export.export(network, tails, readable_rows, stack[readable], logits[readable], out)


def main(arguments: list[str] | None = None) -> int:
    """Parse and train; exit status 2 and a sentence on standard error when training is not possible."""
    parser = argparse.ArgumentParser(prog="python -m models.training.mammography", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--variants", type=int, default=6, help="how many times the set is stored, each changed at random but the first")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--install", action="store_true", help="make the new weights the installed ones; evaluate them afterwards")
    options = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    try:
        recipe = dataclasses.replace(Recipe(), epochs=options.epochs)
        run(options.data, options.out, seed=options.seed, variants=options.variants, count=options.folds, recipe=recipe)
        if options.install:
            mammography_export.install(options.out)
    except NoResult as reason:
        sys.stderr.write(f"No training: {reason}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

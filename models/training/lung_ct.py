"""`python -m models.training.lung_ct --data DIR --hosts DIR --out DIR`: trains the five fold networks of the lung model from a seed.

`--data` is laid out like `lidc_nodules`; `--hosts` holds whole scans (see models.training.hosts). Fold k is trained without the patients
of fold k and without the patients in HELD_OUT. A finished fold is not trained again; an interrupted one goes on from its last epoch.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor

from models import compute
from models.lung import crops
from models.networks.nodule import NoduleNet
from models.training import augment, hosts, losses
from models.training.compose import Cube
from models.training.pool import Pool

HELD_OUT = frozenset({"LIDC-IDRI-0001", "LIDC-IDRI-0002"})
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """What another person needs to get the same weights within the stated spread."""

    seed: int = 20260
    epochs: int = 8
    width: int = 12
    batch: int = 16
    rate: float = 2e-3
    weight_decay: float = 1e-3
    variants: int = 4
    negatives: int = 900
    surroundings: int = 300
    slabs: int = 200


class Fold:
    """One network in training: the crops it may see, the negatives with the weight each is drawn with, network and optimiser."""

    def __init__(self, number: int, pool: Pool, settings: Settings, device: compute.Compute) -> None:
        torch.manual_seed(settings.seed + number)
        self.number, self.settings, self.device, self.pool = number, settings, device, pool
        self.mine = [n for n, crop in enumerate(pool.crops) if crops.fold_of(crop.patient) != number and crop.patient not in HELD_OUT]
        self.beside = [n for n in self.mine if pool.surroundings[n]]
        self.weight = np.ones(len(pool.places))
        self.net = device.place(NoduleNet(settings.width))
        self.optimiser = torch.optim.AdamW(self.net.parameters(), lr=settings.rate, weight_decay=settings.weight_decay)
        steps = settings.epochs * self.steps_an_epoch
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(self.optimiser, settings.rate, total_steps=steps, pct_start=0.2)
        self.epoch = 0

    @property
    def steps_an_epoch(self) -> int:
        return len(self.mine) // self.settings.batch

    def train_epoch(self) -> dict[str, float]:
        """One pass over the crops, with hard negatives beside them; returns the mean losses."""
        rng = np.random.default_rng((self.settings.seed, self.number, self.epoch))
        self.net.train()
        order = rng.permutation(self.mine)
        negatives = self._negatives(rng)
        share = np.array_split(np.arange(len(negatives)), self.steps_an_epoch)
        total: dict[str, float] = {}
        for step in range(self.steps_an_epoch):
            chosen = order[step * self.settings.batch : (step + 1) * self.settings.batch]
            parts = self._step(chosen, [negatives[n] for n in share[step]], rng)
            for name, value in parts.items():
                total[name] = total.get(name, 0.0) + value / self.steps_an_epoch
        self.epoch += 1
        return total

    def _negatives(self, rng: np.random.Generator) -> list[tuple[int, Cube]]:
        """(index into places or -1, cube): host candidates by weight, thin slabs of them, and bright places beside nodules."""
        settings, chance, pool = self.settings, self.weight / self.weight.sum(), self.pool
        found = [(int(n), pool.as_is(int(n), rng)) for n in rng.choice(len(pool.places), settings.negatives, p=chance)]
        found += [(-1, pool.slab(rng)) for _ in range(settings.slabs)]
        found += [(-1, pool.beside(int(n), rng)) for n in rng.choice(self.beside, settings.surroundings)]
        return [found[n] for n in rng.permutation(len(found))]

    def _step(self, chosen: NDArray[np.int_], negatives: list[tuple[int, Cube]], rng: np.random.Generator) -> dict[str, float]:
        """One update on nodules (all heads) and negatives (nodule head only)."""
        cubes = [self.pool.nodule(int(n), rng) for n in chosen]
        every = [augment.turned(cube, rng) for cube in [*cubes, *(cube for _, cube in negatives)]]
        images = self._tensor([augment.varied(cube.hu, rng) for cube in every])
        masks = self._tensor([cube.mask for cube in every[: len(cubes)]])
        measured = np.stack([self.pool.crops[n].measurements.statistics() for n in chosen])
        statistics = torch.from_numpy((measured + rng.normal(0, 0.1, measured.shape)).astype(np.float32)).to(self.device.device)
        targets = losses.targets([self.pool.crops[n] for n in chosen]).to(self.device.device)
        with self.device.precision():
            features = self.net.encode(images)
            nodule = self.net.is_nodule(features).float()
            decoded = self.net.decode(type(features)(*(part[: len(cubes)] for part in features)))
            told = self.net.judge(decoded, masks, statistics).float()
        parts = losses.parts(nodule, decoded.mask.float(), masks, told, targets)
        self._update(sum(parts.values(), torch.zeros(())))
        self._remember(negatives, nodule[len(cubes) :].detach())
        return {name: float(value.detach()) for name, value in parts.items()}

    def _update(self, loss: Tensor) -> None:
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimiser.step()
        self.schedule.step()

    def _remember(self, negatives: list[tuple[int, Cube]], logits: Tensor) -> None:
        """Negatives the network takes for nodules are drawn more often."""
        for (n, _), probability in zip(negatives, torch.sigmoid(logits).tolist(), strict=True):
            if n >= 0:
                self.weight[n] = 0.05 + probability

    def _tensor(self, cubes: list[NDArray[np.float32]]) -> Tensor:
        stacked = torch.from_numpy(np.stack(cubes)[:, None].astype(np.float32))
        return stacked.to(self.device.device).contiguous(memory_format=self.device.memory_format_3d)

    def state(self) -> dict[str, Any]:
        """Everything needed to go on after an interruption."""
        parts: dict[str, Any] = {"net": self.net, "optimiser": self.optimiser, "schedule": self.schedule}
        return {name: part.state_dict() for name, part in parts.items()} | {"epoch": self.epoch, "weight": torch.from_numpy(self.weight)}

    def restore(self, stored: dict[str, Any]) -> None:
        """Go on from `state()`."""
        for part, name in ((self.net, "net"), (self.optimiser, "optimiser"), (self.schedule, "schedule")):
            part.load_state_dict(stored[name])
        self.epoch, self.weight = int(stored["epoch"]), np.asarray(stored["weight"])


def train(fold: Fold, out: Path) -> None:
    """Train one fold to its last epoch, keeping a checkpoint after each, then write its half-precision weights."""
    checkpoint, finished = out / f"fold{fold.number}.pt", out / f"lung-ct-fold{fold.number}.safetensors"
    if finished.is_file():
        return
    if checkpoint.is_file():
        fold.restore(torch.load(checkpoint, weights_only=True))
    while fold.epoch < fold.settings.epochs:
        start = time.monotonic()
        parts = fold.train_epoch()
        shown = " ".join(f"{name} {value:.3f}" for name, value in parts.items())
        log.info("fold %d epoch %d/%d %s (%.0f s)", fold.number, fold.epoch, fold.settings.epochs, shown, time.monotonic() - start)
        torch.save(fold.state(), checkpoint)
    tensors = {name: value.half() if value.is_floating_point() else value for name, value in fold.net.state_dict().items()}
    save_file({name: value.contiguous() for name, value in tensors.items()}, finished)


def main(arguments: list[str] | None = None) -> int:
    """Train the asked-for folds one after the other."""
    parser = argparse.ArgumentParser(prog="python -m models.training.lung_ct", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--hosts", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folds", type=int, nargs="*", default=list(range(crops.FOLDS)))
    parser.add_argument("--settings", type=json.loads, default={}, help="for example '{\"epochs\": 4}'")
    options = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    options.out.mkdir(parents=True, exist_ok=True)
    settings = Settings(**options.settings)
    pool = Pool.make(crops.read(options.data), hosts.read(options.hosts), settings.variants, settings.seed)
    log.info("%d crops, %d places in %d hosts", len(pool.crops), len(pool.places), len(pool.hosts))
    for number in options.folds:
        train(Fold(number, pool, settings, compute.choose()), options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())

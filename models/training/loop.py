"""Trains networks one after the other so that it can be stopped at any moment and goes on to the same weights.

Everything by chance in an epoch is drawn from the seed, the network's name and the epoch's number, so an epoch begun again is the same
epoch. What is kept after each epoch is therefore all that is needed.
"""

from __future__ import annotations

import hashlib
import logging
import math
import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from models.refusal import NoResult
from models.training import checkpoint, curves, distributed, half, history, progress, provenance
from models.training.history import Epoch
from models.training.interruption import Interrupted, watched
from models.training.part import Part, installed
from models.training.provenance import Provenance

log = logging.getLogger(__name__)
DRAW_AFTER_S = 20.0


@dataclass(frozen=True)
class Settings:
    """`patience`: epochs without a better first figure after which a network is finished, with its best weights; 0: never, the last count.

    With a patience the epoch is chosen on the patients that the figures come from, so those come out a little too good. `several`: what the
    processes of `torchrun` share out; networks give the same weights as one process, batches more speed for a single network.
    """

    seed: int = 20260
    patience: int = 0
    several: Literal["networks", "batches"] = "networks"


@dataclass(frozen=True)
class Trained:
    """A finished network: its half-precision weights, all its epochs, and the one the weights are from."""

    name: str
    weights: Path
    epochs: tuple[Epoch, ...]
    kept: Epoch


@dataclass
class Progress:
    """Where one network stands; `best` are the half-precision weights of the best epoch, kept only with a patience."""

    epochs: list[Epoch]
    best: dict[str, Tensor]

    def over(self, last: int, patience: int) -> bool:
        """Whether the network is finished."""
        if not self.epochs:
            return False
        top = history.best(self.epochs)
        waited = self.epochs[-1].number - top.number if top else 0
        return self.epochs[-1].number >= last or (patience > 0 and waited >= patience)


def run(parts: Iterable[Part], out: Path, settings: Settings, started: Provenance) -> tuple[Trained, ...]:
    """Train every part to its end. `out` gets a checkpoint and weights per part, `log.csv`, `curves.png` and `curves.html`.

    Raises NoResult where `out` holds another training or a damaged checkpoint, and Interrupted when asked to stop.
    """
    out.mkdir(parents=True, exist_ok=True)
    distributed.first(lambda: provenance.begin(out, started))
    drawn = _Log(out)
    with watched() as asked:
        trained = _all(parts, settings, lambda part: _Training(part, out, settings, started.sha256, drawn, asked).finish())
    drawn.write(at_end=True)
    return trained


def _all(parts: Iterable[Part], settings: Settings, finish: Callable[[Part], Trained]) -> tuple[Trained, ...]:
    """The parts one after the other; or each process its own ones, and what all have in the parts' order."""
    if settings.several == "batches":
        return tuple(finish(part) for part in parts)
    with distributed.apart() as (number, count):
        mine = [finish(part) for part in islice(parts, number, None, count)]
    rows = zip_longest(*distributed.everyone(mine))
    return tuple(trained for row in rows for trained in row if trained is not None)


class _Log:
    """The log and the curves of all networks, written by one process; the curves not more often than anybody looks."""

    def __init__(self, out: Path) -> None:
        self.out, self.drawn = out, time.monotonic()

    def write(self, *, at_end: bool) -> None:
        if not distributed.speaks():
            return
        networks = history.gather(self.out)
        history.write(self.out, networks)
        if at_end or time.monotonic() - self.drawn > DRAW_AFTER_S:
            curves.write(self.out, networks)
            self.drawn = time.monotonic()


class _Training:
    """One part on its way."""

    def __init__(self, part: Part, out: Path, settings: Settings, belongs: str, kept: _Log, asked: threading.Event) -> None:
        self.part, self.out, self.settings, self.belongs, self.log, self.asked = part, out, settings, belongs, kept, asked
        self.checkpoint = out / f"{part.name}{checkpoint.SUFFIX}"
        self.progress = Progress([], {})

    def finish(self) -> Trained:
        """Go on from the last epoch kept to the end."""
        self._resume()
        while not self.progress.over(self.part.epochs, self.settings.patience):
            self._epoch()
        top = history.best(self.progress.epochs) if self.settings.patience else None
        kept = top or self.progress.epochs[-1]
        weights = self.out / f"{self.part.name}.safetensors"
        if distributed.leads():
            half.write(weights, self.progress.best if top else half.of(installed(self.part)))
            history.keep(self.out, self.part.name, self.progress.epochs)
        return Trained(self.part.name, weights, tuple(self.progress.epochs), kept)

    def _resume(self) -> None:
        stored = distributed.first(lambda: checkpoint.read(self.checkpoint))
        if stored is None:
            return
        if stored["belongs"] != self.belongs:
            raise NoResult(f"The checkpoint {self.checkpoint} is from a training with other settings or data. Move it elsewhere.")
        self.part.restore(stored["state"])
        self.progress = Progress([Epoch(**epoch) for epoch in stored["epochs"]], stored["best"])
        if distributed.leads():
            log.info("%s goes on after epoch %d of %d", self.part.name, self.part.epoch, self.part.epochs)

    def _epoch(self) -> None:
        """One epoch, then everything about it on the disk."""
        start, number = time.monotonic(), self.part.epoch + 1
        _seed(self.settings.seed, self.part.name, self.part.epoch)
        losses = self._trained(number)
        _require_sound(self.part, number, losses)
        distributed.agree(self.part.network)
        figures = distributed.told(_floats(self.part.validate()))
        self._note(Epoch(number, losses, figures, time.monotonic() - start))
        if distributed.leads():
            checkpoint.write(self.checkpoint, self._stored())
            history.keep(self.out, self.part.name, self.progress.epochs)
        self.log.write(at_end=False)
        progress.report(self.part.name, self.progress.epochs, self.part.epochs)

    def _trained(self, number: int) -> dict[str, float]:
        with progress.bar(self.part.name, number, self.part.epochs) as bar:

            def tick(done: float) -> None:
                if self.asked.is_set():
                    raise Interrupted(self._where(number, done))
                bar.tick(done)

            tick(0.0)
            try:
                return distributed.told(_floats(self.part.train_epoch(tick)))
            except RuntimeError as problem:  # another process that was asked to stop is gone before this one notices
                if self.asked.is_set():
                    raise Interrupted(self._where(number, 0.0)) from problem
                raise

    def _where(self, number: int, done: float) -> str:
        kept = f"everything up to epoch {number - 1} is kept" if number > 1 else "no epoch of it is finished yet"
        return (
            f"Stopped in epoch {number} of {self.part.epochs} of {self.part.name} ({100 * done:.0f} %): {kept} in {self.out}. "
            "The same command goes on from there."
        )

    def _note(self, epoch: Epoch) -> None:
        if self.settings.patience and epoch.deciding is None:
            raise NoResult(
                f"patience = {self.settings.patience} waits for a better figure, but {self.part.name} has none on unseen patients "
                f"({dict(epoch.figures) or 'no figures'}). Set patience = 0, or give every fold patients of its own."
            )
        self.progress.epochs.append(epoch)
        if self.settings.patience and history.best(self.progress.epochs) is epoch:
            self.progress.best = half.of(installed(self.part))

    def _stored(self) -> Mapping[str, Any]:
        epochs = [epoch.stored() for epoch in self.progress.epochs]
        return {"belongs": self.belongs, "epochs": epochs, "best": self.progress.best, "state": self.part.state()}


def _require_sound(part: Part, number: int, losses: Mapping[str, float]) -> None:
    if part.epoch != number:
        raise NoResult(f"{part.name} says it finished {part.epoch} epochs after epoch {number}. The recipe's author has to count them.")
    lost = [name for name, value in losses.items() if not math.isfinite(value)]
    if lost:
        raise NoResult(
            f"{part.name} diverged in epoch {number}: {', '.join(lost)} is no number any more. The epoch before it is kept; "
            "train with a lower learning rate or another seed into another --out."
        )


def _floats(values: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items()}


def _seed(seed: int, name: str, epoch: int) -> None:
    """All generators of this process, from the seed, the network, the epoch and the process."""
    drawn = int.from_bytes(hashlib.sha256(f"{seed} {name} {epoch} {distributed.rank()}".encode()).digest()[:8])
    torch.manual_seed(drawn)
    np.random.seed(drawn % 2**32)
    random.seed(drawn)

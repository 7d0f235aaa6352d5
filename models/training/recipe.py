"""What the training command has to be told about a model: its networks, their settings, and how weights become an installed model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.compute import Compute
from models.training.part import Part


@dataclass(frozen=True)
class Ground:
    """What a training stands on: what the command named, the seed, the folds to train, and where to compute.

    `cache`: a folder for what is made of the data once and read by all networks.
    """

    data: Path
    hosts: Path | None
    ratings: Path | None
    start: Path | None
    seed: int
    folds: tuple[int, ...]
    compute: Compute
    cache: Path


def nothing(ground: Ground) -> None:
    """What most models have to make of the data before training."""


@dataclass(frozen=True)
class Recipe:
    """One kind of network: its name, its frozen settings with defaults, and its parts, made one after the other as they are asked for."""

    name: str
    settings: type
    parts: Callable[[Any, Ground], Iterable[Part]]


@dataclass(frozen=True)
class Finished:
    """A finished run and where its model is to be laid: `weights`, `patients` and `card` as they will lie in `models/`; `ground`: what it
    was trained on, where the export reads it again."""

    run: Path
    data: Path
    weights: Path
    patients: Path
    card: Path
    ground: Ground | None = None


@dataclass(frozen=True)
class Model:
    """`card` names the card that comes with Firstlight; `export` writes weights, hashes and training patients of a finished run.

    `own_thresholds`: the export fits thresholds to the institution's data, none are taken over. `prepare` runs once, before any network, in
    one process.
    """

    card: str
    folds: int
    needs_hosts: bool
    recipes: tuple[Recipe, ...]
    export: Callable[[Finished], None]
    own_thresholds: bool = False
    prepare: Callable[[Ground], None] = nothing

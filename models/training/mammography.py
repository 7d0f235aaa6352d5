"""`python -m models.training.mammography --data DIR --out DIR`: trains the mammography networks, three folds by woman, from a seed.

`--data` is laid out like `rsna_mammography`: `images/` and `labels.csv` (its columns: docs/training.md). Network k never sees the women of
fold k. The same command goes on where it was stopped and ends with a model that can be installed beside the one in force.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import cache

from torch import nn

from models.networks.breast_net import BreastNet
from models.refusal import NoResult
from models.training import command, mammography_export, mammography_part, mammography_start
from models.training.mammography_views import FOLDS, Views
from models.training.part import Part
from models.training.recipe import Finished, Ground, Model, Recipe


@cache
def views(ground: Ground) -> Views:
    """Table and crops, read once for all networks."""
    return Views.read(ground.data, ground.cache)


def prepare(ground: Ground) -> None:
    """Makes the crops before any network is trained, so that several processes find them; refuses what no fold could be trained on."""
    for fold in ground.folds:
        views(ground).of_training(fold)


def networks(settings: mammography_part.Settings, ground: Ground) -> Iterator[Part]:
    """One network per fold."""

    def make() -> nn.Module:
        return mammography_start.start(BreastNet(settings.backbone), settings.backbone, ground.start)

    for fold in ground.folds:
        yield mammography_part.FoldPart(fold, views(ground), settings, ground.compute, make)


def export(place: Finished) -> None:
    """Weights, calibration, hashes and fingerprints of the women, as the model that comes with Firstlight has them."""
    if place.ground is None:
        raise NoResult("The export reads the training data again; its folders were not named.")
    mammography_export.export(place.run, views(place.ground), place.weights, place.card, place.ground.compute)


RECIPES = (Recipe("mammography", mammography_part.Settings, networks),)
MODEL = Model("mammography", FOLDS, False, RECIPES, export, own_thresholds=True, prepare=prepare)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and export."""
    return command.main(MODEL, arguments, prog="python -m models.training.mammography", description=__doc__)


if __name__ == "__main__":
    sys.exit(main())

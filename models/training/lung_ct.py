"""`python -m models.training.lung_ct --data DIR --out DIR`: trains the networks of the lung model, five folds by patient, from a seed.

`--data` is laid out like `lidc_nodules` with whole scans in DIR/hosts. Network k never sees the patients of fold k. The same command goes
on where it was stopped and ends with a model that can be installed beside the one in force (docs/training.md).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import cache

from models.lung import crops
from models.refusal import NoResult
from models.training import astra_start, command, lung_appraisal, lung_detection
from models.training.material import Material
from models.training.part import Part
from models.training.recipe import Finished, Ground, Model, Recipe


@cache
def material(ground: Ground) -> Material:
    """Crops and whole scans, read once for all networks."""
    if ground.hosts is None:
        raise NoResult("Training needs whole scans to put nodules into: name their folder with --hosts.")
    return Material.read(ground.data, ground.hosts, ground.ratings)


def detection(settings: lung_detection.Settings, ground: Ground) -> Iterator[Part]:
    """One network per fold that finds nodules in windows of a scan."""
    for fold in ground.folds:
        yield lung_detection.DetectionPart(fold, material(ground), settings, ground.compute)


def appraisal(settings: lung_appraisal.Settings, ground: Ground) -> Iterator[Part]:
    """One network per fold that says of a place whether it is a nodule, which voxels, and how suspicious."""
    start = astra_start.read(ground.start)
    for fold in ground.folds:
        yield lung_appraisal.AppraisalPart(fold, material(ground), settings, ground.compute, start)


def export(place: Finished) -> None:
    """Weights, calibration, hashes and training patients, as the model that comes with Firstlight has them."""
    from models.training import lung_export

    if place.ground is None:
        raise NoResult("The export reads the training data again; its folders were not named.")
    lung_export.export(place.run, material(place.ground), place.ground.start, place.weights, place.patients, place.card)


RECIPES = (Recipe("detection", lung_detection.Settings, detection), Recipe("appraisal", lung_appraisal.Settings, appraisal))
MODEL = Model("lung-ct", crops.FOLDS, True, RECIPES, export)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and export."""
    return command.main(MODEL, arguments, prog="python -m models.training.lung_ct", description=__doc__)


if __name__ == "__main__":
    sys.exit(main())

"""Lung CT in, measured nodules out: lung field → detection → appraisal → masks, measurements and suspicion."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import cards, compute
from models.cards import Card
from models.compute import Compute
from models.lung import assess, detect, ensemble, quality
from models.lung import field as lung_field
from models.lung.acceptance import require_volume
from models.lung.assess import Assessed, Drawn
from models.lung.describe import Description, describe
from models.lung.ensemble import Ensemble
from models.lung.explaining import explanations
from models.lung.field import Field
from models.lung.grid import Order, in_reading_order, isotropic
from models.lung.nodule import LungResult, Nodule, Point, RunLength
from models.lung.region import lung_box
from models.lung.sampling import DETECTION, Scan, Values
from models.refusal import NoResult

CARD = "lung-ct"
DONE_AFTER = {"field": 0.2, "resample": 0.25, "detect": 0.6, "appraise": 0.93, "measure": 0.97, "explain": 1.0}
"""Share of the time, roughly."""
Mark = tuple[Point, float, float]
"""Centre in LPS mm, probability that it is a nodule, radius in mm."""


@dataclass
class Stages:
    """Seconds each stage took; `report` hears the share of the whole that is done after each."""

    report: Callable[[float], None] = lambda _: None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Adds what the block takes to the stage."""
        start = time.monotonic()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - start
        self.report(DONE_AFTER[name])


@dataclass(frozen=True)
class LungCT:
    """The lung model, loaded once and used for many scans."""

    card: Card
    networks: Ensemble

    @classmethod
    def load(cls, where: Compute | None = None, card: Card | None = None) -> LungCT:
        """The installed model on `where` (default: the best device here). Raises NoResult when card or weights are missing or altered."""
        card = card or cards.load(CARD)
        return cls(card, ensemble.load(card, where or compute.choose()))

    @property
    def compute(self) -> Compute:
        """Where the networks run."""
        return self.networks.compute

    def score(
        self,
        hu: NDArray[np.int16],
        affine: NDArray[np.float64],
        threshold: float | None = None,
        *,
        thickness_mm: float | None = None,
        report: Callable[[float], None] = lambda _: None,
        explained: bool = False,
    ) -> LungResult:
        """Nodules of one chest CT: `hu` (Z, Y, X) in HU, `affine` (4, 4) from voxel (k, j, i, 1) to LPS mm.

        `thickness_mm`: of the slices, where the images tell it. Raises NoResult when the volume cannot be searched. `threshold` replaces
        the card's operating point, for evaluation; `explained` adds what the network reacted to in the most suspicious findings.
        """
        stages = Stages(report)
        require_volume(hu, affine, thickness_mm)
        with stages.timed("field"):
            grid, order = in_reading_order(hu, affine)
            lung = lung_field.find(grid)
            box = lung_box(grid, lung)
        with stages.timed("resample"):
            coarse, scan = isotropic(grid, DETECTION.spacing_mm, box), Scan.of(grid, box)
        with stages.timed("detect"):
            marks = detect.detect(coarse, lung, self.networks.heat)
        least = self.card.thresholds["nodule"] if threshold is None else threshold
        with stages.timed("appraise"):
            drawn = assess.look(scan, marks, self.networks, least)
            found = _distinct([one for one in assess.judge(scan, drawn, self.networks) if one])
        with stages.timed("measure"):
            start = np.array([part.start for part in box])
            listed = tuple(one for one in found if _listed(one, self.card.thresholds["listed_from_mm"]))
            findings = tuple(_nodule(one, scan, start, order, lung) for one in listed)
        with stages.timed("explain"):
            told = explanations(scan, listed, self.networks) if explained else {}
            seen = quality.measure(grid, lung, thickness_mm)
        warnings = (*lung.warnings, *seen.warnings)
        named = (self.card.identity, self.compute.name)
        return LungResult(findings, warnings, stages.seconds, lung.volume_ml, *named, told, seen, lung)

    def marks(self, hu: NDArray[np.int16], affine: NDArray[np.float64], networks: Ensemble, least: float = 0.0) -> list[Mark]:
        """All marks of a volume by the given networks, most probable first; without a lung field all of it is searched."""
        grid, _ = in_reading_order(hu, affine)
        try:
            lung: Field | None = lung_field.find(grid)
        except NoResult:
            lung = None
        box = lung_box(grid, lung) if lung else None
        coarse, scan = isotropic(grid, DETECTION.spacing_mm, box), Scan.of(grid, box)
        drawn = assess.look(scan, detect.detect(coarse, lung, networks.heat), networks, least)
        return sorted((_mark(one, probability) for one, probability in drawn), key=lambda mark: -mark[1])


def _listed(one: Assessed, smallest_mm: float) -> bool:
    return round(one.measurements.mean_diameter_mm, 1) >= smallest_mm


def _mark(one: Drawn, probability: float) -> Mark:
    volume = float((one.region > 0.5).sum()) * one.frame.spacing_mm**3
    return _point(one.center_mm, 2), probability, float((volume * 3 / (4 * np.pi)) ** (1 / 3))


def _distinct(found: list[Assessed]) -> list[Assessed]:
    """The most probable finding of each place, most probable first: others whose centre lies within its radius are the same nodule."""
    kept: list[Assessed] = []
    for one in sorted(found, key=lambda one: -one.probability):
        if all(np.linalg.norm(one.center_mm - other.center_mm) > _reach(one, other) for other in kept):
            kept.append(one)
    return kept


def _reach(one: Assessed, other: Assessed) -> float:
    return max(one.measurements.mean_diameter_mm, other.measurements.mean_diameter_mm, 5.0) / 2


def _nodule(one: Assessed, scan: Scan, start: NDArray[np.int_], order: Order, lung: Field) -> Nodule:
    """The finding in the voxels of the volume as it was given."""
    block, first = order.given_block(one.mask, one.low + start)
    center = order.given_voxel(scan.grid.to_voxel(one.center_mm[None])[0] + start)
    box = tuple((int(a), int(a + n)) for a, n in zip(first, block.shape, strict=True))
    inside: Values = scan.grid.hu[tuple(slice(a, a + n) for a, n in zip(one.low, one.mask.shape, strict=True))]
    told = describe(one.mask, inside, scan.grid.spacing_mm, one.center_mm, scan.grid, lung, one.ratings)
    return Nodule(
        center_lps_mm=_point(one.center_mm, 2),
        center_kji=_point(center, 2),
        long_axis_mm=told.long_axis_mm,
        short_axis_mm=told.short_axis_mm,
        mean_diameter_mm=told.mean_diameter_mm,
        volume_mm3=round(told.volume_mm3, 1),
        probability=round(one.probability, 4),
        malignancy=round(one.malignancy, 4),
        box_kji=(box[0], box[1], box[2]),
        mask=RunLength.of(block, first),
        side=told.side,
        attributes=one.ratings,
        baseline_malignancy=round(one.by_diameter, 4),
        **_described(told),
    )


def _described(told: Description) -> dict[str, Any]:
    names = (
        "nodule_type", "upper_lobe", "third", "effective_diameter_mm", "solid_long_mm", "solid_short_mm", "solid_mean_mm",
        "solid_volume_mm3", "calcification", "fat", "pleural_mm", "spiculation",
    )  # fmt: skip
    return {name: getattr(told, name) for name in names}


def _point(values: NDArray[np.float64], digits: int) -> Point:
    a, b, c = (round(float(value), digits) for value in values)
    return a, b, c

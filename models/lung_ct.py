"""Lung CT in, measured nodules out: lung field → candidates → networks → masks and measurements."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models import cards, compute
from models.cards import Card
from models.compute import Compute
from models.lung import assess, candidates, ensemble, patch
from models.lung import field as lung_field
from models.lung.assess import Assessed
from models.lung.ensemble import Ensemble
from models.lung.field import Field
from models.lung.grid import Grid, Order, in_reading_order, isotropic
from models.lung.nodule import LungResult, Nodule, RunLength
from models.lung.region import lung_box
from models.refusal import NoResult

CARD = "lung-ct"
FEWEST_SLICES, THICKEST_MM, THICK_MM = 20, 6.0, 3.0
DONE_AFTER = {"field": 0.2, "resample": 0.25, "candidates": 0.4, "infer": 0.98, "post": 1.0}  # share of the time, roughly
FIRST_LOOK_MIN, FIRST_LOOK_MOST, ASSESS_MOST = 0.05, 150, 40


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
        report: Callable[[float], None] = lambda _: None,
    ) -> LungResult:
        """Nodules of one chest CT: `hu` (Z, Y, X) in HU, `affine` (4, 4) from voxel (k, j, i, 1) to LPS mm.

        Raises NoResult when the volume cannot be searched. `threshold` replaces the card's operating point, for evaluation.
        """
        stages = Stages(report)
        _require_searchable(hu, affine)
        with stages.timed("field"):
            grid, order = in_reading_order(hu, affine)
            lung = lung_field.find(grid)
        with stages.timed("resample"):
            fine = isotropic(grid, patch.SPACING_MM, lung_box(grid, lung))
        with stages.timed("candidates"):
            centers = candidates.find(fine, lung).centers_mm
        with stages.timed("infer"):
            kept = self._likely(fine, centers)
            assessed = assess.assess(grid, fine, kept, self.networks)
        with stages.timed("post"):
            least = self.card.thresholds["nodule"] if threshold is None else threshold
            distinct = _distinct([one for one in assessed if one and one.probability >= least])
            nodules = [_nodule(one, grid, order, lung, affine) for one in distinct]
            smallest_mm = self.card.thresholds["listed_from_mm"]
            findings = tuple(nodule for nodule in nodules if nodule.mean_diameter_mm >= smallest_mm)
        warnings = (*lung.warnings, *_thickness(grid))
        return LungResult(findings, warnings, stages.seconds, lung.volume_ml, self.card.identity, self.compute.name)

    def _likely(self, fine: Grid, centers: NDArray[np.float64]) -> NDArray[np.float64]:
        """The places worth drawing masks at: a first look by one network, then the mean of all, one per neighbourhood."""
        cubes = patch.cut(fine, centers)
        first = self.networks.first_look(cubes)
        order = np.argsort(-first)[:FIRST_LOOK_MOST]
        order = order[first[order] >= FIRST_LOOK_MIN]
        probability = self.networks.nodule(cubes[order])
        ranked = order[np.argsort(-probability)]
        kept: list[int] = []
        for n in ranked:
            if len(kept) < ASSESS_MOST and np.all(np.linalg.norm(centers[kept] - centers[n], axis=1) > 4.0):
                kept.append(int(n))
        return centers[kept]


def _require_searchable(hu: NDArray[np.int16], affine: NDArray[np.float64]) -> None:
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    if hu.ndim != 3 or min(hu.shape) < FEWEST_SLICES:
        raise NoResult(
            f"The series has {min(hu.shape)} slices; at least {FEWEST_SLICES} are needed to search the lungs. "
            "The sender has to send the whole scan."
        )
    if spacing.max() > THICKEST_MM:
        raise NoResult(
            f"The slices are {spacing.max():.1f} mm apart; nodules cannot be measured above {THICKEST_MM:.0f} mm. "
            "The sender has to send a thinner reconstruction."
        )


def _thickness(grid: Grid) -> tuple[str, ...]:
    thickness = float(grid.spacing_mm[0])
    if thickness <= THICK_MM:
        return ()
    return (f"The slices are {thickness:.1f} mm apart: small nodules may be missed and volumes are uncertain (1.5 mm is recommended).",)


def _distinct(found: list[Assessed]) -> list[Assessed]:
    """The most probable finding of each place: others whose centre lies within its radius are the same nodule."""
    kept: list[Assessed] = []
    for one in sorted(found, key=lambda one: -one.probability):
        if all(np.linalg.norm(one.center_mm - other.center_mm) > _reach(one, other) for other in kept):
            kept.append(one)
    return kept


def _reach(one: Assessed, other: Assessed) -> float:
    return max(one.measurements.mean_diameter_mm, other.measurements.mean_diameter_mm, 5.0) / 2


def _nodule(one: Assessed, grid: Grid, order: Order, lung: Field, affine: NDArray[np.float64]) -> Nodule:
    """The finding in the voxels of the volume as it was given."""
    block, first = order.given_block(one.mask, one.low)
    center = order.given_voxel(grid.to_voxel(one.center_mm[None])[0])
    box = tuple((int(a), int(a + n)) for a, n in zip(first, block.shape, strict=True))
    long_axis, short_axis = round(one.measurements.long_axis_mm, 1), round(one.measurements.short_axis_mm, 1)
    return Nodule(
        center_lps_mm=_point(one.center_mm, 2),
        center_kji=_point(center, 2),
        long_axis_mm=long_axis,
        short_axis_mm=short_axis,
        mean_diameter_mm=round(one.measurements.mean_diameter_mm, 1),
        volume_mm3=round(one.measurements.volume_mm3, 1),
        probability=round(one.probability, 4),
        malignancy=round(one.malignancy, 4),
        box_kji=(box[0], box[1], box[2]),
        mask=RunLength.of(block, first),
        side=_side(one.center_mm, lung),
    )


def _side(center_mm: NDArray[np.float64], lung: Field) -> str:
    voxel = np.clip(np.rint(lung.coarse.to_voxel(center_mm[None])[0]).astype(int), 0, np.array(lung.left.shape) - 1)
    inside = lung.mask[tuple(voxel)]
    is_left = bool(lung.left[tuple(voxel)]) if inside else bool(center_mm[0] > float(_middle_x(lung)))
    return "left" if is_left else "right"


def _middle_x(lung: Field) -> float:
    return float(lung.coarse.to_lps(np.argwhere(lung.mask).mean(0)[None])[0, 0])


def _point(values: NDArray[np.float64], digits: int) -> tuple[float, float, float]:
    a, b, c = (round(float(value), digits) for value in values)
    return a, b, c

"""Two CT exams of one participant with real voxels behind them: the procedural thorax, lying differently a year later."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from sqlmodel import Session

from core.demonstration import phantom
from core.imaging.volume import Volume
from core.imaging.volume_cache import write_volume_cache
from core.objects import store
from core.workflow.volumes import inputs, volume_name
from db.tables import Exam, Finding, ModelRun
from tests.build import a_finding, a_participant, a_run, an_exam

PLACES = ((70.0, 10.0, -150.0), (-75.0, 20.0, -120.0), (60.0, -30.0, -205.0), (-60.0, -25.0, -190.0), (-95.0, 15.0, -160.0))
BEFORE_MM = (8.0, 6.0, 10.0, 7.0, 9.0)
NOW_MM = (10.0, 6.1, 14.0, 7.0, 8.6)


def lying(turn: tuple[float, float, float] = (3, -5, 8), shift: tuple[float, float, float] = (12, -9, 14)) -> NDArray[np.float64]:
    """The earlier chest → where it lies now; the turn goes about its middle."""
    middle = np.array((0.0, 0.0, -150.0))
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", turn, degrees=True).as_matrix()
    matrix[:3, 3] = middle + shift - matrix[:3, :3] @ middle
    return matrix


def an_affine(spacing_mm: Sequence[float], origin_mm: Sequence[float]) -> NDArray[np.float64]:
    """Axis-parallel: voxel (k, j, i, 1) → LPS mm; `spacing_mm` (z, y, x)."""
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = *spacing_mm, 1
    affine[:3, 3] = origin_mm
    return affine


def sphere(mm: float) -> float:
    return float(np.pi / 6 * mm**3)


@dataclass(frozen=True)
class TwoExams:
    """The rows of both, and how the chest moved in between: earlier → now."""

    now: Exam
    earlier: Exam
    moved: NDArray[np.float64]


def two_exams(session: Session, *, days_between: int = 365, images: int = 3, moved: NDArray[np.float64] | None = None) -> TwoExams:
    """Rows alone; no voxels lie behind them."""
    who = a_participant(session)
    earlier = an_exam(session, participant=who, days_ago=3 + days_between, images=images)
    now = an_exam(session, participant=who, days_ago=3, images=images)
    return TwoExams(now, earlier, lying() if moved is None else moved)


def with_voxels(session: Session, two: TwoExams) -> None:
    """Decoded volumes in the store, as if the images had been decoded."""
    keep(session, two.earlier, phantom.thorax(nodules=list(zip(PLACES, BEFORE_MM, strict=True))))
    keep(session, two.now, phantom.thorax(nodules=list(zip(PLACES, NOW_MM, strict=True)), lies=two.moved, noise=2))


def keep(session: Session, exam: Exam, hu: NDArray[np.int16], *, thickness: int = 1) -> None:
    """`thickness`: how many of the phantom's slices one slice of `hu` holds."""
    z, y, x = phantom.SPACING_MM
    a, b, foot = phantom.ORIGIN_LPS_MM
    spacing = (z * thickness, y, x)
    affine = an_affine(spacing, (a, b, foot + z * (thickness - 1) / 2))
    volume = Volume(
        hu=hu, affine=affine, spacing_mm=spacing, series_instance_uid="1.2", frames=(0,) * len(hu), warnings=(),
        sop_instance_uids=tuple(f"1.2.{k}" for k in range(len(hu))),
    )  # fmt: skip
    write_volume_cache(store(), volume_name(exam.id or 0, inputs(session, exam.id or 0)), volume)


def a_scored(session: Session, exam: Exam, sizes: tuple[float, ...], places: NDArray[np.float64], **given: object) -> ModelRun:
    """An AI result with a nodule of each size at each place (N, 3), numbered from 1."""
    run = a_run(session, exam, **given)  # type: ignore[arg-type]
    for number, (size, place) in enumerate(zip(sizes, places, strict=True), start=1):
        nodule(session, run, number, size, place)
    return run


def nodule(session: Session, run: ModelRun, number: int, size: float, place: NDArray[np.float64]) -> Finding:
    return a_finding(
        session, run, number=number, place={"center_lps_mm": [float(value) for value in place], "slice": 7}, mean_diameter_mm=size,
        long_axis_mm=size + 0.2, short_axis_mm=size - 0.2, volume_mm3=sphere(size), malignancy=0.3, detail={"type": "solid"},
    )  # fmt: skip


def scored_both(session: Session, two: TwoExams) -> tuple[ModelRun, ModelRun]:
    """AI results of both exams at the true places: now, earlier."""
    there = np.c_[np.array(PLACES), np.ones(len(PLACES))] @ two.moved.T
    return a_scored(session, two.now, NOW_MM, there[:, :3]), a_scored(session, two.earlier, BEFORE_MM, np.array(PLACES))

"""Mammograms as the viewer shows them: values with their curve at full resolution, decoded once, kept packed and encrypted.

An image that cannot be read is handed out as a picture with a problem, so that its place shows what is wrong and the others still come.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from core.access import Person
from core.errors import FirstlightError, NotAllowed, Rejected
from core.imaging import presented
from core.imaging.exam import SCREENING_VIEWS
from core.imaging.presented import Curve
from core.imaging.technical import pixel_format_of, view_of
from core.words import N_, Sentence
from core.workflow.images import exam_in_sight
from core.workflow.picture_store import FORM, kept, of_view, unpacked
from core.workflow.runs import SPARE
from db.enums import ExamKind
from db.tables import ExamInstance, Instance

AT_ONCE = 2  # views decoded beside each other
UNREADABLE = Curve(window=(1.0, 1.0), function="LINEAR", inverted=False, rescale=None)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One view. `problem`: why there are no pixels; `doubts`: what speaks against its side; `warnings`: what else to know."""

    instance_id: int
    sop_uid: str
    version: str
    part: str  # "L-CC" …; "other" for extra images
    laterality: str
    view: str
    modifiers: tuple[str, ...]
    size: tuple[int, int]  # columns, rows
    spacing_mm: tuple[float, float] | None  # between columns, between rows
    spacing_source: str  # PixelSpacing, ImagerPixelSpacing or ""
    magnification: float | None
    curve: Curve
    chest_wall: str  # "left" or "right" edge of the stored image, "" where neither header nor image tells
    doubts: tuple[Sentence, ...] = ()
    warnings: tuple[Sentence, ...] = ()
    problem: Sentence | None = None


def pictures(session: Session, person: Person, exam_id: int) -> tuple[Picture, ...]:
    """The views of an exam, those of screening first, then extra ones; decodes those that have not been looked at yet."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return tuple(pool.map(_picture, _instances(session, person, exam_id)))


def expected_views(session: Session, person: Person, exam_id: int) -> tuple[str, ...]:
    """The parts ("R-CC" …) that this exam should have: those that a technical recall asked for, else the four of screening."""
    asked = exam_in_sight(session, person, exam_id).expected_parts
    return tuple(part for part in SCREENING_VIEWS if part in asked) or SCREENING_VIEWS


def packed(session: Session, person: Person, exam_id: int, instance_id: int) -> tuple[bytes, Picture]:
    """Values of one view for `picture_store.unpacked`; NotAllowed when the exam has no such view in sight, Rejected when it is broken."""
    picture, object_key = _one(session, person, exam_id, instance_id)
    return kept(object_key, "pixels"), picture


def table(session: Session, person: Person, exam_id: int, instance_id: int) -> tuple[bytes, Picture]:
    """Little-endian uint16 entries of the VOI LUT of one view; NotAllowed where it has none."""
    picture, object_key = _one(session, person, exam_id, instance_id)
    if picture.curve.lut is None:
        raise NotAllowed(N_("This image has no look-up table."))
    return kept(object_key, "table"), picture


def shown(
    session: Session, person: Person, exam_id: int, instance_id: int, *, shift: float = 0, stretch: float = 1
) -> tuple[NDArray[np.float32], Picture]:
    """(Y, X) in [0, 1] as the viewer draws the view, its window moved by `shift` widths and made `stretch` times as wide."""
    picture, object_key = _one(session, person, exam_id, instance_id)
    values = np.frombuffer(unpacked(kept(object_key, "pixels")), "<u2").reshape(picture.size[1], picture.size[0])
    entries = None if picture.curve.lut is None else np.frombuffer(kept(object_key, "table"), "<u2")
    return presented.shown(values, picture.curve, entries, shift=shift, stretch=stretch), picture


def _one(session: Session, person: Person, exam_id: int, instance_id: int) -> tuple[Picture, str]:
    for instance, part in _instances(session, person, exam_id):
        if instance.id == instance_id:
            picture = _picture((instance, part))
            if picture.problem is not None:
                raise Rejected(picture.problem.template, **picture.problem.values)
            return picture, instance.object_key
    raise NotAllowed(N_("This exam has no such images."))


def _instances(session: Session, person: Person, exam_id: int) -> list[tuple[Instance, str]]:
    exam = exam_in_sight(session, person, exam_id)
    joined = select(Instance, ExamInstance.part).join(ExamInstance, col(ExamInstance.instance_id) == Instance.id)
    rows = list(session.exec(joined.where(ExamInstance.exam_id == exam.id).order_by(col(Instance.id))).all())
    if not rows or exam.kind is not ExamKind.mammography:
        raise NotAllowed(N_("This exam has no such images."))
    return sorted(_without_raw_twins(rows), key=lambda row: row[1] == SPARE)


def _without_raw_twins(rows: list[tuple[Instance, str]]) -> list[tuple[Instance, str]]:
    """Raw detector data left out where the same view is there as it is meant to be seen."""
    views = {instance.id: view_of(instance.header) for instance, _ in rows}
    ready = {(view.laterality, view.view) for view in views.values() if view and not view.for_processing}
    twins = {number for number, view in views.items() if view and view.for_processing and (view.laterality, view.view) in ready}
    return [(instance, part) for instance, part in rows if part != SPARE or instance.id not in twins]


def _picture(row: tuple[Instance, str]) -> Picture:
    instance, part = row
    common: dict[str, Any] = {
        "instance_id": instance.id or 0,
        "sop_uid": instance.sop_uid,
        "version": f"{FORM}-{instance.object_key[:16]}",
        "part": part,
    }
    try:
        known: dict[str, Any] = json.loads(kept(instance.object_key, "description"))
    except FirstlightError as problem:
        return _broken(instance, common, problem.sentence)
    spacing, curve = known.pop("spacing_mm"), known.pop("curve")
    return Picture(
        **common,
        size=tuple(known.pop("size")),
        spacing_mm=(spacing[1], spacing[0]) if spacing else None,
        modifiers=tuple(known.pop("modifiers")),
        curve=_curve(curve),
        doubts=tuple(Sentence(*one) for one in known.pop("doubts")),
        warnings=tuple(Sentence(*one) for one in known.pop("warnings")),
        **known,
    )


def _curve(kept: dict[str, Any]) -> Curve:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
    return Curve(**values)


def _broken(instance: Instance, common: dict[str, Any], problem: Sentence) -> Picture:
    """What the header said of an image whose pixels cannot be had."""
    view, pixel_format = view_of(instance.header), pixel_format_of(instance.header)
    said: dict[str, Any] = {"laterality": "", "view": "", "spacing_source": "", "magnification": None, "modifiers": ()}
    said = {**(of_view(view) if view else said), "spacing_mm": None}
    size = (pixel_format.columns, pixel_format.rows) if pixel_format else (1, 1)
    return Picture(**common, **said, size=size, curve=UNREADABLE, chest_wall="", problem=problem)

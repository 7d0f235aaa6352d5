"""What there is to point at in an exam, so that no finding is signed for a place that does not exist."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from core.imaging.technical import pixel_format_of
from core.workflow.runs import SPARE
from db.tables import ExamInstance, Instance


@dataclass(frozen=True)
class Extent:
    """Each view with its columns and rows in pixels, and the number of CT slices."""

    views: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    slices: int = 0


def extent_of(session: Session, exam_id: int) -> Extent:
    """From the images that the exam is read from."""
    rows = select(col(ExamInstance.part), Instance).join(Instance, col(Instance.id) == ExamInstance.instance_id)
    found = session.exec(rows.where(ExamInstance.exam_id == exam_id, ExamInstance.part != SPARE)).all()
    formats = [(part, pixel_format_of(instance.header)) for part, instance in found if instance.header.get("pixels")]
    views = {part: (one.columns, one.rows) for part, one in formats if one is not None and part != "volume"}
    return Extent(views, sum(one.frames for part, one in formats if one is not None and part == "volume"))

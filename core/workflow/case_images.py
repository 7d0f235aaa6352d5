"""Which stored images an exam is read from, as a case names them."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.workflow.runs import SPARE
from db.enums import ExamKind
from db.tables import Exam, ExamInstance, Instance, Series


@dataclass(frozen=True)
class ImagePart:
    """One stored image that the exam is read from: "volume" for a CT slice, "L-CC" and the like for a mammogram."""

    instance_id: int
    part: str
    sop_uid: str
    series_uid: str


@dataclass(frozen=True)
class CaseImages:
    """What there is to look at; empty for a simulated exam. CT slices come in no particular order: the viewer sorts by geometry."""

    kind: ExamKind
    parts: tuple[ImagePart, ...]

    def __bool__(self) -> bool:
        return bool(self.parts)

    def view(self, part: str) -> ImagePart | None:
        """The image of one view such as "L-MLO"."""
        return next((image for image in self.parts if image.part == part), None)


def case_images(session: Session, exam: Exam) -> CaseImages:
    rows = select(col(Instance.id), col(ExamInstance.part), col(Instance.sop_uid), col(Series.series_uid))
    rows = rows.join(ExamInstance, col(ExamInstance.instance_id) == Instance.id).join(Series, col(Series.id) == Instance.series_id)
    found = session.exec(rows.where(ExamInstance.exam_id == exam.id, ExamInstance.part != SPARE).order_by(col(Instance.id)))
    return CaseImages(exam.kind, tuple(ImagePart(instance or 0, part, sop, series) for instance, part, sop, series in found))

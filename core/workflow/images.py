"""What the viewer needs of an exam's images: where every slice lies, slices in Hounsfield units, mammograms with their window.

Everything is scoped: a doctor gets images of the own sites only, and asking for anything else is answered as if it were not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from core.access import Act, Person
from core.errors import NotAllowed
from core.imaging.volume import read_slice
from core.imaging.volume_cache import open_volume_cache, read_slab
from core.objects import store
from core.words import N_, Sentence
from core.workflow.runs import SPARE
from core.workflow.slices import Slices, arrange
from core.workflow.stored import header_of_row
from core.workflow.volumes import inputs, volume_name
from db.enums import ExamKind
from db.tables import Exam, ExamInstance, Instance, Series, Study

Rows = Sequence[tuple[Instance, Series, Study]]


@dataclass(frozen=True, kw_only=True)
class CtImages:
    """A CT exam as the viewer shows it. Slices count from foot to head from 0; lengths in mm, patient coordinates LPS.

    `regular`: the slices make a volume without gaps; only then may planes be cut through it. `refusal` says why they do not.
    """

    exam_id: int
    version: str  # changes when other images are shown
    slices: Slices
    description: str
    warnings: tuple[Sentence, ...]
    refusal: Sentence | None
    keys: tuple[tuple[str, int], ...]  # object key and frame of each slice

    @property
    def regular(self) -> bool:
        return self.refusal is None


def exam_in_sight(session: Session, person: Person, exam_id: int) -> Exam:
    """The exam; NotAllowed, in the same words for every cause, when this person may not see its images."""
    found = select(Exam).where(Exam.id == exam_id, col(Exam.site_id).in_(person.sites(Act.read_cases)))
    exam = session.exec(found).first()
    if exam is None:
        raise NotAllowed(N_("These images are not at one of your sites."))
    return exam


def ct(session: Session, person: Person, exam_id: int) -> CtImages:
    """The slices that the exam is read from; NotAllowed where the person may not see them or there are none."""
    rows = _instances(session, person, exam_id, ExamKind.lung_ct)
    slices, refusal, warnings = arrange([header_of_row(instance, series, study) for instance, series, study in rows])
    objects = {instance.sop_uid: instance.object_key for instance, _, _ in rows}
    return CtImages(
        exam_id=exam_id,
        version=_version(volume_name(exam_id, objects)),
        slices=slices,
        description=rows[0][1].description,
        warnings=warnings,
        refusal=refusal,
        keys=tuple((objects[plane.sop_instance_uid], plane.frame) for plane in slices.planes),
    )


def ct_slab(session: Session, person: Person, exam_id: int, first: int, last: int) -> tuple[bytes, str]:
    """Slices `first` to `last` (exclusive) as little-endian int16 HU, (last - first, Y, X), and their version.

    IndexError outside the exam. A decoded volume is opened slice by slice; without one every slice is decoded now.
    """
    exam_in_sight(session, person, exam_id)
    keys = inputs(session, exam_id)
    name = volume_name(exam_id, keys)
    cached = open_volume_cache(store(), name) if keys else None
    if cached is not None:
        return read_slab(store(), cached, first, last), _version(name)
    images = ct(session, person, exam_id)
    if not 0 <= first < last <= len(images.keys):
        raise IndexError(f"slices {first} to {last} of {len(images.keys)}")
    return b"".join(_decoded(*images.keys[k]).astype("<i2").tobytes() for k in range(first, last)), images.version


def ct_slice(session: Session, person: Person, exam_id: int, k: int) -> NDArray[np.int16]:
    """(Y, X) HU of slice `k`."""
    first = ct(session, person, exam_id).slices.planes[0]
    return np.frombuffer(ct_slab(session, person, exam_id, k, k + 1)[0], "<i2").reshape(first.rows, first.columns)


def has_images(session: Session, person: Person, exam_id: int) -> bool:
    """Whether there is anything to look at; a simulated exam has none."""
    return bool(inputs(session, exam_in_sight(session, person, exam_id).id or 0))


def _decoded(key: str, frame: int) -> NDArray[np.int16]:
    return read_slice(store().get(key), frame=frame)


def _instances(session: Session, person: Person, exam_id: int, kind: ExamKind) -> Rows:
    """The instances that the exam is read from; NotAllowed when there are none of this kind within the person's sites."""
    exam = exam_in_sight(session, person, exam_id)
    joined = select(Instance, Series, Study).join(ExamInstance, col(ExamInstance.instance_id) == Instance.id)
    joined = joined.join(Series, col(Series.id) == Instance.series_id).join(Study, col(Study.id) == Series.study_id)
    joined = joined.where(ExamInstance.exam_id == exam.id, ExamInstance.part != SPARE).order_by(col(Instance.id))
    rows = session.exec(joined).all() if exam.kind is kind else []
    if not rows:
        raise NotAllowed(N_("This exam has no such images."))
    return rows


def _version(name: str) -> str:
    return name.rpartition("-")[2]

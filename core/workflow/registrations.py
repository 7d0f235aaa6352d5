"""How a CT exam lies on an earlier one of the same participant: which pairs are due, the work, and the one place where it is written.

A pair is done once for the same images, whatever comes out; a failure is a row with its reason, and no read ever waits for it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.clock import now
from core.errors import FirstlightError, Retryable
from core.imaging.coarse import Coarse, coarse
from core.imaging.registration import METHOD, Laid, register
from core.imaging.volume_cache import read_slab
from core.objects import store
from core.words import N_, Sentence, say
from core.workflow.priors import earlier_exam_ids
from core.workflow.runs import SPARE
from core.workflow.volumes import decoded_volume, inputs, volume_name
from db.enums import ExamKind
from db.tables import Episode, Exam, ExamInstance, Registration

AT_ONCE = 40  # pairs that one sweep takes up


@dataclass(frozen=True)
class Pair:
    """An exam and an earlier one, with the images of both: SOP instance UID → object key."""

    exam_id: int
    earlier_exam_id: int
    keys: dict[str, str]
    earlier_keys: dict[str, str]

    @property
    def images(self) -> list[str]:
        """Names that change when either exam has other images."""
        return [volume_name(self.exam_id, self.keys), volume_name(self.earlier_exam_id, self.earlier_keys)]


@dataclass(frozen=True)
class RegistrationLine:
    """`matrix`: LPS mm of the exam → LPS mm of the earlier one, None when `reason` says why there is none. `grade`: good, fair or low."""

    earlier_exam_id: int
    matrix: tuple[tuple[float, ...], ...] | None
    grade: str
    dice: float | None
    reason: Sentence | None


def pair_of(session: Session, exam_id: int, earlier_exam_id: int) -> Pair:
    return Pair(exam_id, earlier_exam_id, inputs(session, exam_id), inputs(session, earlier_exam_id))


def is_due(session: Session, pair: Pair) -> bool:
    """Whether these images of these exams have not been laid on each other yet."""
    newest = _newest(session, pair.exam_id, pair.earlier_exam_id)
    return newest is None or newest.quality.get("images") != pair.images


def neighbours(session: Session, exam_id: int) -> list[tuple[int, int]]:
    """Pairs (exam, earlier exam) of complete CT exams with images that this exam is part of, as the later or as the earlier one."""
    exam = session.get_one(Exam, exam_id)
    if exam.kind is not ExamKind.lung_ct or exam.completed_at is None:
        return []
    who = select(Episode.participant_id).where(Episode.id == exam.episode_id).scalar_subquery()
    others = select(Exam.id).join(Episode, col(Episode.id) == Exam.episode_id).where(Episode.participant_id == who)
    others = others.where(Exam.kind == ExamKind.lung_ct, col(Exam.completed_at).is_not(None), _with_images(Exam))
    ids = [one for one in session.exec(others) if one is not None]
    later = [(one, exam_id) for one in ids if one != exam_id and exam_id in earlier_exam_ids(session, one)]
    return [(exam_id, one) for one in earlier_exam_ids(session, exam_id) if one in ids] + later


def never_laid(session: Session) -> list[tuple[int, int]]:
    """Pairs that nobody has begun, the newest exams first; what the sweep takes up."""
    later, earlier, its_round, other_round = aliased(Exam), aliased(Exam), aliased(Episode), aliased(Episode)
    found = select(later.id, earlier.id).join(its_round, col(its_round.id) == later.episode_id)
    found = found.join(other_round, col(other_round.participant_id) == its_round.participant_id)
    found = found.join(earlier, col(earlier.episode_id) == other_round.id)
    for one in (later, earlier):
        found = found.where(one.kind == ExamKind.lung_ct, col(one.completed_at).is_not(None), _with_images(one))
    begun = exists().where(col(Registration.exam_id) == later.id, col(Registration.earlier_exam_id) == earlier.id)
    before = (col(earlier.exam_date) < later.exam_date) | ((col(earlier.exam_date) == later.exam_date) & (col(earlier.id) < later.id))
    rows = session.exec(found.where(before, ~begun).order_by(col(later.id).desc()).limit(AT_ONCE))
    return [(one or 0, other or 0) for one, other in rows]


def lay(pair: Pair) -> tuple[Laid | None, Sentence | None]:
    """The work, some seconds: takes no session, because it must not hold a transaction open. None with the reason when it failed.

    Trouble that may pass is raised, so that the job tries again.
    """
    try:
        return register(_coarse(pair.exam_id, pair.keys), _coarse(pair.earlier_exam_id, pair.earlier_keys)), None
    except Retryable:
        raise
    except FirstlightError as problem:
        return None, problem.sentence


def record(session: Session, pair: Pair, laid: Laid | None, reason: Sentence | None) -> None:
    """Append the answer."""
    quality: dict[str, Any] = {"images": pair.images} | (laid.quality.to_json() if laid else {})
    session.add(
        Registration(
            exam_id=pair.exam_id, earlier_exam_id=pair.earlier_exam_id, method=METHOD, quality=quality, at=now(),
            matrix=[[round(float(value), 6) for value in row] for row in laid.matrix] if laid else [],
            reason="" if laid else (reason or say(N_("The reason was not recorded"))).to_json(),
        )
    )  # fmt: skip
    session.flush()


def registration(session: Session, exam_id: int, earlier_exam_id: int) -> RegistrationLine | None:
    """The newest answer, None while there is none; for those who may see both exams."""
    row = _newest(session, exam_id, earlier_exam_id)
    if row is None:
        return None
    matrix = tuple(tuple(map(float, line)) for line in row.matrix) or None
    quality = row.quality
    return RegistrationLine(earlier_exam_id, matrix, str(quality.get("grade", "")), quality.get("dice"), Sentence.from_json(row.reason))


def _coarse(exam_id: int, keys: dict[str, str]) -> Coarse:
    cached = decoded_volume(exam_id, keys)

    def slab(first: int, last: int) -> NDArray[np.int16]:
        return np.frombuffer(read_slab(store(), cached, first, last), "<i2").reshape(last - first, *cached.shape[1:])

    return coarse(slab, cached.shape, cached.affine)


def _newest(session: Session, exam_id: int, earlier_exam_id: int) -> Registration | None:
    rows = select(Registration).where(Registration.exam_id == exam_id, Registration.earlier_exam_id == earlier_exam_id)
    return session.exec(rows.order_by(col(Registration.id).desc())).first()


def _with_images(exam: type[Exam]) -> Any:
    return col(exam.id).in_(select(ExamInstance.exam_id).where(ExamInstance.part != SPARE))

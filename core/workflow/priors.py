"""Earlier exams of the same participant and programme, to be seen beside the present one: which there are, and why one cannot be shown.

What the AI and the readers said of an earlier exam is handed out only when that exam is decided (or is there for comparison alone), and
only to a person from whom nothing of the present exam is held back: a mark on last year's nodule would tell what is held back.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from core.access import Act, Person
from core.errors import FirstlightError, NotAllowed
from core.words import N_, Sentence, say
from core.workflow.ai import AiResult, ai_result
from core.workflow.blind import ai_hidden, reads_hidden
from core.workflow.earlier_images import for_comparison
from core.workflow.opinions import ReadLine, reads_of
from core.workflow.programmes import card
from core.workflow.runs import SPARE
from core.workflow.unscored import arriving
from db.enums import ExamKind
from db.tables import Decision, Episode, Exam, ExamInstance, Programme

log = logging.getLogger(__name__)
Shown = TypeVar("Shown")
NOT_DECIDED = N_("The earlier exam has not been decided yet")


@dataclass(frozen=True)
class Prior:
    """One earlier exam. `why_not` says why its images cannot be shown, None when they can; `category` once it is decided.

    `same_round`: the exam that a technical recall made this one follow, or another one of its round.
    """

    exam_id: int
    kind: ExamKind
    exam_date: date
    days_before: int
    round: int
    same_round: bool
    why_not: Sentence | None
    decided: bool
    category: str | None
    phantom: bool

    @property
    def with_images(self) -> bool:
        return self.why_not is None


def priors(session: Session, person: Person, exam_id: int) -> tuple[Prior, ...]:
    """The earlier exams, newest first; NotAllowed when the exam itself is outside the person's sites."""
    exam = _in_sight(session, person, exam_id)
    rows = session.exec(_earlier(exam).where(col(Exam.site_id).in_(person.sites(Act.see_participants)))).all()
    ids = [found.id or 0 for found, _ in rows]
    shown = set(session.exec(select(ExamInstance.exam_id).where(col(ExamInstance.exam_id).in_(ids), ExamInstance.part != SPARE)))
    decided = dict(
        session.exec(select(Decision.exam_id, Decision.category).where(col(Decision.exam_id).in_(ids)).order_by(col(Decision.id))).all()
    )
    return tuple(
        Prior(
            exam_id=found.id or 0, kind=found.kind, exam_date=found.exam_date, days_before=(exam.exam_date - found.exam_date).days,
            round=round_, same_round=found.episode_id == exam.episode_id, why_not=_why_not(person, found, found.id in shown),
            decided=found.id in decided, category=decided.get(found.id or 0), phantom=found.phantom,
        )
        for found, round_ in rows
    )  # fmt: skip


def chosen(found: Sequence[Prior], wanted: int | None = None) -> Prior | None:
    """The one that was asked for if its images can be shown, else the latest that has images; None when `wanted` is 0 or there is none."""
    if wanted == 0:
        return None
    shown = [one for one in found if one.with_images]
    return next((one for one in shown if one.exam_id == wanted), shown[0] if shown else None)


def earlier_exam_ids(session: Session, exam_id: int) -> list[int]:
    """Exam ids with images, newest first; for jobs, which work for no person."""
    exam = session.get_one(Exam, exam_id)
    ids = [found.id or 0 for found, _ in session.exec(_earlier(exam))]
    with_images = set(session.exec(select(ExamInstance.exam_id).where(col(ExamInstance.exam_id).in_(ids), ExamInstance.part != SPARE)))
    return [one for one in ids if one in with_images]


def opened(session: Session, person: Person, ask: Callable[[Session, Person, int], Shown], exam_id: int) -> Shown | None:
    """What `ask` (such as `images.ct`) tells of an earlier exam; None when its images cannot be opened, which must not stop a read."""
    try:
        return ask(session, person, exam_id)
    except FirstlightError as problem:
        log.warning("the images of the earlier exam %d cannot be opened: %s", exam_id, problem)
        return None


def ai_of_prior(session: Session, person: Person, exam_id: int, prior_id: int) -> tuple[AiResult | None, Sentence | None]:
    """The AI result of an earlier exam, or None with the reason; never while anything of the present exam is held back from the person."""
    if prior_id not in {one.exam_id for one in priors(session, person, exam_id)}:
        raise NotAllowed(N_("This exam is no earlier exam of this participant at one of your sites."))
    if ai_hidden(session, person, [exam_id]):
        return None, say(N_("AI hidden until you decide"))
    if not settled(session, prior_id):
        return None, say(NOT_DECIDED)
    prior = session.get_one(Exam, prior_id)
    of = select(col(Programme.card_id)).join(Episode, col(Episode.programme_id) == Programme.id).where(Episode.id == prior.episode_id)
    return ai_result(session, person, prior, card(session.exec(of).one()), decided=True)


def reads_of_prior(session: Session, person: Person, exam_id: int, prior_id: int) -> tuple[ReadLine, ...]:
    """The signed reads of an earlier exam once it is decided; none before."""
    known = {one.exam_id: one.decided for one in priors(session, person, exam_id)}
    if not known.get(prior_id) or reads_hidden(session, person, [prior_id]):
        return ()
    return reads_of(session, person, prior_id)


def settled(session: Session, exam_id: int) -> bool:
    """Whether it is decided, or there only to be compared with, so that nobody will read it blind."""
    decided = select(Decision.exam_id)
    asked = select(Exam.id).where(Exam.id == exam_id, or_(col(Exam.id).in_(decided), col(Exam.id).in_(for_comparison())))
    return session.exec(asked).first() is not None


def _in_sight(session: Session, person: Person, exam_id: int) -> Exam:
    found = select(Exam).where(Exam.id == exam_id, col(Exam.site_id).in_(person.sites(Act.see_participants)))
    exam = session.exec(found).first()
    if exam is None:
        raise NotAllowed(N_("This case is not at one of your sites."))
    return exam


def _earlier(exam: Exam) -> Select[Exam, int]:
    """Exams of the same participant, programme and kind before `exam`, with their rounds, newest first."""
    mine, its_programme = aliased(Episode), aliased(Programme)
    who = select(mine.participant_id).where(mine.id == exam.episode_id).scalar_subquery()
    programme = select(its_programme.card_id).join(mine, col(mine.programme_id) == its_programme.id).where(mine.id == exam.episode_id)
    rows = select(Exam, col(Episode.round)).join(Episode, col(Episode.id) == Exam.episode_id)
    rows = rows.join(Programme, col(Programme.id) == Episode.programme_id)
    rows = rows.where(Episode.participant_id == who, Programme.card_id == programme.scalar_subquery(), Exam.kind == exam.kind)
    same_day = (col(Exam.exam_date) == exam.exam_date) & (col(Exam.id) < exam.id)
    rows = rows.where(or_(col(Exam.exam_date) < exam.exam_date, same_day, col(Exam.id) == exam.follows_exam_id), Exam.id != exam.id)
    return rows.order_by(col(Exam.exam_date).desc(), col(Exam.id).desc())


def _why_not(person: Person, exam: Exam, with_images: bool) -> Sentence | None:
    if exam.site_id not in person.sites(Act.read_cases):
        return say(N_("Images are shown to doctors of this site"))
    if with_images:
        return None
    if arriving(exam.received_at, exam.completed_at, exam.problem):
        return say(N_("Images are still arriving"))
    return say(N_("This exam has no images here"))

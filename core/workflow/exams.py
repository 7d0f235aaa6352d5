"""Images are put together to exams: the series of a CT study, the views of a person's mammograms of one day.

`place` gives every new image its exam at once; `settle` decides, when nothing more is coming for now, what the exam is scored from,
what is wrong with it, and whether it is complete.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session, col, select

from core.clock import now, today
from core.imaging.header import InstanceHeader
from core.safety_net import closing
from core.technique import technique
from core.words import N_, Sentence
from core.workflow import ct_exam, earlier_images, mammography_exam, prior_requests, second_case
from core.workflow.episodes import NEXT, append, current, open_episode, unread_round
from core.workflow.programmes import Card, card, cards
from core.workflow.runs import SPARE
from core.workflow.stored import header_of_row
from db.enums import EpisodeStep, ExamKind
from db.tables import Episode, Exam, ExamInstance, Instance, Participant, Series, Study

SAME_ROUND = timedelta(days=60)  # images further apart than this are another round
WAIT_FOR_VIEWS = timedelta(minutes=5)  # after this an exam goes on without the views that have not come


def card_for(kind: ExamKind) -> Card:
    """The programme whose exams are of this kind."""
    return next(one for one in cards().values() if one.kind == kind)


def place(session: Session, instance: Instance, study: Study, participant: Participant, kind: ExamKind, *, phantom: bool) -> Exam:
    """The exam that a new instance belongs to, opened when it is the first: in the round that waits for it, else in a new one."""
    exam = _of_study(session, study, kind) if kind is ExamKind.lung_ct else _of_day(session, study, participant, kind)
    if exam is None or second_case.awaits_repeat(session, exam):
        exam = _open(session, study, participant, kind, phantom=phantom)
    session.add(ExamInstance(exam_id=exam.id or 0, instance_id=instance.id or 0, part=SPARE))
    session.flush()
    return exam


def settle(session: Session, exam_id: int) -> Exam:
    """Decide what the exam is scored from and whether it is complete; called again whenever images were added or time has passed."""
    exam = session.get_one(Exam, exam_id)
    headers = _headers(session, exam_id)
    expected = tuple(exam.expected_parts) or card_for(exam.kind).expected_parts
    settled = ct_exam.settle(headers) if exam.kind is ExamKind.lung_ct else mammography_exam.settle(headers, expected)
    for row, instance in _members(session, exam_id):
        row.part = settled.parts.get(instance.sop_uid, SPARE)
        session.add(row)
    exam.problem = _together(settled.problems)
    exam.technique = technique([header for header in headers if settled.parts.get(header.sop_instance_uid, SPARE) != SPARE] or headers)
    waited = now() - exam.received_at >= WAIT_FOR_VIEWS
    if exam.completed_at is None and (settled.complete or waited):
        exam.completed_at = now()
    session.add(exam)
    session.flush()
    if exam.completed_at is not None and settled.parts:
        second_case.answer(session, exam)
        prior_requests.images_arrived(session, exam)
    closing.exam_arrived(session, exam)
    return exam


def unsettled(session: Session, *, quiet: timedelta = WAIT_FOR_VIEWS) -> list[int]:
    """Exams with images that have waited long enough for others that did not come; a simulated exam has none and waits for nothing."""
    with_images = col(Exam.id).in_(select(ExamInstance.exam_id))
    waiting = select(Exam.id).where(col(Exam.completed_at).is_(None), col(Exam.received_at) < now() - quiet, with_images)
    return [exam_id for exam_id in session.exec(waiting) if exam_id is not None]


def _of_study(session: Session, study: Study, kind: ExamKind) -> Exam | None:
    mine = (
        select(Exam).join(ExamInstance, col(ExamInstance.exam_id) == Exam.id).join(Instance, col(Instance.id) == ExamInstance.instance_id)
    )
    mine = mine.join(Series, col(Series.id) == Instance.series_id).where(Series.study_id == study.id, Exam.kind == kind)
    return session.exec(mine.order_by(col(Exam.id).desc()).limit(1)).first()  # of a study taken twice the repeat


def _of_day(session: Session, study: Study, participant: Participant, kind: ExamKind) -> Exam | None:
    """The exam of this study, else the participant's exam of the same known day: single views may come as studies of their own."""
    if found := _of_study(session, study, kind):
        return found
    if study.study_date is None:
        return None
    mine = select(Exam).join(Episode, col(Episode.id) == Exam.episode_id).where(Episode.participant_id == participant.id)
    with_images = select(ExamInstance.exam_id)
    mine = mine.where(Exam.kind == kind, Exam.exam_date == study.study_date, col(Exam.id).in_(with_images))
    return session.exec(mine.order_by(col(Exam.id).desc()).limit(1)).first()


def _open(session: Session, study: Study, participant: Participant, kind: ExamKind, *, phantom: bool) -> Exam:
    """A new exam: earlier images that were asked for, the answer to an open recall, or the first of a round."""
    day = study.study_date if study.study_date and study.study_date <= today() else today()
    programme = card_for(kind)
    asking = earlier_images.asking_exam(session, participant.id or 0, kind, day)
    recall = second_case.awaited(session, participant.id or 0, programme, day) if asking is None else None
    if asking is not None:
        episode_id = asking.episode_id
    else:
        episode_id = recall.episode_id if recall else _round(session, participant, programme.id, day).id or 0
        _imaged(session, episode_id, min(now(), datetime.combine(day, time(12), UTC)))
    repeat = recall if recall is not None and recall.technical else None
    exam = Exam(
        episode_id=episode_id, site_id=participant.site_id, kind=kind, exam_date=day, received_at=now(), synthetic=participant.synthetic,
        phantom=phantom, follows_exam_id=repeat.exam_id if repeat else None, expected_parts=list(repeat.parts) if repeat else [],
    )  # fmt: skip
    session.add(exam)
    session.flush()
    return exam


def _imaged(session: Session, episode_id: int, moment: datetime) -> None:
    """The step of the round, where it may follow: a round that was assessed or closed meanwhile stays as it is."""
    if EpisodeStep.imaged in NEXT[current(session, episode_id)]:
        append(session, episode_id, EpisodeStep.imaged, moment, None)


def _round(session: Session, participant: Participant, card_id: str, day: date) -> Episode:
    """The round that still waits for images or its read, when its other images are of about the same time; else a new one."""
    assert participant.id is not None  # read from the database
    waiting = unread_round(session, participant.id, card(card_id).id)
    if waiting is not None:
        days = session.exec(select(col(Exam.exam_date)).where(Exam.episode_id == waiting.id)).all()
        if all(abs(day - other) <= SAME_ROUND for other in days):
            return waiting
    return open_episode(session, participant.id, card_id, min(now(), datetime.combine(day, time(12), UTC)))


def _members(session: Session, exam_id: int) -> Sequence[tuple[ExamInstance, Instance]]:
    joined = select(ExamInstance, Instance).join(Instance, col(Instance.id) == ExamInstance.instance_id)
    return session.exec(joined.where(ExamInstance.exam_id == exam_id)).all()


def _headers(session: Session, exam_id: int) -> list[InstanceHeader]:
    joined = select(Instance, Series, Study).join(ExamInstance, col(ExamInstance.instance_id) == Instance.id)
    joined = joined.join(Series, col(Series.id) == Instance.series_id).join(Study, col(Study.id) == Series.study_id)
    rows = session.exec(joined.where(ExamInstance.exam_id == exam_id))
    return [header_of_row(instance, series, study) for instance, series, study in rows]


def _together(problems: Sequence[Sentence]) -> str:
    """One sentence to store: the first as it is, several joined."""
    if len(problems) <= 1:
        return problems[0].to_json() if problems else ""
    return Sentence(N_("{first}. {others}"), {"first": str(problems[0]), "others": ". ".join(str(one) for one in problems[1:])}).to_json()

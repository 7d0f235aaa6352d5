"""What closes tasks by itself: an exam that came, a recall that was closed, an outcome, an answer, the end of taking part.

Every question starts from the open tasks of some kinds and is answered by rows that others wrote; asking again finds nothing new.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, cast, exists, or_
from sqlalchemy import String as Text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.clock import now, today
from core.cohorts.standing import ENDING, standing
from core.safety_net import arrivals
from core.safety_net.recall_causes import outcome_known
from core.safety_net.result_causes import told
from core.safety_net.round_causes import NOT_SEEN, UNNOTED, booked_again, last_step, round_follows
from core.safety_net.rules import INVITED, RECALLS
from core.safety_net.states import has, is_open
from core.safety_net.writing import alone, step
from core.workflow.recall_steps import is_closed
from db.enums import AppointmentStep, EpisodeStep, RecallStep, TaskKind, TaskStep
from db.tables import Appointment, Decision, Episode, EpisodeEvent, Exam, ParticipantFact, Programme, Recall, RecallEvent, Task

K = TaskKind


def close_done(session: Session) -> int:
    """Close every task that has come to its end by what happened; how many."""
    return sum(
        (
            arrivals.close_answered(session),
            _close(session, "outcome_known", _of(K.outcome_missing).join(Exam, col(Exam.id) == Task.exam_id).where(outcome_known())),
            _recalls(session),
            _close(session, "told", _results().where(told())),
            _close(session, "booked", _appointments().where(booked_again())),
            _close(session, "answered", _appointments().where(~_unseen())),
            _close(session, "round_closed", _rounds().where(_round_closed())),
            _close(session, "next_round", _rounds().where(round_follows())),
            _close(session, "exam_arrived", _rounds().where(_exam_since())),
            _close(session, "answered", _events().where(_something_since())),
            _no_longer_taking_part(session),
        )
    )


def _of(*kinds: TaskKind, also: tuple[Any, ...] = ()) -> Any:
    return select(col(Task.id), *also).where(col(Task.kind).in_(kinds), is_open())


def _rounds() -> Any:
    return _of(*INVITED).join(Episode, col(Episode.id) == Task.episode_id)


def _results() -> Any:
    rows = _of(K.result_not_told).join(Exam, col(Exam.id) == Task.exam_id).join(Episode, col(Episode.id) == Exam.episode_id)
    return rows.join(Decision, (col(Decision.exam_id) == Exam.id) & (col(Task.key) == "told-" + cast(col(Decision.id), Text)))


def _appointments() -> Any:
    mine = col(Task.key) == "missed-" + cast(col(Appointment.id), Text)
    return _of(K.missed_appointment).join(Appointment, (col(Appointment.episode_id) == Task.episode_id) & mine)


def _events() -> Any:
    """Tasks that were made for an event of the round, with that event."""
    key = col(Task.key)
    mine = or_(*(key == f"{prefix}-" + cast(col(EpisodeEvent.id), Text) for prefix in ("answer", "missed-round")))
    return _of(*INVITED).join(EpisodeEvent, (col(EpisodeEvent.episode_id) == Task.episode_id) & mine)


def _close(session: Session, reason: str, found: Any) -> int:
    return step(session, session.exec(found).all(), TaskStep.closed, reason)


def recall_ended(session: Session, recall_id: int) -> None:
    """Close the tasks of a recall that was closed, in the same transaction."""
    alone(session)
    _recalls(session, col(Recall.id) == recall_id)


def exam_arrived(session: Session, exam: Exam) -> None:
    """Close what an exam that was received, or has become complete, answers, in the transaction of its arrival."""
    who = session.exec(select(col(Episode.participant_id)).where(Episode.id == exam.episode_id)).one()
    theirs = col(Task.episode_id).in_(select(col(Episode.id)).where(Episode.participant_id == who))
    if session.exec(_of(*RECALLS).where(theirs).limit(1)).first() is not None:
        alone(session)
        arrivals.close_answered(session, who)
        _recalls(session, theirs)


def _recalls(session: Session, *which: ColumnElement[bool]) -> int:
    """Tasks of recalls that were closed: lost to follow-up where the recall ended because nobody could be reached."""
    rows = _of(*RECALLS, K.outcome_missing, also=(col(Recall.id), col(Task.kind))).join(Recall, col(Recall.id) == Task.recall_id)
    found = {one: (recall, kind) for one, recall, kind in session.exec(rows.where(is_closed(), ~has(TaskStep.lost), *which))}
    ends = _ends(session, {recall for recall, _ in found.values()})
    lost = [one for one, (recall, kind) in found.items() if kind in RECALLS and ends[recall].last == RecallStep.unreachable]
    declined = [one for one, (recall, _) in found.items() if ends[recall].last == RecallStep.declined]
    came = [one for one, (recall, kind) in found.items() if kind == K.technical_recall and ends[recall].by_itself]
    others = found.keys() - {*lost, *declined, *came}
    closed = ((declined, "declined"), (came, "exam_arrived"), (sorted(others), "recall_closed"))
    return step(session, lost, TaskStep.lost, "not_reachable") + sum(step(session, ids, TaskStep.closed, why) for ids, why in closed)


@dataclass
class _End:
    """The step of a recall before it was closed, and whether no person closed it."""

    last: RecallStep = RecallStep.opened
    by_itself: bool = False


def _ends(session: Session, recall_ids: set[int]) -> dict[int, _End]:
    ends = {one: _End() for one in recall_ids}
    for event in session.exec(select(RecallEvent).where(col(RecallEvent.recall_id).in_(recall_ids)).order_by(col(RecallEvent.id))):
        if event.step == RecallStep.closed:
            ends[event.recall_id].by_itself = event.author_id is None
        else:
            ends[event.recall_id].last = event.step
    return ends


def _unseen() -> ColumnElement[bool]:
    last = last_step(Appointment)
    return or_(last.in_(NOT_SEEN), and_(last == AppointmentStep.booked, col(Appointment.starts_at) <= now() - UNNOTED))


def _round_closed() -> ColumnElement[bool]:
    event = aliased(EpisodeEvent)
    return exists().where(col(event.episode_id) == col(Episode.id), col(event.step) == EpisodeStep.closed)


def _exam_since() -> ColumnElement[bool]:
    """An exam of the round that came after the task was made."""
    return exists().where(col(Exam.episode_id) == col(Episode.id), col(Exam.received_at) >= col(Task.made_at))


def _something_since() -> ColumnElement[bool]:
    later = aliased(EpisodeEvent)
    return exists().where(col(later.episode_id) == col(EpisodeEvent.episode_id), col(later.id) > col(EpisodeEvent.id))


def _no_longer_taking_part(session: Session) -> int:
    """Every task of those who died; of those who opted out or moved away what asks for an invitation to be followed up."""
    told_of = exists().where(col(ParticipantFact.participant_id) == col(Episode.participant_id), col(ParticipantFact.kind).in_(ENDING))
    rows = _of(*TaskKind, also=(col(Task.kind), col(Episode.participant_id), col(Programme.card_id)))
    rows = rows.join(Episode, col(Episode.id) == Task.episode_id).join(Programme, col(Programme.id) == Episode.programme_id)
    found = session.exec(rows.where(told_of)).all()
    stands = standing(session, {who for _, _, who, _ in found}, today())
    died = [one for one, _, who, _ in found if stands[who].died is not None]
    asked = [(one, who, card_id) for one, kind, who, card_id in found if kind in INVITED and stands[who].died is None]
    moved = [one for one, who, _ in asked if stands[who].moved_away]
    opted = [one for one, who, card_id in asked if card_id in stands[who].opted_out and not stands[who].moved_away]
    closed = ((died, "died"), (moved, "moved_away"), (opted, "opted_out"))
    return sum(step(session, ids, TaskStep.closed, reason) for ids, reason in closed)

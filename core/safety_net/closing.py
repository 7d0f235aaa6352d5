"""What closes tasks by itself: an exam that came, a recall that was closed, an outcome, an answer, the end of taking part.

Every question starts from the open tasks of some kinds and is answered by rows that others wrote; asking again finds nothing new.
"""

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
from core.safety_net.writing import step
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


def _recalls(session: Session) -> int:
    """Tasks of recalls that were closed: lost to follow-up where the recall ended because nobody could be reached."""
    rows = _of(*RECALLS, K.outcome_missing, also=(col(Recall.id), col(Task.kind))).join(Recall, col(Recall.id) == Task.recall_id)
    rows = rows.where(is_closed(), ~has(TaskStep.lost))
    found = {one: (recall, kind) for one, recall, kind in session.exec(rows)}
    ends = _ends(session, {recall for recall, _ in found.values()})
    lost = [one for one, (recall, kind) in found.items() if kind in RECALLS and ends[recall] == RecallStep.unreachable]
    declined = [one for one, (recall, _) in found.items() if ends[recall] == RecallStep.declined]
    others = found.keys() - {*lost, *declined}
    return (
        step(session, lost, TaskStep.lost, "not_reachable")
        + step(session, declined, TaskStep.closed, "declined")
        + step(session, sorted(others), TaskStep.closed, "recall_closed")
    )


def _ends(session: Session, recall_ids: set[int]) -> dict[int, RecallStep]:
    """Recall id → its step before it was closed."""
    rows = select(RecallEvent.recall_id, RecallEvent.step).where(col(RecallEvent.recall_id).in_(recall_ids))
    rows = rows.where(RecallEvent.step != RecallStep.closed).order_by(col(RecallEvent.id))
    ends = {recall_id: RecallStep(taken) for recall_id, taken in session.exec(rows)}
    return {one: ends.get(one, RecallStep.opened) for one in recall_ids}


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

"""Tasks that rounds ask for: an invitation that nobody answered, an appointment that was not kept.

Only the last half year is looked at: what is older was in the lists for months, and its round has been overtaken.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, and_, cast, exists, or_
from sqlalchemy import String as Text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.clock import now, today
from core.cohorts.standing import standing
from core.safety_net.rules import Cause
from core.workflow.programmes import SafetyNet, card, cards
from db.enums import AppointmentStep, EpisodeStep, TaskKind
from db.tables import Appointment, AppointmentEvent, Clinic, Episode, EpisodeEvent, Exam, Participant, Programme, Task

LOOKS_BACK = timedelta(days=180)
UNNOTED = timedelta(days=1)
"""After this an appointment of which nobody noted whether it was kept counts as not kept."""
NOT_SEEN = (AppointmentStep.did_not_attend, AppointmentStep.attended_not_screened)


def unanswered(session: Session) -> list[Cause]:
    """Rounds whose last word is an invitation of long ago, or that somebody did not come and there was no appointment here."""
    event, later = aliased(EpisodeEvent), aliased(EpisodeEvent)
    last = ~exists().where(col(later.episode_id) == col(event.episode_id), col(later.id) > col(event.id))
    old = now() - timedelta(days=_soonest(lambda net: net.answer_days))
    booked_here = exists().where(col(Appointment.episode_id) == col(event.episode_id))
    waits = or_(
        and_(col(event.step) == EpisodeStep.invited, col(event.happened_at) <= old, ~_made("answer", event)),
        and_(col(event.step) == EpisodeStep.did_not_attend, ~booked_here, ~_made("missed-round", event)),
    )
    rows = select(event, Episode, Programme.card_id, Participant.site_id).join(Episode, col(Episode.id) == event.episode_id)
    rows = rows.join(Programme, col(Programme.id) == Episode.programme_id).join(Participant, col(Participant.id) == Episode.participant_id)
    rows = rows.where(col(event.happened_at) >= now() - LOOKS_BACK, waits, last, ~_imaged(), ~round_follows())
    return _taking_part(session, [_of_event(*row) for row in session.exec(rows)])


def missed_appointments(session: Session) -> list[Cause]:
    """Appointments that were not kept, or of which nobody noted what became of them, with none later in the round and no exam."""
    last = last_step(Appointment)
    unseen = or_(last.in_(NOT_SEEN), and_(last == AppointmentStep.booked, col(Appointment.starts_at) <= now() - UNNOTED))
    rows = select(Appointment, Episode, Programme.card_id, Clinic.site_id, last).join(Clinic, col(Clinic.id) == Appointment.clinic_id)  # type: ignore[call-overload]
    rows = rows.join(Episode, col(Episode.id) == Appointment.episode_id).join(Programme, col(Programme.id) == Episode.programme_id)
    rows = rows.where(col(Appointment.starts_at) >= now() - LOOKS_BACK, col(Appointment.starts_at) <= now(), unseen)
    rows = rows.where(~booked_again(), ~_seen_since(), ~_made("missed", Appointment), ~round_follows())
    return _taking_part(session, [_of_appointment(*row) for row in session.exec(rows)])


def last_step(appointment: type[Appointment]) -> ScalarSelect[AppointmentStep]:
    """The step of an appointment's last event."""
    event = aliased(AppointmentEvent)
    steps = select(col(event.step)).where(col(event.appointment_id) == col(appointment.id))
    return steps.order_by(col(event.number).desc()).limit(1).correlate(appointment).scalar_subquery()


def booked_again() -> ColumnElement[bool]:
    """The condition over `Appointment` that the same round has a later one that was not cancelled."""
    other = aliased(Appointment)
    return exists().where(
        col(other.episode_id) == col(Appointment.episode_id), col(other.id) > col(Appointment.id),
        last_step(other) != AppointmentStep.cancelled,
    )  # fmt: skip


def round_follows() -> ColumnElement[bool]:
    """The condition over `Episode` that a later round of the participant in the programme has begun."""
    later = aliased(Episode)
    theirs, ours = aliased(Programme), aliased(Programme)
    same = exists().where(
        col(theirs.id) == col(later.programme_id), col(ours.id) == col(Episode.programme_id), col(theirs.card_id) == col(ours.card_id)
    )
    return exists().where(
        col(later.participant_id) == col(Episode.participant_id), col(later.round) > col(Episode.round), same.correlate(Episode, later)
    )


def _imaged() -> ColumnElement[bool]:
    return exists().where(col(Exam.episode_id) == col(Episode.id))


def _seen_since() -> ColumnElement[bool]:
    return exists().where(col(Exam.episode_id) == col(Appointment.episode_id), col(Exam.received_at) >= col(Appointment.starts_at))


def _made(prefix: str, row: type[EpisodeEvent] | type[Appointment]) -> ColumnElement[bool]:
    task = aliased(Task)
    return exists().where(col(task.key) == f"{prefix}-" + cast(col(row.id), Text))


def _soonest(days: Callable[[SafetyNet], int]) -> int:
    return min(days(one.safety_net) for one in cards().values())


def _of_event(event: EpisodeEvent, episode: Episode, card_id: str, site_id: int) -> Cause:
    net, on = card(card_id).safety_net, event.happened_at.date()
    invited = event.step == EpisodeStep.invited
    kind, prefix = (TaskKind.no_answer, "answer") if invited else (TaskKind.missed_appointment, "missed-round")
    due = on + timedelta(days=net.answer_days if invited else net.missed_days)
    return Cause(f"{prefix}-{event.id}", kind, card_id, site_id, episode.participant_id, episode.id or 0, on, due)


def _of_appointment(appointment: Appointment, episode: Episode, card_id: str, site_id: int, _last: AppointmentStep) -> Cause:
    on: datetime = appointment.starts_at
    due = on.date() + timedelta(days=card(card_id).safety_net.missed_days)
    return Cause(
        f"missed-{appointment.id}", TaskKind.missed_appointment, card_id, site_id, episode.participant_id, episode.id or 0, on.date(), due,
        recall_id=appointment.recall_id,
    )  # fmt: skip


def _taking_part(session: Session, found: list[Cause]) -> list[Cause]:
    """Without those who died, opted out or moved away, and without invitations that may still be answered."""
    ripe = [cause for cause in found if cause.kind != TaskKind.no_answer or cause.due <= today()]
    stands = standing(session, {cause.participant_id for cause in ripe}, today())
    return [cause for cause in ripe if stands[cause.participant_id].active(cause.card_id)]

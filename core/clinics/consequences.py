"""What a step of an appointment means for the round, or for the recall that asked for it."""

from collections.abc import Mapping

from sqlmodel import Session, col, select

from core.access import Person
from core.clock import now
from core.workflow import episodes, recalls
from db.enums import AppointmentStep, EpisodeStep, RecallStep
from db.tables import Appointment, RecallEvent

S, E, R = AppointmentStep, EpisodeStep, RecallStep
EPISODE: Mapping[AppointmentStep, EpisodeStep] = {
    S.booked: E.booked,
    S.checked_in: E.attended,
    S.did_not_attend: E.did_not_attend,
    S.cancelled: E.invited,  # the offer stands, the place was given back
}
RECALL: Mapping[AppointmentStep, RecallStep] = {
    S.booked: R.booked,
    S.checked_in: R.attended,
    S.did_not_attend: R.contacted,  # "booked" would be untrue
    S.cancelled: R.contacted,
}


def carry(session: Session, person: Person, appointment: Appointment, step: AppointmentStep, note: str) -> None:
    """Carry the episode along, or the recall; what the images or a reader said already is left as it is."""
    if appointment.recall_id is not None:
        _recall(session, person, appointment.recall_id, step, note)
    elif step in EPISODE:
        after = EPISODE[step]
        before = episodes.current(session, appointment.episode_id)
        if after in episodes.NEXT[before] and not (step == S.cancelled and before != E.booked):
            happened = appointment.starts_at if step == S.did_not_attend else now()
            episodes.append(session, appointment.episode_id, after, happened, person.user_id, note)


def _recall(session: Session, person: Person, recall_id: int, step: AppointmentStep, note: str) -> None:
    steps = select(RecallEvent.step).where(RecallEvent.recall_id == recall_id).order_by(col(RecallEvent.id))
    taken = session.exec(steps).all()
    before = RecallStep(taken[-1]) if taken else R.opened
    if step in RECALL and RECALL[step] in recalls.NEXT[before]:
        recalls.append(session, person, recall_id, RECALL[step], note or step.value.replace("_", " "))

"""The rounds of a participant whose entries are merged: which are open, which hold nothing yet, and how they are counted anew."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.clock import now
from core.workflow import episodes
from db.enums import AppointmentStep, EpisodeStep
from db.tables import Appointment, AppointmentEvent, Episode, Exam, Programme

UNSEEN = (None, EpisodeStep.invited, EpisodeStep.booked, EpisodeStep.did_not_attend)
PARKED = 200_000  # behind every round there can be
NOTE = "Merged with the other entry of the participant"


@dataclass(frozen=True)
class OpenRound:
    """The newest round that has not ended. `empty`: nobody came yet; `booked`: an appointment is still to come."""

    episode_id: int
    number: int
    empty: bool
    booked: bool


def open_rounds(session: Session, participant_id: int) -> dict[str, OpenRound]:
    """By programme; of several open rounds one that holds something goes before an empty one."""
    rows = select(Episode, Programme.card_id).join(Programme, col(Programme.id) == Episode.programme_id)
    found: dict[str, OpenRound] = {}
    for episode, card_id in session.exec(rows.where(Episode.participant_id == participant_id).order_by(col(Episode.round))):
        step = episodes.current(session, episode.id or 0)
        if step == EpisodeStep.closed:
            continue
        seen = session.exec(select(Exam.id).where(Exam.episode_id == episode.id).limit(1)).first() is not None
        one = OpenRound(episode.id or 0, episode.round, step in UNSEEN and not seen, _booked(session, episode.id or 0))
        if card_id not in found or found[card_id].empty:
            found[card_id] = one
    return found


def close_empty(session: Session, spare: OpenRound, author_id: int) -> None:
    """End a round to which nobody came."""
    if episodes.current(session, spare.episode_id) is None:
        episodes.append(session, spare.episode_id, EpisodeStep.invited, now(), author_id, NOTE)
    episodes.append(session, spare.episode_id, EpisodeStep.closed, now(), author_id, NOTE)


def count_anew(session: Session, participant_id: int) -> dict[str, list[int]]:
    """Number the rounds of each programme from 1 by the day they were opened; episode id → number before and after, where it changed."""
    rows = select(Episode, Programme.card_id).join(Programme, col(Programme.id) == Episode.programme_id)
    mine = rows.where(Episode.participant_id == participant_id).order_by(col(Episode.opened_at), col(Episode.id))
    counted: dict[str, int] = {}
    after: dict[int, tuple[int, int]] = {}
    for episode, card_id in session.exec(mine).all():
        counted[card_id] = counted.get(card_id, 0) + 1
        after[episode.id or 0] = (episode.round, counted[card_id])
    changed = {one: pair for one, pair in after.items() if pair[0] != pair[1]}
    for offset in (PARKED, 0):  # by way of numbers that nobody has
        for one, (_, number) in changed.items():
            session.connection().execute(update(Episode).where(col(Episode.id) == one).values(round=number + offset))
    session.expire_all()
    return {str(one): [before % 100_000, number] for one, (before, number) in changed.items()}


def _booked(session: Session, episode_id: int) -> bool:
    newest = select(AppointmentEvent.step).where(AppointmentEvent.appointment_id == Appointment.id)
    last = newest.order_by(col(AppointmentEvent.number).desc()).limit(1).scalar_subquery()
    rows = select(Appointment.id).where(Appointment.episode_id == episode_id, last == AppointmentStep.booked)
    return session.exec(rows.limit(1)).first() is not None

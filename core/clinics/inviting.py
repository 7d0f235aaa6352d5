"""One act invites many: rounds are opened, places filled, and the mailing made, all or nothing."""

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from core import audit
from core.access import Act, Person
from core.batches import batches
from core.clinics import places, planning
from core.clinics.due import Ask, Due, Kind, due
from core.clock import now, today
from core.eligibility.standing import verdicts
from core.errors import Conflict, Rejected
from core.messages import mailings
from core.messages.mailings import Plan, Recipient
from core.messages.template import Message
from core.words import N_, Sentence, say
from core.workflow.programmes import programme_row
from db.enums import AppointmentStep, EpisodeStep
from db.tables import Appointment, AppointmentEvent, Clinic, Episode, EpisodeEvent, Participant, PlaceHeld, Programme

AT_MOST = 5000
"""Participants of one act."""


@dataclass(frozen=True)
class Invited:
    """What an invitation did: how many were invited, its mailings, who was left out and why, and how many found no place."""

    invited: int
    mailings: tuple[int, ...]
    left_out: tuple[tuple[int, Sentence], ...]
    without_place: int


@dataclass(frozen=True)
class Seat:
    clinic: Clinic
    slot: int
    place: int

    @property
    def starts_at(self) -> datetime:
        return places.start_of(self.clinic, self.slot)


def invite(
    session: Session, person: Person, ask: Ask, plan: Plan, *, ids: Collection[int] | None = None, clinic_ids: Collection[int] = (),
    at_most: int = AT_MOST,
) -> Invited:  # fmt: skip
    """Invite these participants of a list, or its first `at_most`; into the free places of clinics in their order, or without a day.

    Who is no longer on the list, not eligible or cannot be written to is left out with the reason and stays on the list.
    """
    seats = _seats(session, person, ask, clinic_ids)
    chosen = (
        list(ids)[:AT_MOST]
        if ids is not None
        else [row.participant_id for row in due(session, person, ask, size=min(at_most, AT_MOST)).rows]
    )
    rows = _still_due(session, person, ask, chosen)
    left = {one: say(N_("Is no longer on this list")) for one in chosen if one not in rows}
    left |= _not_eligible(session, ask, [one for one in chosen if one in rows])
    people = mailings.addressees(session, [one for one in chosen if one in rows and one not in left], plan.channel, plan.card_id)
    withheld = {one: who.why_not for one, who in people.items() if who.why_not is not None}
    going = [rows[one] for one in chosen if one in people and one not in withheld]
    seated = _seated(going, seats) if clinic_ids else [(row, None) for row in going]
    if not seated:
        raise Rejected(N_("Nobody of this choice can be invited now: {reason}"), reason=_first_reason(left | withheld, bool(clinic_ids)))
    episode_ids = _rounds(session, person, ask, [row for row, _ in seated])
    _appointments(session, person, seated, episode_ids)
    recipients = [
        Recipient(row.participant_id, episode, _said(row, seat)) for (row, seat), episode in zip(seated, episode_ids, strict=True)
    ]
    recipients += [Recipient(one) for one in withheld]
    made = mailings.make(session, person, plan, recipients)
    audit.record(session, person, "invited", "mailing", made[0], kind=ask.kind.value, programme=ask.card_id, participants=len(seated))
    return Invited(len(seated), made, tuple((left | withheld).items()), len(going) - len(seated))


def preview(session: Session, person: Person, ask: Ask, plan: Plan, participant_id: int, clinic_ids: Collection[int] = ()) -> Message:
    """What this participant would read; Rejected naming the field that is not known."""
    row = next(iter(due(session, person, ask, only=[participant_id]).rows), None)
    if row is None:
        raise Rejected(N_("Nobody of this choice can be invited now: {reason}"), reason=say(N_("the list is empty")))
    who = mailings.addressees(session, [participant_id], plan.channel, plan.card_id)[participant_id]
    seat = next(iter(_seats(session, person, ask, clinic_ids).get(row.site_id, ())), None)
    return mailings.write(plan.template, who.details.language or plan.language, plan.channel, plan.card_id, who, _said(row, seat))


def _seats(session: Session, person: Person, ask: Ask, clinic_ids: Collection[int]) -> dict[int, deque[Seat]]:
    """Free places by site in the order of time; the clinics stay locked."""
    found: dict[int, deque[Seat]] = {}
    for clinic in sorted((planning.locked(session, person, one) for one in sorted(set(clinic_ids))), key=lambda one: one.starts_at):
        if clinic.card_id != ask.card_id:
            raise Rejected(N_("The clinic {name} belongs to another programme"), name=clinic.name)
        held = set(session.exec(select(PlaceHeld.slot, PlaceHeld.place).where(PlaceHeld.clinic_id == clinic.id)))
        seats = (Seat(clinic, slot, place) for slot in range(clinic.slots) for place in range(clinic.places) if (slot, place) not in held)
        found.setdefault(clinic.site_id, deque()).extend(seat for seat in seats if seat.starts_at > now())
    return found


def _still_due(session: Session, person: Person, ask: Ask, chosen: Sequence[int]) -> dict[int, Due]:
    """Those who are on the list now that their rows are locked."""
    found: dict[int, Due] = {}
    for some in batches(sorted(chosen), 500):
        mine = select(col(Participant.id)).where(col(Participant.id).in_(some), col(Participant.site_id).in_(person.sites(Act.work_queue)))
        session.exec(mine.order_by(col(Participant.id)).with_for_update()).all()
        session.exec(select(col(Episode.id)).where(col(Episode.participant_id).in_(some)).order_by(col(Episode.id)).with_for_update()).all()
        found |= {row.participant_id: row for row in due(session, person, ask, size=len(some), only=some).rows}
    return found


def _not_eligible(session: Session, ask: Ask, ids: Sequence[int]) -> dict[int, Sentence]:
    """For first rounds the programme's rule has the word; who was screened before stays in the programme by age."""
    if ask.kind != Kind.first:
        return {}
    said = {who: one for some in batches(ids, 500) for who, one in verdicts(session, some, ask.card_id, today()).items()}
    return {who: one.because for who, one in said.items() if one.eligible is not True}


def _seated(going: Sequence[Due], seats: dict[int, deque[Seat]]) -> list[tuple[Due, Seat | None]]:
    """Who waits longest gets the first place at the own site."""
    return [(row, seats[row.site_id].popleft()) for row in going if seats.get(row.site_id)]


def _rounds(session: Session, person: Person, ask: Ask, going: Sequence[Due]) -> list[int]:
    """The round of each: the one that a reminder is about, or a new one; each with its invitation."""
    new = [row for row in going if row.episode_id is None]
    last = dict.fromkeys((row.participant_id for row in new), 0)
    for some in batches([row.participant_id for row in new], 500):
        counted = select(Episode.participant_id, func.max(Episode.round)).join(Programme, col(Programme.id) == Episode.programme_id)
        counted = counted.where(Programme.card_id == ask.card_id, col(Episode.participant_id).in_(some))
        last |= dict(session.exec(counted.group_by(col(Episode.participant_id))).all())
    programme, at = programme_row(session, ask.card_id).id, now()
    rows = [
        {"participant_id": row.participant_id, "programme_id": programme, "round": last[row.participant_id] + 1, "opened_at": at}
        for row in new
    ]
    opened = dict(zip((row.participant_id for row in new), _inserted(session, Episode, rows), strict=True))
    ids = [row.episode_id or opened[row.participant_id] for row in going]
    session.execute(insert(EpisodeEvent), [_event(one, EpisodeStep.invited, at, person) for one in ids])
    return ids


def _appointments(session: Session, person: Person, seated: Sequence[tuple[Due, Seat | None]], episode_ids: Sequence[int]) -> None:
    taken = [(row, seat, episode) for (row, seat), episode in zip(seated, episode_ids, strict=True) if seat is not None]
    if not taken:
        return
    at = now()
    rows = [
        {
            "clinic_id": seat.clinic.id,
            "participant_id": row.participant_id,
            "episode_id": episode,
            "starts_at": seat.starts_at,
            "made_at": at,
        }
        for row, seat, episode in taken
    ]
    ids = _inserted(session, Appointment, rows)
    first = {"number": 0, "step": AppointmentStep.booked, "at": at, "author_id": person.user_id, "note": ""}
    session.execute(insert(AppointmentEvent), [{"appointment_id": one, **first} for one in ids])
    held = [
        {"clinic_id": seat.clinic.id, "slot": seat.slot, "place": seat.place, "appointment_id": one}
        for one, (_, seat, _) in zip(ids, taken, strict=True)
    ]
    try:
        with session.begin_nested():
            session.execute(insert(PlaceHeld), held)
    except IntegrityError as problem:
        raise Conflict(N_("Somebody booked into these clinics at the same moment; look again")) from problem
    session.execute(insert(EpisodeEvent), [_event(episode, EpisodeStep.booked, at, person) for _, _, episode in taken])


def _inserted(session: Session, table: Any, rows: list[dict[str, Any]]) -> list[int]:
    """The ids in the order given; Conflict when somebody opened the same round at the same moment."""
    if not rows:
        return []
    try:
        with session.begin_nested():
            return list(session.scalars(insert(table).returning(table.id, sort_by_parameter_order=True), rows))
    except IntegrityError as problem:
        raise Conflict(N_("Somebody invited some of them at the same moment; look again")) from problem


def _event(episode_id: int, step: EpisodeStep, at: datetime, person: Person) -> dict[str, Any]:
    return {"episode_id": episode_id, "step": step, "happened_at": at, "entered_at": at, "author_id": person.user_id, "note": ""}


def _said(row: Due, seat: Seat | None) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if seat is not None:
        said |= {"when": seat.starts_at.isoformat(), "place": seat.clinic.name}
    if row.episode_id is not None and row.since is not None:
        said["invited_on"] = row.since.isoformat()
    return said


def _first_reason(reasons: dict[int, Sentence], seats: bool) -> Sentence:
    return next(iter(reasons.values()), say(N_("no place is free")) if seats else say(N_("the list is empty")))

"""Booking a participant into a slot, and moving an appointment to another one.

An offered appointment is an invitation (NHSBSP S01: "an invitation = an episode with a first offered appointment"), so booking opens the
round when there is none.
"""

from datetime import timedelta

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clinics import consequences, places, planning, steps
from core.clock import now, today
from core.cohorts.standing import Standing, standing
from core.errors import Conflict, NotAllowed, Rejected
from core.words import N_
from core.workflow import episodes
from db.enums import AppointmentStep, EpisodeStep, RecallStep
from db.tables import Appointment, Clinic, Episode, Exam, Participant, PlaceHeld, Programme, Recall, RecallEvent

E = EpisodeStep
WAITING = (None, E.invited, E.booked, E.did_not_attend, E.attended)
"""Where a round stands when an appointment may be made for it."""


def book(
    session: Session, person: Person, clinic_id: int, slot: int, participant_id: int, *, recall_id: int | None = None, note: str = ""
) -> int:
    """An appointment in that slot; its id. Conflict naming who took the last place, or the appointment that is there already."""
    clinic = planning.locked(session, person, clinic_id)
    _slot(clinic, slot)
    participant = _participant(session, person, participant_id, clinic)
    _only(session, participant, clinic.card_id)
    episode_id = _asked(session, participant, clinic, recall_id) if recall_id else _round(session, person, participant, clinic.card_id)
    appointment = Appointment(
        clinic_id=clinic_id, participant_id=participant_id, episode_id=episode_id, recall_id=recall_id,
        starts_at=places.start_of(clinic, slot), made_at=now(),
    )  # fmt: skip
    session.add(appointment)
    session.flush()
    places.hold(session, clinic, appointment)
    steps.append(session, appointment, AppointmentStep.booked, person.user_id, number=0, note=note)
    consequences.carry(session, person, appointment, AppointmentStep.booked, note)
    audit.record(session, person, "appointment_booked", "appointment", appointment.id, site_id=clinic.site_id)
    return appointment.id or 0


def move(session: Session, person: Person, appointment_id: int, clinic_id: int, slot: int, *, seen: int | None = None) -> int:
    """Cancel an appointment and make another one for the same round or recall, both or neither; the id of the new one."""
    old, _clinic = steps.mine(session, person, appointment_id)
    at = places.start_of(planning.locked(session, person, clinic_id), slot).astimezone()
    steps.take(session, person, appointment_id, AppointmentStep.cancelled, seen=seen, note=f"→ {at:%Y-%m-%d %H:%M}", moving=True)
    return book(session, person, clinic_id, slot, old.participant_id, recall_id=old.recall_id)


def again(session: Session, person: Person, appointment_id: int, clinic_id: int, slot: int) -> int:
    """Another appointment after one that was cancelled or missed, for the same recall where there was one; its id."""
    old, _clinic = steps.mine(session, person, appointment_id)
    return book(session, person, clinic_id, slot, old.participant_id, recall_id=old.recall_id)


def why_not(stands: Standing, card_id: str) -> Rejected | None:
    """Why somebody is not to be invited or booked; None when they take part."""
    if stands.merged_into is not None:
        return Rejected(N_("This entry was merged into another one; book there"))
    if stands.died is not None:
        return Rejected(N_("This participant died on {day}"), day=stands.died)
    if card_id in stands.opted_out:
        return Rejected(N_("This participant has opted out of this programme"))
    return Rejected(N_("This participant has moved away")) if stands.moved_away else None


def _slot(clinic: Clinic, slot: int) -> None:
    if not 0 <= slot < clinic.slots:
        raise Rejected(
            N_("The clinic {name} has {slots} slots; there is no slot {slot}"), name=clinic.name, slots=clinic.slots, slot=slot + 1
        )
    if places.start_of(clinic, slot) + timedelta(minutes=clinic.slot_minutes) <= now():
        raise Rejected(N_("{at} has passed; choose a slot that comes"), at=places.start_of(clinic, slot))


def _participant(session: Session, person: Person, participant_id: int, clinic: Clinic) -> Participant:
    """Locked, so that nobody opens two rounds at once."""
    found = select(Participant).where(Participant.id == participant_id, col(Participant.site_id).in_(person.sites(Act.work_queue)))
    participant = session.exec(found.with_for_update()).first()
    if participant is None:
        raise NotAllowed(N_("This participant is not at one of your sites."))
    if participant.site_id != clinic.site_id:
        raise Rejected(N_("{number} belongs to another site than the clinic {name}"), number=participant.number, name=clinic.name)
    refused = why_not(standing(session, [participant_id], today())[participant_id], clinic.card_id)
    if refused:
        raise refused
    return participant


def _only(session: Session, participant: Participant, card_id: str) -> None:
    rows = select(Appointment).join(PlaceHeld, col(PlaceHeld.appointment_id) == Appointment.id)
    rows = rows.join(Clinic, col(Clinic.id) == Appointment.clinic_id).where(Clinic.card_id == card_id)
    other = session.exec(rows.where(Appointment.participant_id == participant.id)).first()
    if other is not None:
        raise Conflict(N_("{number} has an appointment at {at} already; move that one"), number=participant.number, at=other.starts_at)


def _round(session: Session, person: Person, participant: Participant, card_id: str) -> int:
    """The round that waits for an appointment, or the next one, which this appointment opens."""
    rounds = select(Episode).join(Programme, col(Programme.id) == Episode.programme_id).where(Programme.card_id == card_id)
    rounds = rounds.where(Episode.participant_id == participant.id)
    episode = session.exec(rounds.order_by(col(Episode.round).desc()).limit(1)).first()
    step = episodes.current(session, episode.id or 0) if episode else E.closed
    if episode is not None and step in WAITING:
        if step is None:
            episodes.append(session, episode.id or 0, E.invited, now(), person.user_id)
        return episode.id or 0
    if episode is not None and step != E.closed:
        raise Conflict(
            N_("The present round of {number} is {step}; book from the recall"), number=participant.number, step=episodes.WORDS[step]
        )
    episode = episodes.open_episode(session, participant.id or 0, card_id, now())
    episodes.append(session, episode.id or 0, E.invited, now(), person.user_id)
    return episode.id or 0


def _asked(session: Session, participant: Participant, clinic: Clinic, recall_id: int) -> int:
    """The round of an open recall of this participant in the clinic's programme."""
    rows = select(Episode.id).join(Exam, col(Exam.episode_id) == Episode.id).join(Recall, col(Recall.exam_id) == Exam.id)
    rows = rows.join(Programme, col(Programme.id) == Episode.programme_id).where(
        Recall.id == recall_id, Programme.card_id == clinic.card_id
    )
    episode_id = session.exec(rows.where(Recall.id == recall_id, Episode.participant_id == participant.id)).first()
    if episode_id is None:
        raise NotAllowed(N_("This recall is not at one of the sites where you work."))
    closed = select(RecallEvent.id).where(RecallEvent.recall_id == recall_id, RecallEvent.step == RecallStep.closed)
    if session.exec(closed).first() is not None:
        raise Conflict(N_("This recall was closed in the meantime"))
    return episode_id

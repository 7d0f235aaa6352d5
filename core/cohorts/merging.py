"""Two entries that turned out to be one person: everything of the one is hung over to the other, and it is noted what was.

Append-only tables keep their rows; they are found through the merge, or through the episode that was hung over. Rounds of one programme are
counted anew by the day on which they were opened. Facts are copied, so that an opt-out of either entry holds for the person.
"""

from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.cohorts.rounds import close_empty, count_anew, open_rounds
from core.cohorts.standing import merged
from core.errors import Conflict, NotAllowed, Rejected
from core.words import N_
from db.enums import AppointmentStep
from db.tables import (
    Appointment,
    AppointmentEvent,
    Episode,
    IntakeBatch,
    Participant,
    ParticipantFact,
    ParticipantMerge,
    ParticipantsApart,
    ParticipantToken,
    Questionnaire,
    Study,
    User,
)

HUNG_OVER = (Episode, Study, Questionnaire, IntakeBatch)
"""Tables whose rows change their participant."""
KEPT = ("appointment", "contact", "mailingitem", "task", "cohortmember", "participantmerge", "participantsapart")
"""Append-only: their rows keep the entry that they were made for."""
COPIED = ("participantfact", "participanttoken")
PLANNED = (AppointmentStep.booked, AppointmentStep.checked_in, AppointmentStep.started)


def merge(session: Session, person: Person, from_id: int, into_id: int, reason: str) -> ParticipantMerge:
    """Make two entries one. Conflict naming what stands against it: merged already, both in an open round, an appointment still to come."""
    came, went = both(session, person, from_id, into_id)
    if not reason.strip():
        raise Rejected(N_("Say how you know that both are one person"))
    _no_appointment(session, came)
    closed = _one_open_round(session, person, came, went)
    moved: dict[str, Any] = {"closed": closed, "round": {}}
    for table in HUNG_OVER:
        moved[str(table.__tablename__)] = _hang_over(session, table, from_id, into_id)
    moved["round"] = count_anew(session, into_id)
    moved["participantfact"] = _copy_facts(session, from_id, into_id)
    _copy_tokens(session, from_id, into_id)
    _complete(session, came, went, moved)
    made = ParticipantMerge(from_id=from_id, into_id=into_id, moved=moved, reason=reason.strip()[:500], author_id=person.user_id, at=now())
    _write(session, made, came)
    for one in (came, went):
        audit.record(session, person, "participants_merged", "participant", one.id, site_id=one.site_id, into=into_id, merge=made.id)
    return made


def apart(session: Session, person: Person, one_id: int, other_id: int, reason: str) -> ParticipantsApart:
    """Note that two look-alikes are two people. Conflict naming who said so before."""
    first, second = sorted(both(session, person, one_id, other_id), key=lambda one: one.id or 0)
    if not reason.strip():
        raise Rejected(N_("Say how you know that they are two people"))
    made = ParticipantsApart(
        first_id=first.id or 0, second_id=second.id or 0, reason=reason.strip()[:500], author_id=person.user_id, at=now()
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as problem:
        raise Conflict(N_("{first} and {second} are known to be two people already"), first=first.number, second=second.number) from problem
    audit.record(session, person, "participants_apart", "participant", first.id, site_id=first.site_id, other=second.id)
    return made


def both(session: Session, person: Person, one_id: int, other_id: int) -> tuple[Participant, Participant]:
    """The two entries, locked in one order. NotAllowed where one is outside the person's sites, Conflict when one was merged."""
    if one_id == other_id:
        raise Rejected(N_("These are not two entries"))
    rows = select(Participant).where(
        col(Participant.id).in_((one_id, other_id)), col(Participant.site_id).in_(person.sites(Act.work_queue))
    )
    found = {row.id: row for row in session.exec(rows.order_by(col(Participant.id)).with_for_update())}
    if len(found) < 2:
        raise NotAllowed(N_("This participant is not at one of your sites."))
    for one in found.values():
        if (into := merged(session, [one.id or 0]).get(one.id or 0)) is not None:
            raise _merged_before(session, one, into)
    return found[one_id], found[other_id]


def _merged_before(session: Session, one: Participant, into: int) -> Conflict:
    rows = select(ParticipantMerge, User.name).join(User, col(User.id) == ParticipantMerge.author_id)
    row, name = session.exec(rows.where(ParticipantMerge.from_id == one.id)).one()
    return Conflict(
        N_("{number} was merged into {other} by {name} on {day}"), number=one.number, other=session.get_one(Participant, into).number,
        name=name, day=row.at.date(),
    )  # fmt: skip


def _no_appointment(session: Session, came: Participant) -> None:
    """An appointment cannot be hung over: the letter that was sent for it names this entry."""
    newest = select(AppointmentEvent.step).where(AppointmentEvent.appointment_id == Appointment.id)
    last = newest.order_by(col(AppointmentEvent.number).desc()).limit(1).scalar_subquery()
    rows = select(Appointment).where(Appointment.participant_id == came.id, last.in_(PLANNED))
    found = session.exec(rows.order_by(col(Appointment.starts_at)).limit(1)).first()
    if found is not None:
        raise Conflict(
            N_("{number} has an appointment on {day}; cancel it first, or merge the other way round"), number=came.number,
            day=found.starts_at.date(),
        )  # fmt: skip


def _one_open_round(session: Session, person: Person, came: Participant, went: Participant) -> list[int]:
    """Close the invitation of the entry that goes where both are in an open round of one programme; Conflict where both came already."""
    closed = []
    here, there = open_rounds(session, came.id or 0), open_rounds(session, went.id or 0)
    for card_id in sorted(here.keys() & there.keys()):
        if here[card_id].empty:
            spare = here[card_id]
        elif there[card_id].empty and not there[card_id].booked:
            spare = there[card_id]
        else:
            raise Conflict(
                N_("Both have an open round of {card}: {one} round {n}, {other} round {m}. Bring one of them to its end first"),
                card=card_id, one=came.number, n=here[card_id].number, other=went.number, m=there[card_id].number,
            )  # fmt: skip
        close_empty(session, spare, person.user_id)
        closed.append(spare.episode_id)
    return closed


def _hang_over(session: Session, table: Any, from_id: int, into_id: int) -> list[Any]:
    """Episodes are parked behind every round there can be, so that no two have one number before they are counted anew."""
    ids = list(session.exec(select(table.id).where(table.participant_id == from_id)).all())
    values: dict[str, Any] = {"participant_id": into_id}
    if table is Episode:
        values["round"] = col(Episode.round) + 100_000
    session.connection().execute(update(table).where(col(table.id).in_(ids)).values(**values))
    session.expire_all()
    return ids


def _copy_facts(session: Session, from_id: int, into_id: int) -> list[int]:
    """With the author and the day they had; of one day those of the entry that stays count, and opt-outs in any case."""
    rows = session.exec(select(ParticipantFact).where(ParticipantFact.participant_id == from_id).order_by(col(ParticipantFact.id))).all()
    own = session.exec(select(ParticipantFact).where(ParticipantFact.participant_id == into_id).order_by(col(ParticipantFact.id))).all()
    days = {(one.kind, one.valid_from) for one in own if one.kind != "opted_out"}
    copied = [
        {"participant_id": into_id, "kind": one.kind, "value": one.value, "valid_from": one.valid_from, "entered_at": one.entered_at,
         "author_id": one.author_id}
        for one in rows if (one.kind, one.valid_from) not in days
    ]  # fmt: skip
    if not copied:
        return []
    made = session.scalars(insert(ParticipantFact).returning(col(ParticipantFact.id), sort_by_parameter_order=True), copied)
    return [one for one in made if one is not None]


def _copy_tokens(session: Session, from_id: int, into_id: int) -> None:
    """The person is found by the name and number of either entry."""
    own = select(ParticipantToken.token).where(ParticipantToken.participant_id == into_id)
    rows = select(ParticipantToken.token).where(ParticipantToken.participant_id == from_id, col(ParticipantToken.token).not_in(own))
    session.add_all(ParticipantToken(participant_id=into_id, token=token) for token in session.exec(rows).all())
    session.flush()


def _complete(session: Session, came: Participant, went: Participant, moved: dict[str, Any]) -> None:
    """A birth date that only the other entry knew."""
    if went.birth_date is None and came.birth_date is not None:
        went.birth_date = came.birth_date
        moved["birth_date"] = came.birth_date.isoformat()
    if went.sex.value == "unknown" and came.sex != went.sex:
        went.sex = came.sex
        moved["sex"] = came.sex.value
    session.add(went)


def _write(session: Session, made: ParticipantMerge, came: Participant) -> None:
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as problem:
        raise Conflict(N_("{number} was merged a moment ago; look again"), number=came.number) from problem

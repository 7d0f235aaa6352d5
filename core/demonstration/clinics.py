"""Clinics, appointments and a mailing of the demonstration programme: this week and next, and what waits to be settled."""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import exists
from sqlmodel import Session, col, select

from core.clock import now
from core.cohorts.contact_details import ContactDetails
from core.cohorts.standing import CONTACT_DETAILS
from core.demonstration.book import insert_rows
from core.words import N_, say
from core.workflow.programmes import card, programme_row
from db.enums import AppointmentStep, Channel, DeliveryStep, EpisodeStep
from db.tables import (
    Appointment,
    AppointmentEvent,
    Clinic,
    Contact,
    Delivery,
    Episode,
    EpisodeEvent,
    Exam,
    Mailing,
    MailingItem,
    Participant,
    ParticipantFact,
    PlaceHeld,
    Programme,
    Site,
    User,
)  # fmt: skip

DAYS = (-3, 0, 2, 7, 9)
"""Clinics of each site, from today; moved to a weekday, the past ones back."""
SLOTS, MINUTES = 8, 20
ROOMS = {"lung": "Mobile CT", "breast": "Mammography 1"}
STREETS = ("High Street", "Mill Lane", "Station Road", "Church Row", "Park Avenue")


def write(session: Session, rng: random.Random, today: date) -> None:
    """For those of the age who were never invited or whose round is due; nobody whose history says otherwise is touched."""
    author = session.exec(select(User.id).where(User.login == "coordinator")).first()
    sites = session.exec(select(Site.id).where(col(Site.synthetic)).order_by(col(Site.id))).all()
    if author is None:
        return
    for site_id in sites:
        for card_id in ROOMS:
            _programme(session, rng, today, site_id or 0, card_id, author)


def _programme(session: Session, rng: random.Random, today: date, site_id: int, card_id: str, author: int) -> None:
    people = _waiting(session, site_id, card_id, today)
    _contact_details(session, rng, people)
    mailing = Mailing(
        site_id=site_id, card_id=card_id, template="invitation", template_version="1.0", language="en", channel=Channel.email,
        author_id=author, at=now() - timedelta(days=6),
    )  # fmt: skip
    session.add(mailing)
    session.flush()
    written: list[tuple[int, int, Clinic, datetime]] = []
    for number, days in enumerate(DAYS):
        clinic = _clinic(session, site_id, card_id, _weekday(today, days), author)
        taken = people[: (6, 5, 4, 3, 1)[number]]
        people = people[len(taken) :]
        written += [_booked(session, clinic, slot, who, card_id, author, settled=days < 0 and slot > 0) for slot, who in enumerate(taken)]
    _mail(session, mailing, written)


def _waiting(session: Session, site_id: int, card_id: str, today: date) -> list[int]:
    """Whose last round of this programme lies an interval back, was closed, and who has no later one."""
    programmes = select(Programme.id).where(Programme.card_id == card_id)
    cut = today - timedelta(days=card(card_id).screening_interval_days - 21)
    rows = select(col(Participant.id)).join(Episode, col(Episode.participant_id) == Participant.id)
    rows = rows.where(Participant.site_id == site_id, col(Participant.synthetic), col(Episode.programme_id).in_(programmes))
    late = exists().where(col(Exam.episode_id) == col(Episode.id), col(Exam.exam_date) <= cut)
    ended = exists().where(col(EpisodeEvent.episode_id) == col(Episode.id), col(EpisodeEvent.step) == EpisodeStep.closed)
    newer = select(Episode.participant_id).where(Episode.opened_at > datetime.combine(cut, time(), now().tzinfo))
    found = session.exec(rows.where(late, ended, col(Participant.id).not_in(newer)).order_by(col(Participant.id)).limit(40))
    return list(dict.fromkeys(one for one in found if one is not None))


def _contact_details(session: Session, rng: random.Random, people: Sequence[int]) -> None:
    known = set(session.exec(select(ParticipantFact.participant_id).where(ParticipantFact.kind == CONTACT_DETAILS)))
    for who in people:
        if who not in known:
            street = f"{rng.randint(1, 80)} {rng.choice(STREETS)}"
            details = ContactDetails((street, "Northfield"), f"participant{who}@example.org", f"0555 {rng.randint(100000, 999999)}")
            session.add(
                ParticipantFact(
                    participant_id=who, kind=CONTACT_DETAILS, value=dict(details.sealed()), valid_from=date(2020, 1, 1), entered_at=now()
                )
            )  # fmt: skip
    session.flush()


def _clinic(session: Session, site_id: int, card_id: str, on: date, author: int) -> Clinic:
    starts = datetime.combine(on, time(9)).astimezone()
    clinic = Clinic(
        site_id=site_id, card_id=card_id, name=ROOMS[card_id], starts_at=starts, slot_minutes=MINUTES, slots=SLOTS, places=1,
        author_id=author, created_at=now() - timedelta(days=21),
    )  # fmt: skip
    session.add(clinic)
    session.flush()
    return clinic


def _booked(
    session: Session, clinic: Clinic, slot: int, who: int, card_id: str, author: int, *, settled: bool
) -> tuple[int, int, Clinic, datetime]:
    """An appointment of an invited participant; `settled`: a past one that was missed. Participant, round, clinic, start."""
    made, starts = now() - timedelta(days=6), clinic.starts_at + timedelta(minutes=MINUTES * slot)
    last = session.exec(select(Episode.round).where(Episode.participant_id == who).order_by(col(Episode.round).desc())).first()
    row = {"participant_id": who, "programme_id": programme_row(session, card_id).id, "round": (last or 0) + 1, "opened_at": made}
    (episode_id,) = insert_rows(session, Episode, [row])
    steps = [(EpisodeStep.invited, made), (EpisodeStep.booked, made), *([(EpisodeStep.did_not_attend, starts)] if settled else [])]
    session.add_all(EpisodeEvent(episode_id=episode_id, step=step, happened_at=at, entered_at=at, author_id=author) for step, at in steps)
    place: dict[str, Any] = {"clinic_id": clinic.id, "participant_id": who, "episode_id": episode_id, "starts_at": starts, "made_at": made}
    (appointment_id,) = insert_rows(session, Appointment, [place])
    events = [(AppointmentStep.booked, made), *([(AppointmentStep.did_not_attend, starts + timedelta(hours=5))] if settled else [])]
    session.add_all(
        AppointmentEvent(appointment_id=appointment_id, number=number, step=step, at=at, author_id=author)
        for number, (step, at) in enumerate(events)
    )
    if not settled:
        session.add(PlaceHeld(clinic_id=clinic.id or 0, slot=slot, place=0, appointment_id=appointment_id))
    session.flush()
    return who, episode_id, clinic, starts


def _mail(session: Session, mailing: Mailing, written: Sequence[tuple[int, int, Clinic, datetime]]) -> None:
    """Every invitation was sent but one of the first mailing, which the mail server refused."""
    first = session.exec(select(Mailing.id).where(col(Mailing.id) < mailing.id)).first() is None
    refused = say(N_("The mail server refused it: {code} {words}"), code="550", words="No such mailbox").to_json()
    for number, (who, episode_id, clinic, starts) in enumerate(written):
        said = {"when": starts.isoformat(), "place": clinic.name}
        item = MailingItem(mailing_id=mailing.id or 0, participant_id=who, episode_id=episode_id, said=said)
        session.add(item)
        session.flush()
        failed = first and number == len(written) - 1
        session.add(Delivery(item_id=item.id or 0, step=DeliveryStep.prepared, at=mailing.at))
        step, reason = (DeliveryStep.failed, refused) if failed else (DeliveryStep.sent, "")
        session.add(Delivery(item_id=item.id or 0, step=step, reason=reason, at=mailing.at + timedelta(minutes=1)))
        if not failed:
            session.add(
                Contact(participant_id=who, episode_id=episode_id, channel=Channel.email, mailing_id=mailing.id, at=mailing.at)
            )  # fmt: skip
    session.flush()


def _weekday(today: date, days: int) -> date:
    """The day itself, or the weekday before or after it, away from today."""
    on = today + timedelta(days=days)
    while on.weekday() > 4 and days:
        on += timedelta(days=1 if days > 0 else -1)
    return on

"""Clinics as lists and day sheets show them: places, who has which slot, and where each appointment stands."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from core.access import Act, Person
from core.clinics import places, planning
from core.clinics.steps import NEXT, OPEN
from core.clock import now
from core.cohorts.standing import entries
from core.errors import NotAllowed
from core.sealing import unseal
from core.words import N_
from db.enums import AppointmentStep
from db.tables import Appointment, AppointmentEvent, Clinic, Exam, Participant, Site, User

S = AppointmentStep


@dataclass(frozen=True)
class ClinicLine:
    """A clinic with what became of its appointments; `held` of `places` are taken by appointments that were not cancelled."""

    id: int
    site_id: int
    site_name: str
    card_id: str
    name: str
    starts_at: datetime
    ends_at: datetime
    slots: int
    places: int
    counts: Counter[AppointmentStep] = field(default_factory=Counter)
    called_off: str = ""
    assessment: bool = False

    @property
    def held(self) -> int:
        return sum(n for step, n in self.counts.items() if step != S.cancelled)

    @property
    def unsettled(self) -> int:
        """Appointments that nobody has said anything final about although the clinic is over."""
        return sum(self.counts[step] for step in OPEN) if self.ends_at < now() else 0


@dataclass(frozen=True)
class AppointmentLine:
    """An appointment where it stands; `seen` is the number of its last event, `images`: an exam of its round has come since."""

    id: int
    clinic_id: int
    participant_id: int
    name: str
    number: str
    birth_date: date | None
    synthetic: bool
    starts_at: datetime
    step: AppointmentStep
    seen: int
    at: datetime
    by: str
    note: str
    recall_id: int | None
    images: bool
    next_steps: tuple[AppointmentStep, ...]


@dataclass(frozen=True)
class Slot:
    """One slot with its appointments that were not cancelled; `free` places are left."""

    number: int
    starts_at: datetime
    appointments: tuple[AppointmentLine, ...]
    free: int


@dataclass(frozen=True)
class ClinicDay:
    """One clinic with its slots, and the appointments that were cancelled."""

    line: ClinicLine
    slots: tuple[Slot, ...]
    cancelled: tuple[AppointmentLine, ...]


def midnight(day: date) -> datetime:
    """When that day begins at this place."""
    return datetime.combine(day, time()).astimezone()


def clinics(
    session: Session, person: Person, since: date, until: date, *, site_id: int | None = None, card_id: str | None = None,
    assessment: bool | None = None,
) -> tuple[ClinicLine, ...]:  # fmt: skip
    """The clinics of these days, the first and the last among them, at the person's sites, by their start."""
    person.must(Act.work_queue)
    rows = _mine(person).where(Clinic.starts_at >= midnight(since), Clinic.starts_at < midnight(until + timedelta(days=1)))
    if site_id is not None:
        rows = rows.where(Clinic.site_id == site_id)
    if card_id:
        rows = rows.where(Clinic.card_id == card_id)
    if assessment is not None:
        rows = rows.where(Clinic.assessment == assessment)
    return lines(session, session.exec(rows.order_by(col(Clinic.starts_at), col(Clinic.id))).all())


def lines(session: Session, found: Collection[Clinic]) -> tuple[ClinicLine, ...]:
    """These clinics, counted by two queries."""
    names = dict(session.exec(select(Site.id, Site.name)).all())
    newest = _newest([clinic.id or 0 for clinic in found])
    counted = select(col(Appointment.clinic_id), col(AppointmentEvent.step), func.count()).join(
        AppointmentEvent, col(AppointmentEvent.appointment_id) == Appointment.id
    )
    counted = counted.where(col(AppointmentEvent.id).in_(newest)).group_by(col(Appointment.clinic_id), col(AppointmentEvent.step))
    counts: dict[int, Counter[AppointmentStep]] = {}
    for clinic_id, step, n in session.exec(counted):
        counts.setdefault(clinic_id, Counter())[step] = n
    return tuple(_line(clinic, names.get(clinic.site_id, ""), counts.get(clinic.id or 0, Counter())) for clinic in found)


def clinic(session: Session, person: Person, clinic_id: int) -> ClinicDay:
    """One clinic, slot by slot; NotAllowed outside the person's sites."""
    found = session.exec(_mine(person).where(Clinic.id == clinic_id)).first()
    if found is None:
        raise NotAllowed(N_("This clinic is not at one of the sites where you work."))
    every = appointments(session, select(col(Appointment.id)).where(Appointment.clinic_id == clinic_id))
    free = places.free(session, found)
    in_slot: dict[int, list[AppointmentLine]] = {}
    for one in every:
        if one.step != S.cancelled:
            in_slot.setdefault(places.slot_of(found, one.starts_at), []).append(one)
    slots = tuple(Slot(n, places.start_of(found, n), tuple(in_slot.get(n, ())), free[n]) for n in range(found.slots))
    return ClinicDay(lines(session, [found])[0], slots, tuple(one for one in every if one.step == S.cancelled))


def appointments(session: Session, ids: SelectOfScalar[int | None] | Collection[int]) -> tuple[AppointmentLine, ...]:
    """These appointments where they stand, by their start; the caller has scoped them to sites."""
    newest = select(func.max(AppointmentEvent.id)).where(col(AppointmentEvent.appointment_id).in_(ids))
    rows = select(Appointment, AppointmentEvent, Participant, User.name)
    rows = rows.join(AppointmentEvent, col(AppointmentEvent.appointment_id) == Appointment.id)
    rows = rows.join(Participant, col(Participant.id) == Appointment.participant_id)
    rows = rows.join(User, col(User.id) == AppointmentEvent.author_id, isouter=True)
    rows = rows.where(col(AppointmentEvent.id).in_(newest.group_by(col(AppointmentEvent.appointment_id))))
    found = session.exec(rows.order_by(col(Appointment.starts_at), col(Appointment.id))).all()
    seen = _imaged(session, [row[0] for row in found])
    return tuple(_appointment(*row, images=row[0].id in seen) for row in found)


def of_participant(session: Session, person: Person, participant_id: int) -> tuple[AppointmentLine, ...]:
    """Every appointment of one participant, the newest first; NotAllowed outside the person's sites."""
    sites = person.sites(Act.see_participants)
    if session.exec(select(Participant.id).where(Participant.id == participant_id, col(Participant.site_id).in_(sites))).first() is None:
        raise NotAllowed(N_("This participant is not at one of your sites."))
    theirs = col(Appointment.participant_id).in_(entries(session, participant_id))
    found = appointments(session, select(col(Appointment.id)).where(theirs))
    return tuple(sorted(found, key=lambda one: one.starts_at, reverse=True))


def _mine(person: Person) -> SelectOfScalar[Clinic]:
    return select(Clinic).where(col(Clinic.site_id).in_(person.sites(Act.work_queue)))


def _newest(clinic_ids: Collection[int]) -> SelectOfScalar[int | None]:
    events = select(func.max(AppointmentEvent.id)).join(Appointment, col(Appointment.id) == AppointmentEvent.appointment_id)
    return events.where(col(Appointment.clinic_id).in_(clinic_ids)).group_by(col(AppointmentEvent.appointment_id))


def _imaged(session: Session, found: Iterable[Appointment]) -> frozenset[int]:
    """The appointments on whose day or later an exam of their round was made."""
    days = {one.id or 0: (one.episode_id, one.starts_at.astimezone().date()) for one in found}
    exams = select(Exam.episode_id, func.max(Exam.exam_date)).where(col(Exam.episode_id).in_({episode for episode, _ in days.values()}))
    last = dict(session.exec(exams.group_by(col(Exam.episode_id))).all())
    return frozenset(one for one, (episode, day) in days.items() if episode in last and last[episode] >= day)


def _line(clinic: Clinic, site: str, counts: Counter[AppointmentStep]) -> ClinicLine:
    return ClinicLine(
        id=clinic.id or 0, site_id=clinic.site_id, site_name=site, card_id=clinic.card_id, name=clinic.name, starts_at=clinic.starts_at,
        ends_at=planning.ends_at(clinic), slots=clinic.slots, places=clinic.slots * clinic.places, counts=counts,
        called_off=clinic.closed_because if clinic.closed_at else "", assessment=clinic.assessment,
    )  # fmt: skip


def _appointment(made: Appointment, event: AppointmentEvent, who: Participant, by: str | None, *, images: bool) -> AppointmentLine:
    return AppointmentLine(
        id=made.id or 0, clinic_id=made.clinic_id, participant_id=made.participant_id, name=unseal(who.name_sealed), number=who.number,
        birth_date=who.birth_date, synthetic=who.synthetic, starts_at=made.starts_at, step=event.step, seen=event.number, at=event.at,
        by=by or "", note=event.note, recall_id=made.recall_id, images=images,
        next_steps=tuple(step for step in S if step in NEXT[event.step]),
    )  # fmt: skip

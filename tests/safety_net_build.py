"""What tests of the safety net have in common: decisions as they are really made, the net cast, and what a person has in the lists."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from core.access import Person
from core.clock import now
from core.safety_net import generate
from core.safety_net.generating import Netted
from core.safety_net.lists import TaskRow, Wanted, tasks
from core.words import say
from core.workflow.conclusion import Concluded, conclude
from db.engine import transaction
from db.enums import AppointmentStep, Channel, ProgrammeDecision, TaskStep
from db.tables import Appointment, AppointmentEvent, Clinic, Contact, Episode, Exam, TaskEvent

D = ProgrammeDecision
CATEGORY = {D.routine_recall: "2", D.short_term_recall: "3", D.assessment: "4B", D.technical_recall: "0"}


def decide(person: Person, exam: Exam, decision: ProgrammeDecision = D.short_term_recall) -> Concluded:
    """The decision with everything that follows from it."""
    with transaction() as session:
        held = session.get_one(Exam, exam.id)
        return conclude(session, held, decision, CATEGORY[decision], author_id=person.user_id, actor=person, reason=say("Single read"))


def cast() -> Netted:
    with transaction() as session:
        return generate(session)


def listed(person: Person, name: str = "all", **wanted: object) -> tuple[TaskRow, ...]:
    with transaction() as session:
        return tasks(session, person, Wanted(name=name, **wanted), size=None)  # type: ignore[arg-type]


def ends(task_id: int) -> list[tuple[TaskStep, str, int | None]]:
    """The steps of a task with reason and author."""
    with transaction() as session:
        rows = session.exec(select(TaskEvent).where(TaskEvent.task_id == task_id).order_by(col(TaskEvent.id)))
        return [(row.step, row.reason, row.author_id) for row in rows]


def an_appointment(
    session: Session, episode: Episode, site_id: int, *, starts_at: datetime | None = None, card_id: str = "lung",
    steps: tuple[AppointmentStep, ...] = (AppointmentStep.booked,), recall_id: int | None = None,
) -> Appointment:  # fmt: skip
    """A place in a clinic of its own, with these steps."""
    at = starts_at or now()
    clinic = Clinic(site_id=site_id, card_id=card_id, name="Room 1", starts_at=at, slot_minutes=15, slots=8, created_at=now())
    session.add(clinic)
    session.flush()
    made = Appointment(
        clinic_id=clinic.id or 0, participant_id=episode.participant_id, episode_id=episode.id or 0, recall_id=recall_id, starts_at=at,
        made_at=at - timedelta(days=7),
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.add_all(AppointmentEvent(appointment_id=made.id or 0, number=number, step=step, at=at) for number, step in enumerate(steps))
    session.flush()
    return made


def a_contact(session: Session, episode: Episode, *, reached: bool | None = False, channel: Channel = Channel.phone) -> Contact:
    made = Contact(participant_id=episode.participant_id, episode_id=episode.id, channel=channel, reached=reached, at=now())
    session.add(made)
    session.flush()
    return made

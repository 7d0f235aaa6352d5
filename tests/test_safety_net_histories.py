"""Nobody with an open recall, an unread exam, an unanswered invitation or a missing outcome falls out of every list, whatever happens.

Random histories of a small programme are played through the functions that real work calls, on one database; each ends with a rollback.
What must be in which list is worked out here from the rows alone, by other means than the lists.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from core.access import Person
from core.clinics.steps import last_event
from core.clock import now, today
from core.cohorts import facts
from core.cohorts.merging import merge
from core.errors import FirstlightError
from core.safety_net import acts, closing, generate, reasons
from core.safety_net.lists import Wanted, tasks
from core.words import say
from core.workflow import claims, episodes, exams, prior_requests, recalls, second_case, triage
from core.workflow.conclusion import conclude
from core.workflow.earlier_images import for_comparison
from core.workflow.programmes import card
from db.engine import engine, transaction
from db.enums import AppointmentStep, Channel, EpisodeStep, ExamKind, OutcomeKind, ProgrammeDecision, RecallStep, Role, TaskKind, TaskStep
from db.tables import (
    Appointment,
    Decision,
    Episode,
    EpisodeEvent,
    Exam,
    Outcome,
    Participant,
    Programme,
    Recall,
    RecallEvent,
    Study,
    Task,
    TaskEvent,
)
from tests.build import a_participant, a_person, an_episode, an_outcome, some_images
from tests.safety_net_build import CATEGORY, an_appointment
from tests.time_build import Clock, frozen

STARTS = datetime(2026, 1, 5, 9, tzinfo=UTC)
KINDS = tuple(ExamKind)
PROGRAMMES = ("lung", "breast")
TASK_OF = {TaskKind(kind.value) for kind in ProgrammeDecision if kind != ProgrammeDecision.routine_recall}


@dataclass
class World:
    """A programme of a few participants, two people who work in it, and a clock."""

    session: Session
    carl: Person
    dana: Person
    clock: Clock
    people: list[int] = field(default_factory=list)

    def pick(self, number: int) -> Participant:
        return self.session.get_one(Participant, self.people[number % len(self.people)])

    def undecided(self) -> list[Exam]:
        rows = self.session.exec(select(Exam).order_by(col(Exam.id))).all()
        left_aside = {*self.session.exec(select(Decision.exam_id)), *self.session.exec(for_comparison())}
        return [exam for exam in rows if exam.id not in left_aside]

    def open_recalls(self) -> list[Recall]:
        closed = {row.recall_id for row in self.session.exec(select(RecallEvent)) if row.step == RecallStep.closed}
        return [row for row in self.session.exec(select(Recall).order_by(col(Recall.id))) if row.id not in closed]

    def who(self, episode_id: int) -> int:
        return self.session.get_one(Episode, episode_id).participant_id


def joins(world: World, a: int, b: int) -> None:
    world.people.append(a_participant(world.session, f"Doe^{'ABCDEFGH'[a % 8]}").id or 0)


def is_invited(world: World, a: int, b: int) -> None:
    an_episode(world.session, world.pick(a), programme=PROGRAMMES[b % 2], days_ago=0, steps=(EpisodeStep.invited,))


def does_not_come(world: World, a: int, b: int) -> None:
    rows = world.session.exec(select(Episode).order_by(col(Episode.id))).all()
    if rows:
        episodes.append(world.session, rows[a % len(rows)].id or 0, EpisodeStep.did_not_attend, now(), world.carl.user_id)


def comes(world: World, a: int, b: int) -> None:
    """Images arrive: sometimes not all of them, sometimes a few days old; the task is closed at once or by the next sweep."""
    who, kind = world.pick(a), KINDS[b % 2]
    day = today() - timedelta(days=(0, 0, 0, 4)[b // 2 % 4])
    study = Study(
        study_uid=f"1.2.{a}.{b}.{world.clock.moment.timestamp()}", site_id=who.site_id, participant_id=who.id or 0, study_date=day
    )
    exam = exams._open(world.session, study, who, kind, phantom=False)
    parts = tuple(exam.expected_parts) or card(PROGRAMMES[b % 2]).expected_parts
    some_images(world.session, exam, len(parts), parts=parts)
    if b % 5:
        exam.completed_at = now()
        world.session.add(exam)
        world.session.flush()
        second_case.answer(world.session, exam)
    if b % 3:
        closing.exam_arrived(world.session, exam)


def is_decided(world: World, a: int, b: int) -> None:
    if waiting := world.undecided():
        decision = tuple(ProgrammeDecision)[b % 4]
        said = {"author_id": world.dana.user_id, "actor": world.dana, "reason": say("Single read")}
        conclude(world.session, waiting[a % len(waiting)], decision, CATEGORY[decision], **said)  # type: ignore[arg-type]


def is_put_off(world: World, a: int, b: int) -> None:
    if waiting := world.undecided():
        claims.defer(world.session, world.carl, waiting[a % len(waiting)].id or 0, "holiday", now() + timedelta(days=1 + b % 9))


def is_claimed(world: World, a: int, b: int) -> None:
    if waiting := world.undecided():
        claims.claim(world.session, world.dana, waiting[a % len(waiting)].id or 0)


def earlier_images_are_asked_for(world: World, a: int, b: int) -> None:
    if waiting := world.undecided():
        prior_requests.ask(world.session, world.dana, waiting[a % len(waiting)].id or 0, "the last exam")


def recall_goes_on(world: World, a: int, b: int) -> None:
    if found := world.open_recalls():
        recalls.append(world.session, world.carl, found[a % len(found)].id or 0, tuple(RecallStep)[b % len(RecallStep)], "by phone")


def has_an_appointment(world: World, a: int, b: int) -> None:
    rows = world.session.exec(select(Episode).order_by(col(Episode.id))).all()
    if rows:
        ends = ((), (AppointmentStep.did_not_attend,), (AppointmentStep.checked_in,), (AppointmentStep.cancelled,))[b % 4]
        steps = (AppointmentStep.booked, *ends)
        an_appointment(world.session, rows[a % len(rows)], world.pick(0).site_id, card_id=PROGRAMMES[b % 2], steps=steps)


def outcome_is_known(world: World, a: int, b: int) -> None:
    if found := world.open_recalls():
        exam = world.session.get_one(Exam, found[a % len(found)].exam_id)
        an_outcome(world.session, exam, kind=(OutcomeKind.benign, OutcomeKind.cancer)[b % 2], checked=True)


def is_merged(world: World, a: int, b: int) -> None:
    """What hangs on one participant hangs on the other from then on."""
    first, second = world.pick(a), world.pick(b)
    if first.id != second.id:
        merge(world.session, world.carl, first.id or 0, second.id or 0, "the same identity card")
        world.people.remove(first.id or 0)


def says_no_more(world: World, a: int, b: int) -> None:
    who = world.pick(a).id or 0
    if b % 3 == 0:
        facts.died(world.session, world.carl, who, today())
    else:
        facts.opt_out(world.session, world.carl, who, said=b % 3 == 1, programme=PROGRAMMES[b % 2])


def task_is_worked_on(world: World, a: int, b: int) -> None:
    rows = world.session.exec(select(Task).order_by(col(Task.id))).all()
    if rows:
        one = rows[a % len(rows)].id or 0
        work: tuple[Callable[[], None], ...] = (
            lambda: acts.tried(world.session, world.carl, one, Channel.phone, reached=b % 2 == 0),
            lambda: acts.tried(world.session, world.carl, one, Channel.letter, reached=None),
            lambda: acts.lose(world.session, world.carl, one, "not_reachable", "nobody answers"),
            lambda: acts.found_again(world.session, world.carl, one, "called back"),
            lambda: acts.close(world.session, world.carl, one, tuple(reasons.BY_HAND)[b % 6], "as told"),
        )
        work[b % len(work)]()


def days_pass(world: World, a: int, b: int) -> None:
    world.clock.pass_days((1, 6, 22, 45, 100)[a % 5])


def the_sweep_runs(world: World, a: int, b: int) -> None:
    generate(world.session)
    nobody_is_lost(world, swept=True)


STEPS = (
    joins, is_invited, is_invited, does_not_come, comes, comes, comes, comes, is_decided, is_decided, is_decided, is_decided, is_put_off,
    is_claimed, earlier_images_are_asked_for, recall_goes_on, recall_goes_on, recall_goes_on, has_an_appointment, has_an_appointment,
    outcome_is_known, is_merged, says_no_more, task_is_worked_on, task_is_worked_on, days_pass, days_pass, the_sweep_runs,
)  # fmt: skip
histories = st.lists(st.tuples(st.integers(0, len(STEPS) - 1), st.integers(0, 11), st.integers(0, 59)), min_size=3, max_size=13)


def nobody_is_lost(world: World, *, swept: bool) -> None:
    """Every open recall is in the recalls' list; after a sweep every undecided exam is in the triage queue, and the safety net holds
    everything that a rule asks for."""
    session, carl = world.session, world.carl
    opened = world.open_recalls()
    called = {row.recall_id: row.participant_id for row in recalls.open_recalls(session, carl)}
    assert {recall.id for recall in opened} == called.keys(), "every open recall is in the list of recalls"
    if not swept:
        return
    waiting, net = world.undecided(), tasks(session, carl, Wanted(), size=None)
    queue = {row.exam_id: row.participant_id for row in triage.worklist(session, carl, triage.Filters(state="all")).rows}
    assert {exam.id for exam in waiting} == queue.keys(), "every undecided exam is in the triage queue"
    must = {world.who(exam.episode_id) for exam in waiting}
    must |= {world.who(session.get_one(Exam, recall.exam_id).episode_id) for recall in opened}
    assert must <= {*queue.values(), *called.values(), *(row.participant_id for row in net)}
    asked = {row.recall_id for row in net if row.kind in TASK_OF}
    assert {one.id for one in opened if not excused(world, one)} <= asked, "every open recall is in the safety net"
    assert wanted_by_the_rules(world) <= {(row.kind, row.episode_id) for row in net}


def excused(world: World, recall: Recall) -> bool:
    """Whether an open recall needs no task any more: the participant died, or a later exam waits to be read."""
    exam = world.session.get_one(Exam, recall.exam_id)
    who = world.who(exam.episode_id)
    came = [one for one in world.undecided() if world.who(one.episode_id) == who and one.exam_date > exam.exam_date]
    return died(world, who) or bool(came)


def wanted_by_the_rules(world: World) -> set[tuple[TaskKind, int]]:
    """What the rounds ask for today: invitations without an answer, missed appointments, assessments without an outcome."""
    by_hand = {(task.kind, task.episode_id) for task in closed_by_hand(world.session)}
    return {*unanswered(world), *missed(world), *without_outcome(world)} - by_hand


def unanswered(world: World) -> Iterator[tuple[TaskKind, int]]:
    for episode, last in rounds(world):
        old = last.happened_at.date() + timedelta(days=42) <= today() and recent(last.happened_at)
        if last.step == EpisodeStep.invited and old:
            yield TaskKind.no_answer, episode.id or 0
        booked = [one for one in world.session.exec(select(Appointment)) if one.episode_id == episode.id]
        if last.step == EpisodeStep.did_not_attend and not booked and recent(last.happened_at):
            yield TaskKind.missed_appointment, episode.id or 0


def missed(world: World) -> Iterator[tuple[TaskKind, int]]:
    made = world.session.exec(select(Appointment).order_by(col(Appointment.id))).all()
    for episode, last in rounds(world):
        mine = [(one, last_event(world.session, one.id or 0).step) for one in made if one.episode_id == episode.id]
        kept = [one for one in mine if one[1] != AppointmentStep.cancelled]
        if kept and recent(kept[-1][0].starts_at) and last.step != EpisodeStep.closed:
            unnoted = kept[-1][1] == AppointmentStep.booked and kept[-1][0].starts_at <= now() - timedelta(days=1)
            if kept[-1][1] == AppointmentStep.did_not_attend or unnoted:
                yield TaskKind.missed_appointment, episode.id or 0


def without_outcome(world: World) -> Iterator[tuple[TaskKind, int]]:
    known = set(world.session.exec(select(Outcome.exam_id)))
    for recall in world.open_recalls():
        came = [
            event.at
            for event in world.session.exec(select(RecallEvent).where(RecallEvent.recall_id == recall.id))
            if event.step == "attended"
        ]
        exam = world.session.get_one(Exam, recall.exam_id)
        late = came and came[0].date() + timedelta(days=42) <= today()
        if recall.kind == ProgrammeDecision.assessment and late and exam.id not in known and not died(world, world.who(exam.episode_id)):
            yield TaskKind.outcome_missing, exam.episode_id


def rounds(world: World) -> Iterator[tuple[Episode, EpisodeEvent]]:
    """Rounds without images, the last of their participant in the programme, of people who take part."""
    found = world.session.exec(select(Episode, Programme.card_id).join(Programme, col(Programme.id) == Episode.programme_id)).all()
    imaged = set(world.session.exec(select(Exam.episode_id)))
    newest = Counter[tuple[int, str]]()
    for episode, card_id in found:
        newest[episode.participant_id, card_id] = max(newest[episode.participant_id, card_id], episode.round)
    for episode, card_id in found:
        events = world.session.exec(select(EpisodeEvent).where(EpisodeEvent.episode_id == episode.id).order_by(col(EpisodeEvent.id))).all()
        takes_part = facts.standing(world.session, [episode.participant_id], today())[episode.participant_id].active(card_id)
        if events and takes_part and episode.id not in imaged and newest[episode.participant_id, card_id] == episode.round:
            yield episode, events[-1]


def closed_by_hand(session: Session) -> list[Task]:
    rows = select(Task).join(TaskEvent, col(TaskEvent.task_id) == Task.id).where(TaskEvent.step == TaskStep.closed)
    return list(session.exec(rows.where(col(TaskEvent.reason).in_([*reasons.BY_HAND]))))


def recent(at: datetime) -> bool:
    return at >= now() - timedelta(days=180)


def died(world: World, who: int) -> bool:
    return facts.standing(world.session, [who], today())[who].died is not None


@pytest.fixture
def staff(sqlite_database: str) -> tuple[Person, Person]:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator), a_person(session, "dana")


@pytest.mark.timeout(1200)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories)
def test_nobody_falls_out_of_every_list(
    staff: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch, history: list[tuple[int, int, int]]
) -> None:
    with Session(engine(), expire_on_commit=False) as session, session.begin() as whole:
        world = World(session, *staff, frozen(monkeypatch, STARTS))
        joins(world, 0, 0)
        joins(world, 1, 0)
        for number, a, b in history:
            with suppress(FirstlightError), session.begin_nested():
                STEPS[number](world, a, b)
            world.clock.pass_days(0.01)
            nobody_is_lost(world, swept=False)
        the_sweep_runs(world, 0, 0)
        whole.rollback()

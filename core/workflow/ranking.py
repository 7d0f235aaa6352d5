"""Every undecided case at a person's sites with its rank: what the AI, the policy, the days and the claims make of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session

from core import jobs
from core.access import Act, Person
from core.clock import now, today
from core.errors import Retryable
from core.words import N_, Sentence, say
from core.workflow import queue
from core.workflow.blind import ai_hidden, state_in_sight
from core.workflow.programmes import Card, card
from core.workflow.reading_policy import ReadingPolicy
from core.workflow.registry import counting_versions
from core.workflow.state import CaseState, is_settled
from core.workflow.unscored import Unscored, arriving, not_scored, why
from core.workflow.urgency import Scored, Urgency, by_age, rank
from core.workflow.whereabouts import Where, where
from db.enums import RunOutcome

STATES = (*(place.value for place in Where), "not_scored", "all")


@dataclass(frozen=True)
class Filters:
    """What the person wants to see; `state` is one of STATES, `programme` a card id."""

    programme: str | None = None
    state: str = "waiting"
    text: str = ""
    site_id: int | None = None


@dataclass(frozen=True)
class Ranked:
    """A waiting exam ranked, its name still sealed."""

    exam: queue.Waiting
    days: int
    urgency: Urgency
    because: Sentence
    score: int | None
    states: frozenset[str]
    being_scored: bool
    failed: bool


@dataclass(frozen=True)
class Context:
    """What ranking needs besides the exam itself, the same for every exam."""

    person: Person
    day: date
    around: queue.Around
    hidden: frozenset[int]
    models: frozenset[str]
    running: frozenset[int] = field(default_factory=frozenset)


def ranked(session: Session, person: Person, filters: Filters, act: Act = Act.see_queue) -> tuple[Context, list[Ranked]]:
    sites = person.sites(act) & ({filters.site_id} if filters.site_id is not None else person.sites(act))
    exams = queue.waiting(session, sites, programme=filters.programme, text=filters.text)
    around = queue.around(session, sites)
    exams = [exam for exam in exams if exam.exam_id in around.cases]  # without what was decided between the two questions
    unscored = [exam for exam in exams if exam.exam_id not in around.runs and exam.exam_id in around.with_images]
    context = Context(
        person=person,
        day=today(),
        around=around,
        hidden=ai_hidden(session, person, [exam.exam_id for exam in exams], _policies(exams, around)),
        models=frozenset(version.name for version in counting_versions(session)),
        running=_running() if unscored else frozenset(),
    )
    return context, [_rank_of(exam, context) for exam in exams]


def _policies(exams: Sequence[queue.Waiting], around: queue.Around) -> dict[int, ReadingPolicy]:
    return {exam.exam_id: around.cases[exam.exam_id].policy for exam in exams}


def _rank_of(exam: queue.Waiting, context: Context) -> Ranked:
    programme = card(exam.programme)
    days = max((context.day - (exam.completed_at or exam.received_at).date()).days, 0)
    ai = _by_ai(exam, context, programme)
    older = by_age(days, programme.queue.priority_days, programme.queue.urgent_days)
    run = context.around.runs.get(exam.exam_id)
    place = where_is(exam, context)
    states = {"all", place.value}
    if run is None or run.outcome != RunOutcome.scored:
        states.add("not_scored")
    urgency, because = _with_priors(exam, context, min(ai.urgency, older), ai.because)
    return Ranked(exam, days, urgency, because, ai.score, frozenset(states), exam.exam_id in context.running, ai.failed)


def _with_priors(exam: queue.Waiting, context: Context, urgency: Urgency, because: Sentence) -> tuple[Urgency, Sentence]:
    """A case whose earlier images have been asked for too long ago moves up, and says so."""
    priors = context.around.priors.get(exam.exam_id)
    if priors is None or not priors.escalated:
        return urgency, because
    said = say(N_("Earlier images asked for on {day} have not come; {reason}"), day=priors.asked_at.date(), reason=because)
    return min(urgency, Urgency.soon), said


def state_of(exam: queue.Waiting, context: Context) -> CaseState:
    """The state of an exam as far as this person may know it."""
    facts = context.around.cases[exam.exam_id]
    signed = facts.signed_at.get(context.person.user_id)
    may_change = signed is not None and not is_settled(facts.policy, signed, now())
    return state_in_sight(facts.stands, facts.policy, ai_hidden=exam.exam_id in context.hidden, may_change=may_change)


def where_is(exam: queue.Waiting, context: Context) -> Where:
    """The one list in which an undecided exam is."""
    around, exam_id = context.around, exam.exam_id
    return where(state_of(exam, context), claimed=exam_id in around.claims, put_off=exam_id in around.deferrals, arriving=not ready(exam))


@dataclass(frozen=True)
class _Ai:
    """Rank, reason and score by the AI; `failed`: no result, and none will come by itself."""

    urgency: Urgency
    because: Sentence
    score: int | None = None
    failed: bool = False


def _by_ai(exam: queue.Waiting, context: Context, programme: Card) -> _Ai:
    """Rank, reason and score by the AI, as far as the policy lets this person know them."""
    if context.around.cases[exam.exam_id].policy.shows == "off":
        return _Ai(Urgency.routine, say(N_("AI is not used in this programme")))
    if exam.exam_id in context.hidden:
        return _Ai(Urgency.routine, say(N_("AI hidden until you decide")))
    run = context.around.runs.get(exam.exam_id)
    if run is None:
        return _without_run(exam, context, programme)
    if run.outcome != RunOutcome.scored:
        return _Ai(Urgency.look, not_scored(run.reason), failed=True)
    urgency, because = rank(Scored(run.step, run.density, run.marks), programme.triage)
    problem = Sentence.from_json(exam.problem)
    if problem is None:
        return _Ai(urgency, because, run.step)
    both = say(N_("{reason}; to be looked at: {problem}"), reason=because, problem=problem)
    return _Ai(min(urgency, Urgency.look), both, run.step)


def _without_run(exam: queue.Waiting, context: Context, programme: Card) -> _Ai:
    unscored = Unscored(
        problem=Sentence.from_json(exam.problem),
        arriving=not ready(exam),
        with_images=exam.exam_id in context.around.with_images,
        model_installed=programme.model in context.models,
        running=exam.exam_id in context.running,
    )
    invented = exam.synthetic and not unscored.with_images  # part of a simulated history: nobody can do anything about it
    return _Ai(Urgency.routine if unscored.pending else Urgency.look, why(unscored), failed=not unscored.pending and not invented)


def order(case: Ranked) -> tuple[Urgency, date, datetime, int]:
    return case.urgency, (case.exam.completed_at or case.exam.received_at).date(), case.exam.received_at, case.exam.exam_id


def overdue(case: Ranked) -> bool:
    return case.days > card(case.exam.programme).queue.urgent_days


def ready(exam: queue.Waiting) -> bool:
    return not arriving(exam.received_at, exam.completed_at, exam.problem)


def _running() -> frozenset[int]:
    """Exams in the worker's hands now; none when the job engine is silent, which the administrator's page shows."""
    try:
        working: Sequence[jobs.Job] = jobs.jobs(50, state="running")
    except Retryable:
        return frozenset()
    return frozenset(int(job.subject) for job in working if job.name == jobs.SCORE and job.subject.isdigit())

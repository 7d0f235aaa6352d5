"""Every undecided case at a person's sites with its rank: what the AI, the policy, the days and the claims make of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session

from core import jobs
from core.access import Act, Person
from core.clock import today
from core.errors import Retryable
from core.words import N_, Sentence, say
from core.workflow import queue
from core.workflow.programmes import Card, Policy, card, cards, policy
from core.workflow.registry import counting_versions
from core.workflow.unscored import Unscored, arriving, not_scored, why
from core.workflow.urgency import Scored, Urgency, by_age, rank
from db.enums import RunOutcome

STATES = ("waiting", "claimed", "deferred", "not_scored", "all")


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
    policies: dict[str, Policy]
    models: frozenset[str]
    running: frozenset[int] = field(default_factory=frozenset)


def ranked(session: Session, person: Person, filters: Filters, act: Act = Act.see_queue) -> tuple[Context, list[Ranked]]:
    sites = person.sites(act) & ({filters.site_id} if filters.site_id is not None else person.sites(act))
    exams = queue.waiting(session, sites, programme=filters.programme, text=filters.text)
    around = queue.around(session, sites)
    unscored = [exam for exam in exams if exam.exam_id not in around.runs and exam.exam_id in around.with_images]
    context = Context(
        person=person,
        day=today(),
        around=around,
        policies={card_id: policy(session, card_id) for card_id in cards()},
        models=frozenset(version.name for version in counting_versions(session)),
        running=_running() if unscored else frozenset(),
    )
    return context, [_rank_of(exam, context) for exam in exams]


def _rank_of(exam: queue.Waiting, context: Context) -> Ranked:
    programme = card(exam.programme)
    days = max((context.day - (exam.completed_at or exam.received_at).date()).days, 0)
    ai = _by_ai(exam, context, programme)
    older = by_age(days, programme.queue.priority_days, programme.queue.urgent_days)
    run = context.around.runs.get(exam.exam_id)
    held, put_off = exam.exam_id in context.around.claims, exam.exam_id in context.around.deferrals
    states = {"all", "deferred" if put_off else "claimed" if held else "waiting"}
    if run is None or run.outcome != RunOutcome.scored:
        states.add("not_scored")
    return Ranked(exam, days, min(ai.urgency, older), ai.because, ai.score, frozenset(states), exam.exam_id in context.running, ai.failed)


@dataclass(frozen=True)
class _Ai:
    """Rank, reason and score by the AI; `failed`: no result, and none will come by itself."""

    urgency: Urgency
    because: Sentence
    score: int | None = None
    failed: bool = False


def _by_ai(exam: queue.Waiting, context: Context, programme: Card) -> _Ai:
    """Rank, reason and score by the AI, as far as the policy lets this person know them."""
    kind = context.policies[exam.programme]
    if kind == "off":
        return _Ai(Urgency.routine, say(N_("AI is not used in this programme")))
    reads = context.around.reads.get(exam.exam_id, frozenset())
    if kind == "after_read" and exam.site_id in context.person.sites(Act.read_cases) and context.person.user_id not in reads:
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
    return _Ai(Urgency.routine if unscored.pending else Urgency.look, why(unscored), failed=not unscored.pending)


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

"""The triage queue: every undecided case, the most urgent and then the oldest first, each with the reason for its rank."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session

from core import jobs
from core.access import Act, Person
from core.clock import today
from core.errors import Conflict, Retryable
from core.sealing import unseal
from core.words import N_, Sentence, say
from core.workflow import queue
from core.workflow.claims import claim, defer, release
from core.workflow.programmes import Card, Policy, card, cards, policy
from core.workflow.registry import counting_versions
from core.workflow.state import WORDS, case_state
from core.workflow.unscored import Unscored, arriving, not_scored, why
from core.workflow.urgency import Scored, Urgency, by_age, rank
from db.enums import RunOutcome

__all__ = ["STATES", "Filters", "TriageRow", "Worklist", "claim", "claim_next", "defer", "release", "worklist"]

STATES = ("waiting", "claimed", "deferred", "not_scored", "all")


@dataclass(frozen=True)
class Filters:
    """What the person wants to see; `state` is one of STATES, `programme` a card id."""

    programme: str | None = None
    state: str = "waiting"
    text: str = ""
    site_id: int | None = None


@dataclass(frozen=True)
class TriageRow:
    """One case. `urgency` is "urgent", "soon", "look" or "routine"; `score` the AI's step, 1–10, None without a result to show."""

    exam_id: int
    participant_id: int
    participant_name: str
    number: str
    programme: str
    exam_date: date
    days_in_queue: int
    urgency: str
    score: int | None
    because: Sentence
    state: Sentence
    claimed_by: str | None
    claimed_until: datetime | None
    overdue: bool
    synthetic: bool
    episode_id: int
    round: int
    site_id: int
    kind: str
    phantom: bool
    deferred_until: datetime | None
    ready: bool
    """Whether everything has come that will come, so that it can be handed to a reader."""


@dataclass(frozen=True)
class Worklist:
    """`rows` holds at most the asked number of the `total` that match; the counts are over all that match."""

    rows: tuple[TriageRow, ...]
    total: int
    counts_by_state: dict[str, int]
    by_age: dict[int, int]
    by_score: dict[int | None, int]
    waiting: int
    overdue: int
    oldest_days: int
    scoring_now: int


@dataclass(frozen=True)
class _Case:
    """A waiting exam ranked, its name still sealed."""

    exam: queue.Waiting
    days: int
    urgency: Urgency
    because: Sentence
    score: int | None
    states: frozenset[str]
    being_scored: bool


@dataclass(frozen=True)
class _Context:
    """What ranking needs besides the exam itself, the same for every exam."""

    person: Person
    day: date
    around: queue.Around
    policies: dict[str, Policy]
    models: frozenset[str]
    running: frozenset[int] = field(default_factory=frozenset)


def worklist(session: Session, person: Person, filters: Filters = Filters(), *, limit: int = 500) -> Worklist:
    """The queue at the person's sites. Names are opened for the returned rows only."""
    person.must(Act.see_queue, filters.site_id)
    context, everything = _ranked(session, person, filters)
    chosen = sorted((case for case in everything if filters.state in case.states), key=_order)
    return Worklist(
        rows=tuple(_row(case, context) for case in chosen[:limit]),
        total=len(chosen),
        counts_by_state={state: sum(state in case.states for case in everything) for state in STATES},
        by_age=dict(sorted(Counter(case.days for case in chosen).items())),
        by_score=dict(Counter(case.score for case in chosen)),
        waiting=sum("waiting" in case.states for case in everything),
        overdue=sum(_overdue(case) for case in everything),
        oldest_days=max((case.days for case in everything), default=0),
        scoring_now=sum(case.being_scored for case in everything),
    )


def claim_next(session: Session, person: Person, *, programme: str | None = None) -> int:
    """Claim the first case that this person can read; its exam id. Conflict when the queue is empty."""
    person.must(Act.read_cases)
    context, everything = _ranked(session, person, Filters(programme=programme), act=Act.read_cases)
    mine = [case for case in everything if person.user_id not in context.around.reads.get(case.exam.exam_id, ())]
    for case in sorted((case for case in mine if "waiting" in case.states and _ready(case.exam)), key=_order):
        claim(session, person, case.exam.exam_id)
        return case.exam.exam_id
    raise Conflict(N_("No case waits for you now"))


def _ranked(session: Session, person: Person, filters: Filters, act: Act = Act.see_queue) -> tuple[_Context, list[_Case]]:
    sites = person.sites(act) & ({filters.site_id} if filters.site_id is not None else person.sites(act))
    exams = queue.waiting(session, sites, programme=filters.programme, text=filters.text)
    around = queue.around(session, sites)
    unscored = [exam for exam in exams if exam.exam_id not in around.runs and exam.exam_id in around.with_images]
    context = _Context(
        person=person,
        day=today(),
        around=around,
        policies={card_id: policy(session, card_id) for card_id in cards()},
        models=frozenset(version.name for version in counting_versions(session)),
        running=_running() if unscored else frozenset(),
    )
    return context, [_case(exam, context) for exam in exams]


def _case(exam: queue.Waiting, context: _Context) -> _Case:
    programme = card(exam.programme)
    days = max((context.day - (exam.completed_at or exam.received_at).date()).days, 0)
    urgency, because, score = _by_ai(exam, context, programme)
    older = by_age(days, programme.queue.priority_days, programme.queue.urgent_days)
    run = context.around.runs.get(exam.exam_id)
    held, put_off = exam.exam_id in context.around.claims, exam.exam_id in context.around.deferrals
    states = {"all", "deferred" if put_off else "claimed" if held else "waiting"}
    if run is None or run.outcome != RunOutcome.scored:
        states.add("not_scored")
    return _Case(exam, days, min(urgency, older), because, score, frozenset(states), exam.exam_id in context.running)


def _by_ai(exam: queue.Waiting, context: _Context, programme: Card) -> tuple[Urgency, Sentence, int | None]:
    """Rank, reason and score by the AI, as far as the policy lets this person know them."""
    kind = context.policies[exam.programme]
    if kind == "off":
        return Urgency.routine, say(N_("AI is not used in this programme")), None
    reads = context.around.reads.get(exam.exam_id, frozenset())
    if kind == "after_read" and exam.site_id in context.person.sites(Act.read_cases) and context.person.user_id not in reads:
        return Urgency.routine, say(N_("AI hidden until you decide")), None
    run = context.around.runs.get(exam.exam_id)
    if run is None:
        return *_without_run(exam, context, programme), None
    if run.outcome != RunOutcome.scored:
        return Urgency.look, not_scored(run.reason), None
    urgency, because = rank(Scored(run.step, run.density, run.marks), programme.triage)
    problem = Sentence.from_json(exam.problem)
    if problem is None:
        return urgency, because, run.step
    return min(urgency, Urgency.look), say(N_("{reason}; to be looked at: {problem}"), reason=because, problem=problem), run.step


def _without_run(exam: queue.Waiting, context: _Context, programme: Card) -> tuple[Urgency, Sentence]:
    unscored = Unscored(
        problem=Sentence.from_json(exam.problem),
        arriving=not _ready(exam),
        with_images=exam.exam_id in context.around.with_images,
        model_installed=programme.model in context.models,
        running=exam.exam_id in context.running,
    )
    return Urgency.routine if unscored.pending else Urgency.look, why(unscored)


def _order(case: _Case) -> tuple[Urgency, date, datetime, int]:
    return case.urgency, (case.exam.completed_at or case.exam.received_at).date(), case.exam.received_at, case.exam.exam_id


def _overdue(case: _Case) -> bool:
    return case.days > card(case.exam.programme).queue.urgent_days


def _ready(exam: queue.Waiting) -> bool:
    return not arriving(exam.received_at, exam.completed_at, exam.problem)


def _row(case: _Case, context: _Context) -> TriageRow:
    exam = case.exam
    held = context.around.claims.get(exam.exam_id)
    put_off = context.around.deferrals.get(exam.exam_id)
    return TriageRow(
        exam_id=exam.exam_id, participant_id=exam.participant_id, participant_name=unseal(exam.name_sealed), number=exam.number,
        programme=exam.programme, exam_date=exam.exam_date, days_in_queue=case.days, urgency=case.urgency.name, score=case.score,
        because=case.because, state=_state(exam, context), claimed_by=held[1] if held else None, claimed_until=held[2] if held else None,
        overdue=_overdue(case), synthetic=exam.synthetic, episode_id=exam.episode_id, round=exam.round, site_id=exam.site_id,
        kind=exam.kind.value, phantom=exam.phantom, deferred_until=put_off[1] if put_off else None, ready=_ready(exam),
    )  # fmt: skip


def _state(exam: queue.Waiting, context: _Context) -> Sentence:
    if put_off := context.around.deferrals.get(exam.exam_id):
        return say(N_("Put off until {until}: {reason}"), until=put_off[1], reason=put_off[0])
    if held := context.around.claims.get(exam.exam_id):
        return say(N_("With {name}"), name=held[1])
    if not _ready(exam):
        return say(N_("Images are still arriving"))
    reads = len(context.around.reads.get(exam.exam_id, ()))
    return say(WORDS[case_state(reads=reads, decided=False, readers=card(exam.programme).readers)])


def _running() -> frozenset[int]:
    """Exams in the worker's hands now; none when the job engine is silent, which the administrator's page shows."""
    try:
        working: Sequence[jobs.Job] = jobs.jobs(50, state="running")
    except Retryable:
        return frozenset()
    return frozenset(int(job.subject) for job in working if job.name == jobs.SCORE and job.subject.isdigit())

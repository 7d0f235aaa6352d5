"""The triage queue: every undecided case, the most urgent and then the oldest first, each with the reason for its rank."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from core.access import Act, Person
from core.errors import Conflict
from core.sealing import unseal
from core.words import N_, Sentence, say
from core.workflow.claims import claim, defer, release, resume
from core.workflow.queue import Waiting
from core.workflow.ranking import STATES, Context, Filters, Ranked, order, overdue, ranked, ready, state_of, where_is
from core.workflow.reading_list import reading_list, take_first
from core.workflow.state import WORDS
from core.workflow.whereabouts import Where

__all__ = ["STATES", "Filters", "TriageRow", "Worklist", "claim", "claim_next", "defer", "release", "resume", "row_of", "worklist"]

WAITING = Filters()


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
    failed: bool
    """Whether it has no AI result and none will come by itself."""
    where: Where
    """The one list in which the case is."""
    escalated: bool
    """Whether earlier images were asked for five days ago or more and there is no answer."""


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


def worklist(session: Session, person: Person, filters: Filters = WAITING, *, limit: int = 500) -> Worklist:
    """The queue at the person's sites. Names are opened for the returned rows only."""
    person.must(Act.see_queue, filters.site_id)
    context, everything = ranked(session, person, filters)
    chosen = sorted((case for case in everything if filters.state in case.states), key=order)
    return Worklist(
        rows=tuple(row_of(case, context) for case in chosen[:limit]),
        total=len(chosen),
        counts_by_state={state: sum(state in case.states for case in everything) for state in STATES},
        by_age=dict(sorted(Counter(case.days for case in chosen).items())),
        by_score=dict(Counter(case.score for case in chosen)),
        waiting=sum("waiting" in case.states for case in everything),
        overdue=sum(overdue(case) for case in everything),
        oldest_days=max((case.days for case in everything if "waiting" in case.states), default=0),
        scoring_now=sum(case.being_scored for case in everything),
    )


def claim_next(session: Session, person: Person, *, programme: str | None = None) -> int:
    """Claim the first case that this person can read; its exam id. Conflict when the queue is empty."""
    person.must(Act.read_cases)
    exam_id = take_first(session, person, reading_list(session, person, programme=programme))
    if exam_id is None:
        raise Conflict(N_("No case waits for you now"))
    return exam_id


def row_of(case: Ranked, context: Context) -> TriageRow:
    exam = case.exam
    held = context.around.claims.get(exam.exam_id)
    put_off, priors = context.around.deferrals.get(exam.exam_id), context.around.priors.get(exam.exam_id)
    return TriageRow(
        exam_id=exam.exam_id, participant_id=exam.participant_id, participant_name=unseal(exam.name_sealed), number=exam.number,
        programme=exam.programme, exam_date=exam.exam_date, days_in_queue=case.days, urgency=case.urgency.name, score=case.score,
        because=case.because, state=_state(exam, context), claimed_by=held[1] if held else None, claimed_until=held[2] if held else None,
        overdue=overdue(case), synthetic=exam.synthetic, episode_id=exam.episode_id, round=exam.round, site_id=exam.site_id,
        kind=exam.kind.value, phantom=exam.phantom, deferred_until=put_off[1] if put_off else None, ready=ready(exam), failed=case.failed,
        where=where_is(exam, context), escalated=priors is not None and priors.escalated,
    )  # fmt: skip


def _state(exam: Waiting, context: Context) -> Sentence:
    around, place = context.around, where_is(exam, context)
    if place == Where.deferred:
        reason, until = around.deferrals[exam.exam_id]
        return say(N_("Put off until {until}: {reason}"), until=until, reason=reason)
    if place == Where.claimed:
        return say(N_("With {name}"), name=around.claims[exam.exam_id][1])
    if place == Where.blocked:
        return say(N_("Waiting for earlier images since {day}"), day=around.priors[exam.exam_id].asked_at.date())
    if place == Where.arriving:
        return say(N_("Images are still arriving"))
    return say(WORDS[state_of(exam, context)])

"""A case as its reader sees it: the participant, what happened before, the images, the AI as far as it may be seen, and the reads."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now, today
from core.errors import Conflict, NotAllowed
from core.words import N_, Sentence, say
from core.workflow import claims, prior_requests
from core.workflow.ai import AiResult, FindingLine, ai_result
from core.workflow.blind import ai_hidden, state_in_sight
from core.workflow.case_facts import CaseFacts, facts_of
from core.workflow.case_images import CaseImages, ImagePart, case_images
from core.workflow.finalising import finalise
from core.workflow.follow_up import Change, changes
from core.workflow.opinions import DecisionLine, ReadLine, decision_of, reads_of
from core.workflow.participants import ParticipantLine, line
from core.workflow.policies import ReadingPolicy
from core.workflow.programmes import Card, card, consequence
from core.workflow.reveal import known_run, reveal_run
from core.workflow.second_case import rests_on
from core.workflow.signing import Opinion, Signed, submit
from core.workflow.state import TO_ARBITRATE, TO_READ, CaseState, changeable_until, is_settled
from core.workflow.suggestion import Suggestion, suggestion, with_rule
from core.workflow.taking_back import take_back
from core.workflow.timeline import TimelineEvent, timeline
from core.workflow.unscored import arriving
from db.enums import ExamKind
from db.tables import Episode, Exam, Programme

__all__ = [
    "AiResult", "Case", "CaseImages", "DecisionLine", "FindingLine", "ImagePart", "Opinion", "ReadLine", "Signed", "Suggestion",
    "case", "consequence", "finalise", "open_case", "reveal_ai", "submit", "suggestion", "take_back",
]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One exam with everything that this person may know. `ai` is None exactly when `ai_reason` says why.

    `state` is in words that keep a blind reader blind, so it may say less than the rows do; `because`: why so many reads.
    """

    exam_id: int
    participant: ParticipantLine
    programme: str
    round: int
    episode_id: int
    site_id: int
    kind: ExamKind
    exam_date: date
    days_in_queue: int
    state: CaseState
    timeline: tuple[TimelineEvent, ...]
    images: CaseImages
    ai: AiResult | None
    ai_reason: Sentence | None
    reads: tuple[ReadLine, ...]
    decision: DecisionLine | None
    my_read: ReadLine | None
    can_read: bool
    why_not: Sentence | None
    claimed_by: str | None
    claimed_until: datetime | None
    synthetic: bool
    phantom: bool
    problem: Sentence | None
    card: Card
    policy: ReadingPolicy
    because: Sentence | None
    can_take_back: bool
    """Whether the own read can be taken back, and `changeable_until` when; None while it is made final by hand."""
    changeable_until: datetime | None
    can_finalise: bool
    """Whether this person makes the case final by hand."""
    can_arbitrate: bool
    can_reveal: bool
    """Whether the AI result is handed out once `reveal_ai` has noted that this person is shown it."""
    baseline: bool
    """Whether no earlier exam of this participant in this programme is known."""
    notes: tuple[Sentence, ...]
    """What a second case rests on, and that earlier images have been asked for in vain."""
    changes: Mapping[int, Change] = field(default_factory=dict)
    """AI mark → what is known of it since the latest earlier exam with images; empty where nothing was compared."""


def case(session: Session, person: Person, exam_id: int) -> Case:
    """The case; NotAllowed outside the person's sites. Nothing is written."""
    person.must(Act.see_participants)
    rows = select(Exam, Episode, col(Programme.card_id)).join(Episode, col(Episode.id) == Exam.episode_id)
    rows = rows.join(Programme, col(Programme.id) == Episode.programme_id).where(col(Exam.site_id).in_(person.sites(Act.see_participants)))
    found = session.exec(rows.where(Exam.id == exam_id)).first()
    if found is None:
        raise NotAllowed(N_("This case is not at one of your sites."))
    exam, episode, card_id = found
    programme, decision, reads = card(card_id), decision_of(session, exam_id), reads_of(session, person, exam_id)
    blind = bool(ai_hidden(session, person, [exam_id]))
    mine = next((read for read in reads if read.mine), None)
    facts = facts_of(session, exam_id)
    held = claims.held_by(session, exam_id) if decision is None else None
    in_sight = next((read.run_id for read in reversed(reads) if read.run_id), None) if decision else None
    ai, ai_reason = ai_result(session, person, exam, programme, run_id=in_sight, decided=decision is not None)
    why_not = _why_not(person, exam, facts, mine, decision, held)
    may_change = mine is not None and decision is None and not is_settled(facts.policy, mine.committed_at, now())
    state = state_in_sight(facts.stands, facts.policy, ai_hidden=blind, may_change=may_change)
    story = timeline(session, person, episode.participant_id)
    baseline = not any(event.kind == "exam" and event.programme == card_id and event.at < exam.exam_date for event in story)
    known = changes(session, person, exam_id) if ai and exam.kind is ExamKind.lung_ct and not baseline else {}
    ai = replace(ai, findings=with_rule(ai.findings, baseline=baseline, changes=known)) if ai else None
    return Case(
        exam_id=exam_id, participant=line(session, person, episode.participant_id), programme=card_id, round=episode.round,
        episode_id=exam.episode_id, site_id=exam.site_id, kind=exam.kind, exam_date=exam.exam_date,
        days_in_queue=_days(exam, decision), state=state, timeline=story,
        images=case_images(session, exam), ai=ai, ai_reason=ai_reason, reads=reads,
        decision=decision, my_read=mine, can_read=why_not is None, why_not=why_not, claimed_by=held[1] if held else None,
        claimed_until=held[2] if held else None, synthetic=exam.synthetic, phantom=exam.phantom,
        problem=Sentence.from_json(exam.problem), card=programme, policy=facts.policy,
        because=None if blind or state in TO_ARBITRATE else facts.stands.because, can_take_back=may_change,
        changeable_until=changeable_until(facts.policy, mine.committed_at) if mine and may_change else None,
        can_finalise=_by_hand(person, exam, facts), can_arbitrate=_can_arbitrate(person, exam, facts, may_change=may_change),
        can_reveal=blind and mine is not None and facts.policy.shows == "after_read", baseline=baseline,
        notes=_notes(session, exam), changes=known,
    )  # fmt: skip


def _notes(session: Session, exam: Exam) -> tuple[Sentence, ...]:
    priors = prior_requests.state_of(session, [exam.id or 0]).get(exam.id or 0)
    late = say(N_("Earlier images asked for on {day} have not come"), day=priors.asked_at.date()) if priors and priors.escalated else None
    return tuple(one for one in (rests_on(session, exam), late) if one is not None)


def open_case(session: Session, person: Person, exam_id: int) -> Case:
    """The case, claimed where this person can read it, and the opening written to the audit trail."""
    seen = case(session, person, exam_id)
    if seen.can_read:
        with suppress(Conflict):  # taken between the look and the claim: the case now says who has it
            claims.claim(session, person, exam_id)
        seen = case(session, person, exam_id)
    if seen.can_reveal and reveal_ai(session, person, exam_id):
        seen = case(session, person, exam_id)
    audit.record(session, person, "case_opened", "exam", exam_id, site_id=seen.site_id)
    return seen


def reveal_ai(session: Session, person: Person, exam_id: int) -> bool:
    """Note that a reader is shown the AI result after the own read; from then on `case` hands it out. False when there is none to show.

    NotAllowed before the own read: the result is then held back.
    """
    seen = case(session, person, exam_id)
    if not seen.can_reveal and known_run(session, person.user_id, exam_id) is None:
        raise NotAllowed(N_("The AI result is shown after your own read."))
    return reveal_run(session, person, session.get_one(Exam, exam_id)) is not None


def _why_not(
    person: Person,
    exam: Exam,
    facts: CaseFacts,
    mine: ReadLine | None,
    decision: DecisionLine | None,
    held: tuple[int, str, datetime] | None,
) -> Sentence | None:
    """Why this person cannot sign a read now; None when the person can."""
    if exam.site_id not in person.sites(Act.read_cases):
        return say(N_("Only doctors of this site sign reads"))
    if mine is not None:
        return say(N_("You signed this case on {at}"), at=mine.committed_at)
    if decision is not None:
        return say(N_("{name} decided this case on {at}"), name=decision.author, at=decision.at)
    if facts.for_comparison:
        return say(N_("These are earlier images to compare with; nobody reads them"))
    if facts.stands.state == CaseState.awaiting_priors:
        return say(N_("This case waits for earlier images"))
    if facts.stands.state in TO_ARBITRATE:
        return say(N_("This case has all its reads and waits for arbitration"))
    if facts.stands.state not in TO_READ:
        return say(N_("This case has all its reads"))
    if held is not None and held[0] != person.user_id:
        return say(N_("{name} has this case in hand until {until}"), name=held[1], until=held[2])
    return say(N_("Images are still arriving")) if arriving(exam.received_at, exam.completed_at, exam.problem) else None


def _by_hand(person: Person, exam: Exam, facts: CaseFacts) -> bool:
    """Whether the case is read and waits for somebody to make it final."""
    waits = facts.stands.state == CaseState.awaiting_finalisation and facts.stands.final_at is None
    return waits and exam.site_id in person.sites(Act.read_cases)


def _can_arbitrate(person: Person, exam: Exam, facts: CaseFacts, *, may_change: bool) -> bool:
    """Alone, or as a reader of the case together with others; not while the own read can be taken back."""
    return facts.stands.state in TO_ARBITRATE and exam.site_id in person.sites(Act.read_cases) and not may_change


def _days(exam: Exam, decision: DecisionLine | None) -> int:
    until = decision.at.date() if decision else today()
    return max((until - (exam.completed_at or exam.received_at).date()).days, 0)

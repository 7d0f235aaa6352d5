"""A reader signs an opinion, and may take it back while it is not final. Reads are appended; what follows is derived from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from core import audit
from core.access import Act, Person
from core.clock import now, today
from core.errors import Conflict, NotAllowed, Rejected
from core.words import N_, Sentence, say
from core.workflow import claims, reveal
from core.workflow.blind import ai_hidden
from core.workflow.case_facts import CaseFacts, facts_of
from core.workflow.conclusion import Concluded, card_of, step
from core.workflow.finalising import finalise_one, locked
from core.workflow.opinion import Opinion
from core.workflow.opinion_check import check
from core.workflow.opinion_extent import extent_of
from core.workflow.programmes import Card, consequence
from core.workflow.reveal import Seen
from core.workflow.state import TO_ARBITRATE, TO_READ, CaseState, changeable_until
from db.enums import EpisodeStep, ProgrammeDecision, RunOutcome
from db.tables import Decision, Episode, Exam, ModelRun, Read, User

__all__ = ["Opinion", "Signed", "submit"]


@dataclass(frozen=True)
class Signed:
    """What signing did. `decision_id` is None while the case is not final; `recall` is when a recall is due.

    `changeable_until`: until when the reader may take the read back; None when the case is final, or when it is made final by hand.
    The sentence never tells what another reader said.
    """

    read_id: int
    decision_id: int | None
    recall: date | None
    sentence: Sentence
    changeable_until: datetime | None = None


def submit(
    session: Session, person: Person, exam_id: int, opinion: Opinion, *, saw_ai: bool, run_id: int | None, opened_at: datetime,
    priors: Sequence[int] = (), one_click: bool = False,
) -> Signed:  # fmt: skip
    """Append the read and everything that follows from it; Conflict when the person read it before or another acted first.

    `priors`: earlier exams that were in sight. `one_click`: signed as normal without a form, which is refused within the policy's
    seconds after opening, because the second click of a double click falls on the next case.
    """
    exam = locked(session, exam_id)
    if exam.site_id not in person.sites(Act.read_cases):
        raise NotAllowed(N_("You are not a reader at the site of this case."))
    facts, programme = facts_of(session, exam_id), card_of(session, exam)
    _must_be_open(session, person, exam_id, facts)
    check(opinion, programme, extent_of(session, exam_id))
    _check_time(facts, opened_at, one_click=one_click)
    _check_ai(session, person, exam_id, facts, saw_ai=saw_ai, run_id=run_id)
    known = reveal.known_run(session, person.user_id, exam_id)
    seen = Seen(
        run=run_id if saw_ai else known,
        priors=earlier_in_sight(session, exam, priors),
        reads=reveal.known_reads(session, person.user_id, exam_id),
    )
    read = _append(session, person, exam_id, opinion, seen, opened_at)
    claims.drop(session, exam_id)
    audit.record(session, person, "read_signed", "exam", exam_id, site_id=exam.site_id, read=read.id, saw_ai=read.saw_ai, run=read.run_id)
    step(session, exam, EpisodeStep.read, person.user_id)
    concluded = finalise_one(session, exam_id, person) if facts.policy.finalise_minutes == 0 else None
    if concluded is not None and facts.policy.shows == "after_read":
        reveal.reveal_run(session, person, exam)  # a final case hides nothing
    return _signed(exam, programme, read, facts, concluded)


def _signed(exam: Exam, programme: Card, read: Read, facts: CaseFacts, concluded: Concluded | None) -> Signed:
    if concluded is not None:
        effect = consequence(programme, concluded.decision, today(), concluded.category, exam_date=exam.exam_date)
        said = say(N_("Signed, category {category}. {consequence}"), category=read.category, consequence=effect)
        return Signed(read.id or 0, concluded.decision_id, concluded.recall, said)
    until = changeable_until(facts.policy, read.committed_at)
    if facts.policy.finalise_minutes == 0:
        said = say(N_("Signed, category {category}. Another opinion is awaited"), category=read.category)
        return Signed(read.id or 0, None, None, said)
    if until is None:
        said = say(N_("Signed, category {category}. You can take it back until the case is made final"), category=read.category)
        return Signed(read.id or 0, None, None, said)
    said = say(N_("Signed, category {category}. You can take it back until {until}"), category=read.category, until=until)
    return Signed(read.id or 0, None, None, said, until)


def _must_be_open(session: Session, person: Person, exam_id: int, facts: CaseFacts) -> None:
    """Conflict naming who was first, unless a read of this person is wanted now."""
    if person.user_id in facts.signed_at:
        raise Conflict(N_("You signed this case already, on {at}; nobody reads a case twice"), at=facts.signed_at[person.user_id])
    if facts.stands.state == CaseState.concluded:
        decisions = select(Decision, User.name).join(User, col(User.id) == Decision.author_id).where(Decision.exam_id == exam_id)
        decided, name = session.exec(decisions.order_by(col(Decision.id).desc())).first() or (None, "")
        raise Conflict(N_("{name} decided this case already, on {at}"), name=name, at=decided.at if decided else None)
    if facts.for_comparison:
        raise Conflict(N_("These are earlier images to compare with; nobody reads them"))
    if facts.stands.state == CaseState.awaiting_priors:
        raise Conflict(N_("This case waits for earlier images"))
    if facts.stands.state in TO_ARBITRATE:
        raise Conflict(N_("This case has all its reads and waits for arbitration"))
    if facts.stands.state not in TO_READ:
        raise Conflict(N_("This case has all its reads"))
    holder = claims.held_by(session, exam_id)
    if holder is not None and holder[0] != person.user_id:
        raise Conflict(N_("{name} already has this case, until {until}"), name=holder[1], until=holder[2])


def _check_time(facts: CaseFacts, opened_at: datetime, *, one_click: bool) -> None:
    if opened_at > now():
        raise Rejected(N_("The case was opened at {at}, which lies in the future; open it again"), at=opened_at)
    wait = timedelta(seconds=facts.policy.lockout_seconds)
    if one_click and now() - opened_at < wait:
        template = N_("This case was opened less than {seconds} seconds ago; look at it before you call it normal")
        raise Rejected(template, seconds=facts.policy.lockout_seconds)


def _check_ai(session: Session, person: Person, exam_id: int, facts: CaseFacts, *, saw_ai: bool, run_id: int | None) -> None:
    """A read must not claim to have seen what was not handed out, nor a run of another exam."""
    if not saw_ai:
        return
    if facts.policy.shows == "off" or ai_hidden(session, person, [exam_id]):
        raise Rejected(N_("The AI result was not in sight while this case was read; open the case again"))
    run = session.get(ModelRun, run_id) if run_id is not None else None
    if run is None or run.exam_id != exam_id or run.outcome != RunOutcome.scored:
        raise Rejected(N_("The AI result that was in sight is not one of this case; open the case again"))


def earlier_in_sight(session: Session, exam: Exam, priors: Sequence[int]) -> tuple[int, ...]:
    """The earlier exams that were in sight; Rejected when one is not of this participant."""
    if not priors:
        return ()
    who = select(Episode.participant_id).where(Episode.id == exam.episode_id)
    own = select(col(Exam.id)).join(Episode, col(Episode.id) == Exam.episode_id).where(col(Episode.participant_id).in_(who))
    known = set(session.exec(own.where(col(Exam.id).in_(priors), Exam.id != exam.id)))
    if strange := sorted(set(priors) - known):
        raise Rejected(N_("Exam {exam} is not an earlier one of this participant; open the case again"), exam=strange[0])
    return tuple(dict.fromkeys(priors))


def _append(session: Session, person: Person, exam_id: int, opinion: Opinion, seen: Seen, opened_at: datetime) -> Read:
    before = select(func.count()).select_from(Read).where(Read.exam_id == exam_id, Read.reader_id == person.user_id)
    read = Read(
        exam_id=exam_id, reader_id=person.user_id, category=opinion.category, decision=ProgrammeDecision(opinion.decision),
        saw_ai=seen.run is not None, opinion=opinion.to_json(), run_id=seen.run, opened_at=opened_at, committed_at=now(),
        revision=session.exec(before).one(), seen=seen.to_json(),
    )  # fmt: skip
    session.add(read)
    session.flush()
    return read

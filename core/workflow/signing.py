"""A reader signs an opinion, and what follows from it: the decision, the steps of the episode, the recall, the audit event."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now, today
from core.errors import Conflict, NotAllowed, Rejected
from core.words import N_, Sentence, say
from core.workflow import claims, episodes
from core.workflow.blind import ai_hidden
from core.workflow.opinion import Opinion
from core.workflow.opinion_check import check
from core.workflow.opinion_extent import extent_of
from core.workflow.programmes import Card, card, consequence, due, policy
from core.workflow.state import CaseState, case_state
from db.enums import EpisodeStep, ProgrammeDecision, RecallStep, RunOutcome
from db.tables import Decision, Episode, Exam, ModelRun, Programme, Read, Recall, RecallEvent, User


@dataclass(frozen=True)
class Signed:
    """What signing did. `decision_id` is None while another reader is awaited; `recall` is when a recall is due."""

    read_id: int
    decision_id: int | None
    recall: date | None
    sentence: Sentence


def submit(
    session: Session, person: Person, exam_id: int, opinion: Opinion, *, saw_ai: bool, run_id: int | None, opened_at: datetime
) -> Signed:
    """Append the read and everything that follows from it; Conflict when the person read it before or another acted first."""
    exam = session.exec(select(Exam).where(Exam.id == exam_id).with_for_update()).first()
    if exam is None or exam.site_id not in person.sites(Act.read_cases):
        raise NotAllowed(N_("You are not a reader at the site of this case."))
    programme = _card(session, exam)
    _nobody_was_first(session, person, exam_id, programme)
    check(opinion, programme, extent_of(session, exam_id))
    _check_time(opened_at)
    _check_ai(session, person, exam_id, programme, saw_ai=saw_ai, run_id=run_id)
    read = _read(session, person, exam_id, opinion, saw_ai=saw_ai, run_id=run_id, opened_at=opened_at)
    claims.drop(session, exam_id)
    audit.record(session, person, "read_signed", "exam", exam_id, site_id=exam.site_id, read=read.id, saw_ai=saw_ai, run=run_id)
    _step(session, exam, EpisodeStep.read, person)
    decision = _decide(session, person, exam, programme)
    if decision is None:
        return Signed(read.id or 0, None, None, say(N_("Signed, category {category}. Another read is awaited"), category=read.category))
    recall = _follow(session, person, exam, programme, decision)
    effect = consequence(programme, decision.decision, today(), decision.category, exam_date=exam.exam_date)
    said = say(N_("Signed, category {category}. {consequence}"), category=read.category, consequence=effect)
    return Signed(read.id or 0, decision.id, recall, said)


def _card(session: Session, exam: Exam) -> Card:
    of = select(col(Programme.card_id)).join(Episode, col(Episode.programme_id) == Programme.id).where(Episode.id == exam.episode_id)
    return card(session.exec(of).one())


def _nobody_was_first(session: Session, person: Person, exam_id: int, programme: Card) -> None:
    reads = session.exec(select(Read, User.name).join(User, col(User.id) == Read.reader_id).where(Read.exam_id == exam_id)).all()
    for read, _ in reads:
        if read.reader_id == person.user_id:
            raise Conflict(N_("You signed this case already, on {at}; nobody reads a case twice"), at=read.committed_at)
    decisions = select(Decision, User.name).join(User, col(User.id) == Decision.author_id)
    decided = session.exec(decisions.where(Decision.exam_id == exam_id)).first()
    if decided is not None:
        raise Conflict(N_("{name} decided this case already, on {at}"), name=decided[1], at=decided[0].at)
    if case_state(reads=len(reads), decided=False, readers=programme.readers) == CaseState.awaiting_arbitration:
        raise Conflict(N_("This case has all its reads and waits for arbitration"))
    holder = claims.held_by(session, exam_id)
    if holder is not None and holder[0] != person.user_id:
        raise Conflict(N_("{name} already has this case, until {until}"), name=holder[1], until=holder[2])


def _check_time(opened_at: datetime) -> None:
    if opened_at > now():
        raise Rejected(N_("The case was opened at {at}, which lies in the future; open it again"), at=opened_at)


def _check_ai(session: Session, person: Person, exam_id: int, programme: Card, *, saw_ai: bool, run_id: int | None) -> None:
    """A read must not claim to have seen what was not handed out, nor a run of another exam."""
    if not saw_ai:
        return
    if policy(session, programme.id) == "off" or ai_hidden(session, person, [exam_id]):
        raise Rejected(N_("The AI result was not in sight while this case was read; open the case again"))
    run = session.get(ModelRun, run_id) if run_id is not None else None
    if run is None or run.exam_id != exam_id or run.outcome != RunOutcome.scored:
        raise Rejected(N_("The AI result that was in sight is not one of this case; open the case again"))


def _read(
    session: Session, person: Person, exam_id: int, opinion: Opinion, *, saw_ai: bool, run_id: int | None, opened_at: datetime
) -> Read:
    read = Read(
        exam_id=exam_id, reader_id=person.user_id, category=opinion.category, decision=opinion.decision, saw_ai=saw_ai,
        opinion=opinion.to_json(), run_id=run_id if saw_ai else None, opened_at=opened_at,
        committed_at=now(),
    )  # fmt: skip
    session.add(read)
    session.flush()
    return read


def _decide(session: Session, person: Person, exam: Exam, programme: Card) -> Decision | None:
    """The decision once all readers have signed and agree; None while a read or an arbitration is missing."""
    reads = session.exec(select(Read).where(Read.exam_id == exam.id).order_by(col(Read.id))).all()
    if len(reads) < programme.readers or len({read.decision for read in reads}) > 1:
        return None
    reason = say(N_("Single read")) if programme.readers == 1 else say(N_("All readers agree"))
    last = reads[-1]
    decision = Decision(
        exam_id=exam.id or 0, decision=last.decision, category=last.category, author_id=person.user_id, at=now(), reason=reason.to_json()
    )
    session.add(decision)
    session.flush()
    audit.record(session, person, "decided", "exam", exam.id, site_id=exam.site_id, decision=decision.decision.value)
    return decision


def _follow(session: Session, person: Person, exam: Exam, programme: Card, decision: Decision) -> date | None:
    """Open the recall, or close the round after a routine recall when no other exam of it waits."""
    if decision.decision == ProgrammeDecision.routine_recall:
        decided = select(col(Decision.exam_id))
        others = select(col(Exam.id)).where(Exam.episode_id == exam.episode_id, col(Exam.id).not_in(decided))
        if session.exec(others).first() is None:
            _step(session, exam, EpisodeStep.closed, person)
        return None
    day = due(programme, decision.decision, today(), decision.category)
    recall = Recall(exam_id=exam.id or 0, decision_id=decision.id or 0, kind=decision.decision, due=day, opened_at=now())
    session.add(recall)
    session.flush()
    session.add(RecallEvent(recall_id=recall.id or 0, step=RecallStep.opened, at=now(), author_id=person.user_id))
    _step(session, exam, EpisodeStep.recalled, person)
    return day


def _step(session: Session, exam: Exam, step: EpisodeStep, person: Person) -> None:
    """Move the episode on. A closed round stays closed: a late read is recorded and does not reopen it."""
    before = episodes.current(session, exam.episode_id)
    if before == EpisodeStep.closed:
        return
    if step == EpisodeStep.read and step not in episodes.NEXT[before]:  # there is an exam, so it was imaged
        imaged = datetime.combine(exam.exam_date, time(12), UTC)
        episodes.append(session, exam.episode_id, EpisodeStep.imaged, min(imaged, now()), None)
    episodes.append(session, exam.episode_id, step, now(), person.user_id)

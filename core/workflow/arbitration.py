"""A case whose reads do not settle it is settled by somebody who did not read it, or by a panel of two or more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from core import audit
from core.access import Act, Person
from core.clock import now, today
from core.errors import Conflict, NotAllowed, Rejected
from core.words import N_, Sentence, say
from core.workflow import claims, reading, reveal
from core.workflow.arbitration_authors import Colleague, authors_of, colleagues_of, ever_read
from core.workflow.arbitration_list import ArbitrationRow, may_arbitrate, why, worklist
from core.workflow.case_facts import CaseFacts, facts_of
from core.workflow.comparison import FieldDifference, between
from core.workflow.conclusion import card_of, conclude
from core.workflow.finalising import locked
from core.workflow.opinion import Opinion
from core.workflow.opinion_check import check
from core.workflow.opinion_extent import extent_of
from core.workflow.opinions import ReadLine
from core.workflow.programmes import consequence
from core.workflow.reveal import Seen
from core.workflow.signing import earlier_in_sight
from core.workflow.state import CaseState
from db.tables import Arbitration, ArbitrationAuthor, Exam

__all__ = ["Arbitrated", "ArbitrationCase", "ArbitrationRow", "Colleague", "look", "open_case", "show_opinions", "submit", "worklist"]


@dataclass(frozen=True)
class ArbitrationCase:
    """A case in arbitration. `reads`, `differs` and `compared` are empty until the opinions are shown, and stay so where it is blind.

    `compared`: the first two reads field by field. `alone`: whether this person may settle it without others.
    """

    case: reading.Case
    why: Sentence
    shown: bool
    can_show: bool
    reads: tuple[ReadLine, ...]
    differs: tuple[Sentence, ...]
    compared: tuple[FieldDifference, ...]
    alone: bool
    colleagues: tuple[Colleague, ...]


@dataclass(frozen=True)
class Arbitrated:
    """What settling did; `recall`: when a recall is due."""

    arbitration_id: int
    decision_id: int
    recall: date | None
    sentence: Sentence


def open_case(session: Session, person: Person, exam_id: int) -> ArbitrationCase:
    """Take the case in hand for arbitration; Conflict when somebody else has it or it no longer waits for arbitration."""
    exam = locked(session, exam_id)
    _must(person, exam, facts_of(session, exam_id))
    claims.claim(session, person, exam_id)
    audit.record(session, person, "arbitration_opened", "exam", exam_id, site_id=exam.site_id)
    return look(session, person, exam_id)


def look(session: Session, person: Person, exam_id: int) -> ArbitrationCase:
    """The case as far as this arbitrator has been shown it; nothing is written."""
    exam = session.get(Exam, exam_id)
    if exam is None:
        raise NotAllowed(N_("This case is not at one of your sites."))
    facts = facts_of(session, exam_id)
    _must(person, exam, facts)
    shown = person.user_id in reveal.reads_shown(session, exam_id)
    case = reading.case(session, person, exam_id)
    reads = case.reads if shown else ()
    return ArbitrationCase(
        case=case, why=why(facts), shown=shown, can_show=not shown and facts.policy.show_reads == "on_demand", reads=reads,
        differs=facts.stands.differs if shown else (),
        compared=between(reads[0].said, reads[1].said, extent_of(session, exam_id)) if len(reads) > 1 else (),
        alone=person.user_id not in ever_read(session, exam_id), colleagues=colleagues_of(session, person, exam),
    )  # fmt: skip


def show_opinions(session: Session, person: Person, exam_id: int) -> ArbitrationCase:
    """Note that the person having the case in hand is shown the reads, and the AI result where there is one, and hand them out."""
    exam = locked(session, exam_id)
    facts = facts_of(session, exam_id)
    _must(person, exam, facts)
    if facts.policy.show_reads != "on_demand":
        raise NotAllowed(N_("This programme arbitrates without sight of the reads."))
    holder = claims.held_by(session, exam_id)
    if holder is None or holder[0] != person.user_id:
        raise Conflict(N_("Take this case in hand before you look at the reads"))
    reveal.reveal_reads(session, person, exam)
    if facts.policy.shows == "after_read":
        reveal.reveal_run(session, person, exam)
    return look(session, person, exam_id)


def submit(
    session: Session, person: Person, exam_id: int, opinion: Opinion, *, opened_at: datetime, authors: Sequence[int] = (),
    priors: Sequence[int] = (),
) -> Arbitrated:  # fmt: skip
    """Settle the case: the arbitration with its authors, the decision and what follows from it.

    `authors`: user ids of those who settle it together with the person. One who read the case needs at least one other author.
    """
    exam = locked(session, exam_id)
    _must(person, exam, facts_of(session, exam_id))
    holder = claims.held_by(session, exam_id)
    if holder is not None and holder[0] != person.user_id:
        raise Conflict(N_("{name} already has this case, until {until}"), name=holder[1], until=holder[2])
    if opened_at > now():
        raise Rejected(N_("The case was opened at {at}, which lies in the future; open it again"), at=opened_at)
    names = authors_of(session, person, exam, authors)
    programme = card_of(session, exam)
    check(opinion, programme, extent_of(session, exam_id))
    row = Arbitration(
        exam_id=exam_id, category=opinion.category, decision=opinion.decision, opinion=opinion.to_json(), opened_at=opened_at, at=now(),
        seen=_seen(session, person, exam, priors).to_json(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add_all(ArbitrationAuthor(arbitration_id=row.id or 0, user_id=user_id) for user_id in names)
    audit.record(session, person, "arbitrated", "exam", exam_id, site_id=exam.site_id, arbitration=row.id, authors=sorted(names))
    reason = say(N_("Arbitration by {names}"), names=", ".join(names.values()))
    done = conclude(session, exam, opinion.decision, opinion.category, author_id=person.user_id, actor=person, reason=reason)
    effect = consequence(programme, done.decision, today(), done.category, exam_date=exam.exam_date)
    said = say(N_("Settled, category {category}. {consequence}"), category=done.category, consequence=effect)
    return Arbitrated(row.id or 0, done.decision_id, done.recall, said)


def _must(person: Person, exam: Exam, facts: CaseFacts) -> None:
    if exam.site_id not in person.sites(Act.read_cases):
        raise NotAllowed(N_("You are not a reader at the site of this case."))
    if facts.stands.state == CaseState.concluded:
        raise Conflict(N_("This case has been decided already; look again"))
    if not may_arbitrate(person, facts):
        raise Conflict(N_("This case does not wait for arbitration by you; look again"))


def _seen(session: Session, person: Person, exam: Exam, priors: Sequence[int]) -> Seen:
    """What was in sight, from what the rows say was shown."""
    exam_id = exam.id or 0
    ai = reading.case(session, person, exam_id).ai
    shown = reveal.known_reads(session, person.user_id, exam_id)
    return Seen(run=ai.run_id if ai else None, priors=earlier_in_sight(session, exam, priors), reads=shown)

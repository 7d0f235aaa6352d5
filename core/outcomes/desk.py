"""Everything about one exam's outcome on one desk: what was entered, who looked at it, what is proposed, what an entry would lead to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from core.access import Act, Person
from core.errors import NotAllowed
from core.outcomes import assessments, pathology
from core.outcomes.checked import TABLES
from core.outcomes.known import CANCERS, Known, as_known_on
from core.outcomes.needs import to_put_right
from core.outcomes.plausible import Report, doubts
from core.outcomes.proposal import Proposal, propose
from core.outcomes.said import entry_said
from core.outcomes.waiting import heads
from core.words import N_, Sentence, say
from core.workflow import outcomes
from core.workflow.programmes import card
from db.enums import CheckVerdict, OutcomeKind, ProgrammeDecision, RecallStep
from db.tables import Assessment, Decision, Exam, Outcome, Pathology, Recall, RecallEvent, SecondCheck, User


@dataclass(frozen=True)
class EntryLine:
    """One entry that stands. `state` is "waiting", "approved" or "refused"; `own` when this person made it."""

    subject: str
    row_id: int
    said: Sentence
    source: str
    by: str
    at: datetime
    state: str
    checked_by: str
    own: bool
    number: int | None
    doubts: tuple[Sentence, ...]
    list_id: str | None
    note: str


@dataclass(frozen=True)
class Desk:
    """An exam and its outcome. `recall_id` is an open recall that an outcome may close, for who works on recalls."""

    exam_id: int
    participant_id: int
    name: str
    number: str
    programme: str
    site_name: str
    synthetic: bool
    exam_date: date
    decision: ProgrammeDecision | None
    category: str
    decided_on: date | None
    entries: tuple[EntryLine, ...]
    refused: tuple[EntryLine, ...]
    """This person's own entries that were refused and wait to be put right."""
    proposal: Proposal | None
    known: Known
    recall_id: int | None
    may_review: bool


def desk(session: Session, person: Person, exam_id: int) -> Desk:
    """The desk of an exam; NotAllowed where the person records no outcomes."""
    exam = session.get(Exam, exam_id)
    if exam is None or exam.site_id not in person.sites(Act.record_outcome):
        raise NotAllowed(N_("This exam is not at one of the sites where you record outcomes."))
    head = heads(session, {exam_id})[exam_id]
    decided = session.exec(select(Decision).where(Decision.exam_id == exam_id).order_by(col(Decision.id).desc())).first()
    known = as_known_on(session, exam_id)
    latest = outcomes.latest(session, exam_id)
    rows: list[Assessment | Pathology | Outcome] = [
        *assessments.standing(session, exam_id),
        *pathology.standing(session, exam_id),
    ]
    rows += [latest] if latest else []
    return Desk(
        **head, decision=decided.decision if decided else None, category=decided.category if decided else "",
        decided_on=decided.at.date() if decided else None, entries=_entries(session, person, head["programme"], rows),
        refused=_entries(session, person, head["programme"], _to_put_right(session, person, exam_id)),
        proposal=propose(session, exam_id), known=known, recall_id=_recall(session, person, exam),
        may_review=known.kind == OutcomeKind.interval_cancer and exam.site_id in person.sites(Act.read_cases),
    )  # fmt: skip


def becomes(session: Session, exam_id: int, kind: OutcomeKind, happened_on: date) -> Sentence:
    """What recording this outcome would make of the exam, said before the click."""
    exam = session.get_one(Exam, exam_id)
    decided = session.exec(select(Decision).where(Decision.exam_id == exam_id).order_by(col(Decision.id).desc())).first()
    days = card(heads(session, {exam_id})[exam_id]["programme"]).screening_interval_days
    routine = decided is not None and decided.decision == ProgrammeDecision.routine_recall
    if kind in CANCERS and routine and happened_on <= exam.exam_date + timedelta(days=days):
        return say(
            N_("Recorded as an interval cancer: the exam was a routine recall, and {n} days have passed of the {days} of the round"),
            n=(happened_on - exam.exam_date).days, days=days,
        )  # fmt: skip
    if kind in CANCERS and routine:
        return say(N_("Recorded as a cancer after the round was over ({days} days); it is no interval cancer"), days=days)
    words = {
        OutcomeKind.cancer: N_("Recorded as a cancer that was found after this exam"),
        OutcomeKind.interval_cancer: N_("This exam was no routine recall; record it as cancer"),
        OutcomeKind.benign: N_("Recorded as benign; the exam counts as recalled without cancer"),
        OutcomeKind.no_finding: N_("Recorded as no finding; the exam counts as recalled without cancer"),
    }
    return say(words[kind])


def _to_put_right(session: Session, person: Person, exam_id: int) -> list[Assessment | Pathology | Outcome]:
    return [
        row
        for table in TABLES.values()
        for row in session.exec(select(table).where(table.exam_id == exam_id, *to_put_right(table, person)).order_by(table.id))
    ]


def _entries(session: Session, person: Person, card_id: str, rows: Sequence[Assessment | Pathology | Outcome]) -> tuple[EntryLine, ...]:
    names = {row.id: row.name for row in session.exec(select(User))}
    return tuple(_entry(session, person, card_id, row, names) for row in rows)


def _entry(
    session: Session, person: Person, card_id: str, row: Assessment | Pathology | Outcome, names: dict[int | None, str]
) -> EntryLine:
    subject = str(row.__tablename__)
    check = session.exec(select(SecondCheck).where(SecondCheck.subject == subject, SecondCheck.row_id == row.id)).first()
    state = "waiting" if check is None else "approved" if check.verdict == CheckVerdict.approved else "refused"
    return EntryLine(
        subject=subject, row_id=row.id or 0, said=entry_said(row), source=row.source, by=names.get(row.entered_by, ""), at=row.entered_at,
        state=state, checked_by=names.get(check.author_id, "") if check else "", own=row.entered_by == person.user_id,
        number=row.number if isinstance(row, Assessment) else None, doubts=_doubts(card_id, row), list_id=getattr(row, "list_id", None),
        note=check.note if check else "",
    )  # fmt: skip


def _doubts(card_id: str, row: Assessment | Pathology | Outcome) -> tuple[Sentence, ...]:
    if not isinstance(row, Pathology):
        return ()
    said = Report(
        histology=row.histology, reported_on=row.reported_on, invasive=row.invasive, size_mm=row.size_mm, nodes_positive=row.nodes_positive,
        stage=row.stage,
    )  # fmt: skip
    return doubts(card_id, said)


def _recall(session: Session, person: Person, exam: Exam) -> int | None:
    """The newest recall of the exam that is not closed, for who may close it."""
    if exam.site_id not in person.sites(Act.work_queue):
        return None
    closed = select(RecallEvent.id).where(RecallEvent.recall_id == Recall.id, RecallEvent.step == RecallStep.closed).exists()
    rows = select(Recall.id).where(Recall.exam_id == exam.id, ~closed)
    return session.exec(rows.order_by(col(Recall.id).desc())).first()

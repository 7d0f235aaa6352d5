"""Recalls: every one stays in sight until it is closed, and it is closed only with an outcome or a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from core import audit
from core.access import Act, Person
from core.clock import now, today
from core.errors import Conflict, NotAllowed, Rejected
from core.sealing import unseal
from core.words import N_
from core.workflow import episodes, second_case
from core.workflow.programmes import card
from db.enums import EpisodeStep, ProgrammeDecision, RecallStep
from db.tables import Episode, Exam, Outcome, Participant, Programme, Recall, RecallEvent, Site

R = RecallStep
_REACHED = frozenset({R.contacted, R.booked, R.attended, R.unreachable, R.declined, R.closed})
NEXT: Mapping[RecallStep, frozenset[RecallStep]] = {
    R.opened: _REACHED - {R.unreachable},  # nobody is unreachable before somebody tried
    R.contacted: _REACHED,
    R.booked: _REACHED,
    R.attended: _REACHED - {R.unreachable, R.declined},
    R.unreachable: _REACHED,
    R.declined: _REACHED - {R.unreachable},
    R.closed: frozenset(),
}
WORDS: Mapping[RecallStep, str] = {
    R.opened: N_("opened"),
    R.contacted: N_("contacted"),
    R.booked: N_("booked"),
    R.attended: N_("attended"),
    R.unreachable: N_("unreachable"),
    R.declined: N_("declined"),
    R.closed: N_("closed"),
}
REPEATS = (ProgrammeDecision.technical_recall, ProgrammeDecision.short_term_recall)
NEEDS_NOTE = (R.unreachable, R.declined)


@dataclass(frozen=True)
class RecallRow:
    """An open recall with its last step. `days_overdue` is 0 until the due date has passed."""

    recall_id: int
    exam_id: int
    participant_id: int
    participant_name: str
    number: str
    programme: str
    site_id: int
    site_name: str
    synthetic: bool
    kind: ProgrammeDecision
    exam_date: date
    due: date
    days_overdue: int
    last_step: RecallStep
    last_at: datetime
    last_note: str
    next_steps: tuple[RecallStep, ...]
    views: tuple[str, ...] = ()
    """What a technical recall still waits for: "R-CC" and the like, or "volume"; empty for other recalls."""


def open_recalls(session: Session, person: Person, *, overdue_only: bool = False) -> tuple[RecallRow, ...]:
    """Every recall at the person's sites that is not closed, the earliest due first."""
    person.must(Act.see_participants)
    newest = select(func.max(RecallEvent.id)).group_by(col(RecallEvent.recall_id))
    rows = select(Recall, RecallEvent, Exam, Participant, col(Programme.card_id), col(Site.name))  # type: ignore[call-overload]
    rows = rows.join(Exam, col(Exam.id) == Recall.exam_id).join(Episode, col(Episode.id) == Exam.episode_id)
    rows = rows.join(Participant, col(Participant.id) == Episode.participant_id).join(Site, col(Site.id) == Exam.site_id)
    rows = rows.join(Programme, col(Programme.id) == Episode.programme_id)
    rows = rows.outerjoin(RecallEvent, (col(RecallEvent.recall_id) == Recall.id) & col(RecallEvent.id).in_(newest))
    rows = rows.where(col(Exam.site_id).in_(person.sites(Act.see_participants)), func.coalesce(RecallEvent.step, R.opened) != R.closed)
    if overdue_only:
        rows = rows.where(Recall.due < today())
    return tuple(_row(session, *row) for row in session.exec(rows.order_by(col(Recall.due), col(Recall.id))).all())


def append(session: Session, person: Person, recall_id: int, step: RecallStep, note: str = "") -> RecallEvent:
    """Add a step; Conflict naming from and to when it may not follow, Rejected when closing lacks an outcome or a reason."""
    recall, exam = _mine(session, person, recall_id)
    taken = _steps(session, recall_id)
    last = taken[-1] if taken else R.opened
    if step not in NEXT[last]:
        raise Conflict(N_("The recall is {before}; it cannot become {after}"), before=WORDS[last], after=WORDS[step])
    if step in NEEDS_NOTE and not note.strip():
        raise Rejected(N_("Say how and when: it is the reason with which this recall may be closed"))
    if step == R.closed:
        _may_close(session, recall, exam, taken)
    event = RecallEvent(recall_id=recall_id, step=step, at=now(), author_id=person.user_id, note=note.strip()[:500])
    session.add(event)
    session.flush()
    _episode(session, person, exam, recall, step)
    audit.record(session, person, f"recall_{step.value}", "recall", recall_id, site_id=exam.site_id)
    return event


def _mine(session: Session, person: Person, recall_id: int) -> tuple[Recall, Exam]:
    rows = select(Recall, Exam).join(Exam, col(Exam.id) == Recall.exam_id).where(Recall.id == recall_id)
    found = session.exec(rows.where(col(Exam.site_id).in_(person.sites(Act.work_queue))).with_for_update()).first()
    if found is None:
        raise NotAllowed(N_("This recall is not at one of the sites where you work."))
    return found


def _steps(session: Session, recall_id: int) -> list[RecallStep]:
    events = select(RecallEvent).where(RecallEvent.recall_id == recall_id).order_by(col(RecallEvent.id))
    return [event.step for event in session.exec(events)]


def _may_close(session: Session, recall: Recall, exam: Exam, taken: list[RecallStep]) -> None:
    """Closed with an outcome, a later exam that was the purpose, or the reason that it was declined or nobody could be reached."""
    if taken and taken[-1] in NEEDS_NOTE:
        return
    if session.exec(select(col(Outcome.id)).where(Outcome.exam_id == exam.id)).first() is not None:
        return
    if recall.kind in REPEATS and _seen_again(session, exam):
        return
    raise Rejected(N_("A recall is closed with an outcome, with the repeat exam, or as declined or unreachable; none of these is recorded"))


def _seen_again(session: Session, exam: Exam) -> bool:
    """Whether the participant has a later exam of the same kind."""
    who = select(col(Episode.participant_id)).where(Episode.id == exam.episode_id)
    later = select(col(Exam.id)).join(Episode, col(Episode.id) == Exam.episode_id).where(col(Episode.participant_id).in_(who))
    return session.exec(later.where(Exam.kind == exam.kind, col(Exam.id) != exam.id, Exam.exam_date >= exam.exam_date)).first() is not None


def _episode(session: Session, person: Person, exam: Exam, recall: Recall, step: RecallStep) -> None:
    """What a step of the recall means for the round: attended for assessment is assessed, closed ends it when nothing else is open."""
    before = episodes.current(session, exam.episode_id)
    after = None
    if step == R.attended and recall.kind == ProgrammeDecision.assessment:
        after = EpisodeStep.assessed
    elif step == R.closed and not _others_open(session, exam, recall):
        after = EpisodeStep.closed
    if after is not None and after in episodes.NEXT[before]:
        episodes.append(session, exam.episode_id, after, now(), person.user_id)


def _others_open(session: Session, exam: Exam, recall: Recall) -> bool:
    closed = select(col(RecallEvent.recall_id)).where(RecallEvent.step == R.closed)
    others = select(col(Recall.id)).join(Exam, col(Exam.id) == Recall.exam_id).where(Exam.episode_id == exam.episode_id)
    return session.exec(others.where(col(Recall.id) != recall.id, col(Recall.id).not_in(closed))).first() is not None


def _row(
    session: Session, recall: Recall, event: RecallEvent | None, exam: Exam, participant: Participant, programme: str, site: str
) -> RecallRow:
    last = event.step if event else R.opened
    technical = recall.kind == ProgrammeDecision.technical_recall
    return RecallRow(
        recall_id=recall.id or 0, exam_id=exam.id or 0, participant_id=participant.id or 0,
        participant_name=unseal(participant.name_sealed), number=participant.number, programme=programme, site_id=exam.site_id,
        site_name=site, synthetic=exam.synthetic, kind=recall.kind, exam_date=exam.exam_date, due=recall.due,
        days_overdue=max((today() - recall.due).days, 0), last_step=last, last_at=event.at if event else recall.opened_at,
        last_note=event.note if event else "", next_steps=tuple(step for step in RecallStep if step in NEXT[last]),
        views=second_case.still_missing(session, exam, card(programme)) if technical else (),
    )  # fmt: skip

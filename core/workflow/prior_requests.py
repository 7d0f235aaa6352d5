"""Earlier images that a reader asks for. An open request blocks the case: it leaves the readers' list and stays in the coordinator's;
after five days without an answer it comes back to the readers with a flag, because nobody should wait for an archive for ever.

A reader asks and may withdraw; a coordinator sends the request and enters the answer; images that arrive answer it by themselves.
Every step is a row, and the last one tells where the request stands (domain/users.md 1.2).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.sealing import unseal
from core.words import N_
from core.workflow import claims
from core.workflow.undecided import undecided, undecided_at
from db.enums import PriorStep
from db.tables import Decision, Episode, Exam, Participant, PriorRequest, Programme, User

P = PriorStep
OPEN = (P.pending, P.requested)
NEXT: Mapping[PriorStep | None, frozenset[PriorStep]] = {
    None: frozenset({P.pending}),
    P.pending: frozenset({P.requested, P.received, P.not_available, P.not_needed}),
    P.requested: frozenset({P.received, P.not_available, P.not_needed}),
    P.received: frozenset({P.pending}),  # a reader may ask again, for other images
    P.not_available: frozenset({P.pending}),
    P.not_needed: frozenset({P.pending}),
}
BY: Mapping[PriorStep, Act] = {
    P.pending: Act.read_cases,
    P.not_needed: Act.read_cases,
    P.requested: Act.work_queue,
    P.received: Act.work_queue,
    P.not_available: Act.work_queue,
}
"""Whether a step is a reader's or a coordinator's."""
WORDS: Mapping[PriorStep, str] = {
    P.pending: N_("to be requested"),
    P.requested: N_("requested"),
    P.received: N_("received"),
    P.not_available: N_("not available"),
    P.not_needed: N_("not needed"),
}
ESCALATES = timedelta(days=5)  # NHS reading prototype: about five days (domain/users.md 1.2)


@dataclass(frozen=True)
class PriorState:
    """Where the last request of an exam stands; `asked_at` is when its reader asked."""

    step: PriorStep
    asked_at: datetime
    at: datetime

    @property
    def open(self) -> bool:
        return self.step in OPEN

    @property
    def days(self) -> int:
        """Full days since it was asked, until the answer."""
        return ((now() if self.open else self.at) - self.asked_at).days

    @property
    def blocks(self) -> bool:
        """Whether the case waits for the answer; after five days it comes back to the readers with a flag, and the request stays open."""
        return self.open and not self.escalated

    @property
    def escalated(self) -> bool:
        """Whether it has been open for five days."""
        return self.open and now() - self.asked_at >= ESCALATES


@dataclass(frozen=True)
class PriorRequestRow:
    """An open request as the coordinator sees it; `note`: what the reader asks for, `last_note`: what was entered with the last step."""

    exam_id: int
    participant_id: int
    participant_name: str
    number: str
    programme: str
    site_id: int
    exam_date: date
    asked_by: str
    note: str
    last_note: str
    state: PriorState
    next_steps: tuple[PriorStep, ...]
    """Those that this person may take."""
    synthetic: bool


def ask(session: Session, person: Person, exam_id: int, note: str) -> None:
    """A reader asks for earlier images and says which; the case is blocked until the answer, and nobody has it in hand."""
    if not note.strip():
        raise Rejected(N_("Say which earlier images are needed, and where they may be"))
    holder = claims.held_by(session, exam_id)
    if holder is not None and holder[0] != person.user_id:
        raise Conflict(N_("{name} already has this case, until {until}"), name=holder[1], until=holder[2])
    enter(session, person, exam_id, P.pending, note)
    claims.drop(session, exam_id)


def enter(session: Session, person: Person, exam_id: int, step: PriorStep, note: str = "") -> None:
    """Append a step; Conflict naming from and to when it may not follow, NotAllowed when it is not this person's to take."""
    exam = _locked(session, exam_id)
    if exam is None or exam.site_id not in person.sites(BY[step]):
        raise NotAllowed(N_("Readers ask for earlier images and withdraw; coordinators of the site send the request and enter the answer."))
    if session.exec(select(col(Decision.id)).where(Decision.exam_id == exam_id)).first() is not None:
        raise Conflict(N_("This case has been decided already; look again"))
    before = state_of(session, [exam_id]).get(exam_id)
    if step not in NEXT[before.step if before else None]:
        was = WORDS[before.step] if before else N_("not asked for")
        raise Conflict(N_("Earlier images are {before}; they cannot become {after}"), before=was, after=WORDS[step])
    _append(session, exam_id, step, person.user_id, note)
    audit.record(session, person, f"priors_{step.value}", "exam", exam_id, site_id=exam.site_id)


def state_of(session: Session, exam_ids: Collection[int] | SelectOfScalar[int | None] | SelectOfScalar[int]) -> dict[int, PriorState]:
    """Exam id → where its last request stands, for exams for which earlier images were ever asked; ids or a query of them."""
    rows = select(PriorRequest.exam_id, col(PriorRequest.step), PriorRequest.at).where(col(PriorRequest.exam_id).in_(exam_ids))
    found: dict[int, PriorState] = {}
    for exam_id, step, at in session.exec(rows.order_by(col(PriorRequest.id))):
        asked = at if step == P.pending else found[exam_id].asked_at
        found[exam_id] = PriorState(step, asked, at)
    return found


def blocked(session: Session, exam_ids: Collection[int] | SelectOfScalar[int | None] | SelectOfScalar[int]) -> frozenset[int]:
    """Those of the exams that wait for earlier images now."""
    return frozenset(exam_id for exam_id, state in state_of(session, exam_ids).items() if state.blocks)


def open_requests(session: Session, person: Person) -> tuple[PriorRequestRow, ...]:
    """Every open request at the person's sites, the longest open first, so that escalated ones lead."""
    person.must(Act.see_queue)
    waiting = undecided_at(person.sites(Act.see_queue))
    states = {exam_id: state for exam_id, state in state_of(session, waiting).items() if state.open}
    rows = select(Exam, Participant, col(Programme.card_id)).join(Episode, col(Episode.id) == Exam.episode_id)
    rows = rows.join(Participant, col(Participant.id) == Episode.participant_id)
    rows = rows.join(Programme, col(Programme.id) == Episode.programme_id).where(col(Exam.id).in_(states))
    said = _said(session, states)
    found = [_row(person, exam, who, card_id, states[exam.id or 0], said[exam.id or 0]) for exam, who, card_id in session.exec(rows)]
    return tuple(sorted(found, key=lambda row: (row.state.asked_at, row.exam_id)))


def images_arrived(session: Session, exam: Exam) -> None:
    """Earlier images are complete: every open request of a later exam of this participant and kind is answered by the system."""
    who = select(col(Episode.participant_id)).where(Episode.id == exam.episode_id)
    later = select(col(Exam.id)).join(Episode, col(Episode.id) == Exam.episode_id).where(col(Episode.participant_id).in_(who))
    later = later.where(Exam.kind == exam.kind, Exam.exam_date > exam.exam_date, col(Exam.id).in_(undecided()))
    for exam_id in sorted(exam_id for exam_id, state in state_of(session, later).items() if state.open):
        _locked(session, exam_id)
        if state_of(session, [exam_id])[exam_id].open:
            _append(session, exam_id, P.received, None, "")
            audit.record(session, "intake", "priors_received", "exam", exam_id, site_id=exam.site_id, earlier=exam.id)


def _locked(session: Session, exam_id: int) -> Exam | None:
    return session.exec(select(Exam).where(Exam.id == exam_id).with_for_update(key_share=True)).first()


def _append(session: Session, exam_id: int, step: PriorStep, author_id: int | None, note: str) -> None:
    session.add(PriorRequest(exam_id=exam_id, step=step, author_id=author_id, at=now(), note=note.strip()[:500]))
    session.flush()


def _said(session: Session, exam_ids: Collection[int]) -> dict[int, tuple[str, str, str]]:
    """Who asked last, what for, and the note of the last step."""
    asked = select(func.max(col(PriorRequest.id))).where(PriorRequest.step == P.pending, col(PriorRequest.exam_id).in_(exam_ids))
    last = select(func.max(col(PriorRequest.id))).where(col(PriorRequest.exam_id).in_(exam_ids)).group_by(col(PriorRequest.exam_id))
    notes = select(PriorRequest.exam_id, PriorRequest.note).where(col(PriorRequest.id).in_(last), PriorRequest.step != P.pending)
    last_notes = dict(session.exec(notes).all())
    rows = select(PriorRequest.exam_id, User.name, PriorRequest.note).join(User, col(User.id) == PriorRequest.author_id)
    rows = rows.where(col(PriorRequest.id).in_(asked.group_by(col(PriorRequest.exam_id))))
    return {exam_id: (name, note, last_notes.get(exam_id, "")) for exam_id, name, note in session.exec(rows)}


def _row(
    person: Person, exam: Exam, participant: Participant, card_id: str, state: PriorState, said: tuple[str, str, str]
) -> PriorRequestRow:
    may = tuple(step for step in PriorStep if step in NEXT[state.step] and exam.site_id in person.sites(BY[step]))
    return PriorRequestRow(
        exam_id=exam.id or 0, participant_id=participant.id or 0, participant_name=unseal(participant.name_sealed),
        number=participant.number, programme=card_id, site_id=exam.site_id, exam_date=exam.exam_date, asked_by=said[0], note=said[1],
        last_note=said[2], state=state, next_steps=may, synthetic=exam.synthetic,
    )  # fmt: skip

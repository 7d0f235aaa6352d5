"""The second person: approves or refuses what somebody else entered, one entry or a whole list of a registry, never the own work."""

from collections.abc import Iterable, Sequence

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.outcomes.checked import ASIDE, SUBJECTS, TABLES, checked
from core.words import N_
from db.enums import CheckVerdict
from db.tables import Assessment, Exam, HandedInList, Outcome, Pathology, SecondCheck, User

Row = Outcome | Assessment | Pathology
PATHOLOGY = "pathology"  # in the detail of an outcome of a registry list: the id of the report that came with it


def approve(session: Session, person: Person, subject: str, row_id: int) -> SecondCheck:
    """From now on the entry counts. NotAllowed for the own entry or another site, Conflict naming who checked it before."""
    return _check(session, person, subject, row_id, CheckVerdict.approved, "")


def refuse(session: Session, person: Person, subject: str, row_id: int, note: str) -> SecondCheck:
    """The entry never counts and goes back to its author with the note. Rejected without a note."""
    if not note.strip():
        raise Rejected(N_("Say what is wrong with the entry; its author reads it"))
    return _check(session, person, subject, row_id, CheckVerdict.refused, note.strip()[:500])


def approve_many(session: Session, person: Person, entries: Iterable[tuple[str, int]]) -> int:
    """Approve several entries, all of them or none: the own ones among them, or one that somebody checked, stop the whole act."""
    reports_first = sorted(set(entries), key=lambda entry: entry[0] != PATHOLOGY)  # an outcome of a list approves the report beside it
    return len([approve(session, person, subject, row_id) for subject, row_id in reports_first])


def approve_list(session: Session, person: Person, list_id: str) -> int:
    """Approve everything of a registry list that nobody checked yet, in one act; how many entries. NotAllowed for who handed it in."""
    handed = session.get(HandedInList, list_id)
    if handed is None or handed.site_id not in person.sites(Act.record_outcome):
        raise NotAllowed(N_("This list is not at one of the sites where you record outcomes."))
    if handed.author_id == person.user_id:
        raise NotAllowed(N_("You handed this list in; another person has to check it."))
    rows = select(Outcome).where(Outcome.list_id == list_id, ~checked(Outcome), col(Outcome.entered_by).is_distinct_from(person.user_id))
    waiting = session.exec(rows).all()
    reports = _reports(session, person, waiting)
    keys = [("outcome", row.id) for row in waiting] + [(PATHOLOGY, row.id) for row in reports]
    _write(session, person, keys)
    audit.record(session, person, "list_approved", "list", list_id, site_id=handed.site_id, entries=len(keys))
    return len(keys)


def lay_aside(session: Session, person: Person, subject: str, row_id: int) -> None:
    """The author takes note of a refusal; the entry leaves the own list and stays in the history."""
    row, exam = _entry(session, person, subject, row_id)
    said = session.exec(select(SecondCheck).where(SecondCheck.subject == subject, SecondCheck.row_id == row_id)).first()
    if row.entered_by != person.user_id or said is None or said.verdict != CheckVerdict.refused:
        raise NotAllowed(N_("Only the author of a refused entry lays it aside."))
    _add(session, SecondCheck(subject=subject + ASIDE, row_id=row_id, verdict=said.verdict, author_id=person.user_id, at=now()))
    audit.record(session, person, "refusal_noted", subject, row_id, site_id=exam.site_id)


def _check(session: Session, person: Person, subject: str, row_id: int, verdict: CheckVerdict, note: str) -> SecondCheck:
    row, exam = _entry(session, person, subject, row_id)
    if _author(session, row) == person.user_id:
        raise NotAllowed(N_("You made this entry; another person has to check it."))
    made = _add(session, SecondCheck(subject=subject, row_id=row_id, verdict=verdict, author_id=person.user_id, note=note, at=now()))
    audit.record(session, person, f"entry_{verdict.value}", subject, row_id, site_id=exam.site_id, exam=exam.id)
    if isinstance(row, Outcome) and verdict == CheckVerdict.approved:
        _write(session, person, [(PATHOLOGY, one.id) for one in _reports(session, person, [row])])
    return made


def _entry(session: Session, person: Person, subject: str, row_id: int) -> tuple[Row, Exam]:
    table = TABLES.get(subject)
    row = session.get(table, row_id) if table else None
    exam = session.get(Exam, row.exam_id) if row else None
    if row is None or exam is None or exam.site_id not in person.sites(Act.record_outcome):
        raise NotAllowed(N_("This entry is not at one of the sites where you record outcomes."))
    return row, exam


def _author(session: Session, row: Row) -> int | None:
    """Who answers for an entry: who made it, or who handed in the list that brought it."""
    if row.entered_by is not None or not isinstance(row, Outcome) or row.list_id is None:
        return row.entered_by
    return session.get_one(HandedInList, row.list_id).author_id


def _reports(session: Session, person: Person, outcomes: Sequence[Outcome]) -> list[Pathology]:
    """The unchecked reports of pathology that came with outcomes of a registry list, those of other people."""
    ids = [row.detail[PATHOLOGY] for row in outcomes if row.list_id and row.detail.get(PATHOLOGY)]
    found = select(Pathology).where(~checked(Pathology), col(Pathology.entered_by).is_distinct_from(person.user_id))
    some = [session.exec(found.where(col(Pathology.id).in_(ids[k : k + 500]))).all() for k in range(0, len(ids), 500)]
    return [row for rows in some for row in rows]


def _write(session: Session, person: Person, keys: Sequence[tuple[str, int | None]]) -> None:
    at = now()
    rows = [
        {"subject": subject, "row_id": row_id, "verdict": CheckVerdict.approved, "author_id": person.user_id, "note": "", "at": at}
        for subject, row_id in keys
    ]
    try:
        if rows:
            session.execute(insert(SecondCheck), rows)
    except IntegrityError as taken:
        raise Conflict(N_("Somebody checked an entry of this list a moment ago; look at what still waits")) from taken


def _add(session: Session, made: SecondCheck) -> SecondCheck:
    before = select(SecondCheck, User.name).outerjoin(User, col(User.id) == SecondCheck.author_id)
    before = before.where(SecondCheck.subject == made.subject, SecondCheck.row_id == made.row_id)
    _refuse_second(session.exec(before).first())
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        found = session.exec(before).first()
        _refuse_second(found)
        raise
    return made


def _refuse_second(found: tuple[SecondCheck, str] | None) -> None:
    """Conflict naming who said what before."""
    if found is None:
        return
    said, name = found
    words = {
        CheckVerdict.approved: N_("{who} approved this entry on {day}; look again"),
        CheckVerdict.refused: N_("{who} refused this entry on {day}; look again"),
    }
    raise Conflict(words[said.verdict], who=name or N_("An earlier version of the program"), day=said.at.date())


__all__ = ["PATHOLOGY", "SUBJECTS", "approve", "approve_list", "lay_aside", "refuse"]

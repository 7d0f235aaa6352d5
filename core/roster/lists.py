"""Lists as they are handed in: kept sealed, their columns named, looked through, and taken in by a job."""

from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.objects import store
from core.roster import columns, job, kept
from core.roster.entry import Problem
from core.roster.sheet import Sheet, read_sheet
from core.words import N_, Sentence
from db.enums import ListKind
from db.tables import HandedInList, Site, User

__all__ = ["Line", "hand_in", "line", "lines", "look", "remarks", "set_columns", "sheet", "start"]
SMALL_BYTES = 1 << 20  # a list up to this size is looked through while the person waits


@dataclass(frozen=True)
class Line:
    """A list and where it stands: "new", "looked", "waiting" (for its job) or "done". Counts are those of `core.roster.job`."""

    id: str
    kind: ListKind
    site_id: int
    site_name: str
    name: str
    size_bytes: int
    by: str
    handed_in_at: datetime
    state: str
    mapping: Table[str, int]
    looked: Table[str, Any]
    result: Table[str, Any]
    refused: Sentence | None
    workflow_id: str | None
    finished_at: datetime | None


def hand_in(session: Session, person: Person, *, site_id: int, name: str, content: bytes, kind: ListKind = ListKind.participants) -> str:
    """Keep a file as a list of a site, its columns guessed; the id. Rejected saying why when it is no table, or none that can be taken."""
    person.must(Act.upload, site_id)
    found = read_sheet(name, content)
    mapping = columns.guess(found.head).columns if kind == ListKind.participants else {}
    made = HandedInList(
        id=str(uuid4()), kind=kind, site_id=site_id, name=name[:200], object_key=store().put(content), size_bytes=len(content),
        mapping=mapping, author_id=person.user_id, handed_in_at=now(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(session, person, "list_handed_in", "list", made.id, site_id=site_id, kind=kind.value)
    return made.id


def lines(session: Session, person: Person, *, kind: ListKind = ListKind.participants, limit: int = 50) -> tuple[Line, ...]:
    """The newest lists of the person's sites."""
    person.must(Act.upload)
    rows = _rows(person).where(HandedInList.kind == kind).order_by(col(HandedInList.handed_in_at).desc()).limit(limit)
    return tuple(_line(*row) for row in session.exec(rows))


def line(session: Session, person: Person, list_id: str) -> Line:
    """One list; NotAllowed outside the person's sites."""
    found = session.exec(_rows(person).where(HandedInList.id == list_id)).first()
    if found is None:
        raise NotAllowed(N_("This list is not at one of your sites."))
    return _line(*found)


def sheet(session: Session, person: Person, list_id: str) -> Sheet:
    """The table of a list; NotAllowed outside the person's sites."""
    row = _mine(session, person, list_id)
    return read_sheet(row.name, store().get(row.object_key))


def remarks(session: Session, person: Person, list_id: str) -> tuple[Problem, ...]:
    """What is wrong with rows of a list, and what somebody should look at; NotAllowed outside the person's sites."""
    line(session, person, list_id)
    return kept.problems(list_id)


def set_columns(session: Session, person: Person, list_id: str, chosen: Table[str, int]) -> None:
    """Say which column (from 0) holds which field; what was found before is forgotten. Rejected when a needed field has none."""
    row = _mine(session, person, list_id)
    _open(row)
    head = read_sheet(row.name, store().get(row.object_key)).head
    mapping = columns.by_place(head, dict(chosen))
    columns.check(mapping, head)
    row.mapping, row.looked = mapping.columns, {}
    session.add(row)
    audit.record(session, person, "list_mapped", "list", list_id, site_id=row.site_id)


def look(session: Session, person: Person, list_id: str) -> None:
    """Look through a small list at once; a larger one is looked through by its job. Rejected saying why it cannot be taken in."""
    row = _mine(session, person, list_id)
    _open(row)
    row.looked = job.looked(session, person, row)
    session.add(row)


def start(session: Session, person: Person, list_id: str) -> None:
    """Check that the list may be taken in now and note who wants it; its job is queued by `core.jobs.enqueue_list`."""
    row = _mine(session, person, list_id)
    _open(row)
    if not row.looked:
        raise Rejected(N_("Look through the list first; then take it in"))
    row.author_id = person.user_id
    session.add(row)
    audit.record(session, person, "list_started", "list", list_id, site_id=row.site_id)


def _open(row: HandedInList) -> None:
    if row.finished_at is not None:
        raise Conflict(N_("This list was taken in on {day}; hand it in again to take in what was missing"), day=row.finished_at.date())
    if row.workflow_id is not None:
        raise Conflict(N_("This list is being taken in already"))


def _mine(session: Session, person: Person, list_id: str) -> HandedInList:
    rows = select(HandedInList).where(HandedInList.id == list_id, col(HandedInList.site_id).in_(person.sites(Act.upload)))
    found = session.exec(rows.with_for_update()).first()
    if found is None:
        raise NotAllowed(N_("This list is not at one of your sites."))
    return found


def _rows(person: Person) -> Any:
    rows = select(HandedInList, col(Site.name), col(User.name)).join(Site, col(Site.id) == HandedInList.site_id)
    rows = rows.join(User, col(User.id) == HandedInList.author_id)
    return rows.where(col(HandedInList.site_id).in_(person.sites(Act.upload)))


def _line(row: HandedInList, site_name: str, by: str) -> Line:
    state = "done" if row.finished_at else "waiting" if row.workflow_id else "looked" if row.looked else "new"
    return Line(
        id=row.id, kind=row.kind, site_id=row.site_id, site_name=site_name, name=row.name, size_bytes=row.size_bytes, by=by,
        handed_in_at=row.handed_in_at, state=state, mapping=row.mapping, looked=row.looked, result=row.result,
        refused=Sentence.from_json(row.result.get("refused")), workflow_id=row.workflow_id, finished_at=row.finished_at,
    )  # fmt: skip

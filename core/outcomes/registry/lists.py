"""Lists of a cancer registry as they are handed in: columns named, looked through, started, and approved by somebody else."""

from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from core import audit
from core.access import Act, Person
from core.errors import Conflict, NotAllowed
from core.objects import store
from core.outcomes.checked import checked
from core.outcomes.registry import columns, job
from core.roster import lists
from core.roster.sheet import read_sheet
from core.words import N_
from db.enums import ListKind
from db.tables import HandedInList, Outcome, User


@dataclass(frozen=True)
class Open:
    """A list whose entries wait for their check; `own` when this person handed it in."""

    list_id: str
    name: str
    by: str
    own: bool
    entries: int


def hand_in(session: Session, person: Person, *, site_id: int, name: str, content: bytes) -> str:
    """Keep a registry's file as a list of a site, its columns guessed; the id."""
    person.must(Act.record_outcome, site_id)
    made = lists.hand_in(session, person, site_id=site_id, name=name, content=content, kind=ListKind.registry)
    row = session.get_one(HandedInList, made)
    row.mapping = columns.guess(read_sheet(name, content).head).columns
    session.add(row)
    return made


def set_columns(session: Session, person: Person, list_id: str, chosen: Table[str, int]) -> None:
    """Say which column (from 0) holds which field; what was found before is forgotten."""
    row = _mine(session, person, list_id)
    head = read_sheet(row.name, store().get(row.object_key)).head
    row.mapping, row.looked = columns.by_place(head, chosen).columns, {}
    session.add(row)
    audit.record(session, person, "list_mapped", "list", list_id, site_id=row.site_id)


def look(session: Session, person: Person, list_id: str) -> None:
    """Look through the list and keep the counts; Rejected saying why it cannot be taken in."""
    row = _mine(session, person, list_id)
    row.looked = job.looked(session, person, row)
    session.add(row)


def rows(session: Session, person: Person, list_id: str) -> list[list[Any]]:
    """What each row became when the list was last looked through; NotAllowed outside the person's sites."""
    lists.line(session, person, list_id)
    return job.rows(list_id)


def waiting(session: Session, person: Person) -> tuple[Open, ...]:
    """The lists at the person's sites with entries that nobody checked yet, the oldest first."""
    person.must(Act.record_outcome)
    rows = select(HandedInList, User.name, func.count(col(Outcome.id))).join(Outcome, col(Outcome.list_id) == HandedInList.id)
    rows = rows.join(User, col(User.id) == HandedInList.author_id).where(~checked(Outcome), HandedInList.kind == ListKind.registry)
    rows = rows.where(col(HandedInList.site_id).in_(person.sites(Act.record_outcome)))
    found = session.exec(rows.group_by(col(HandedInList.id), col(User.name)).order_by(col(HandedInList.handed_in_at)))
    return tuple(Open(row.id, row.name, name, row.author_id == person.user_id, n) for row, name, n in found)


def _mine(session: Session, person: Person, list_id: str) -> HandedInList:
    rows = select(HandedInList).where(HandedInList.id == list_id, HandedInList.kind == ListKind.registry)
    row = session.exec(rows.where(col(HandedInList.site_id).in_(person.sites(Act.upload))).with_for_update()).first()
    if row is None:
        raise NotAllowed(N_("This list is not at one of your sites."))
    if row.finished_at is not None or row.workflow_id is not None:
        raise Conflict(N_("This list is being taken in already"))
    return row

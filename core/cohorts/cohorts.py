"""Saved selections of participants: changed by a new version with its reason, frozen with the people of a day, compared, exported."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, literal, not_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from core import audit
from core.access import Act, Person
from core.batches import batches
from core.clock import now, today
from core.cohorts import selection as selections
from core.cohorts.selection import Selection
from core.errors import Conflict, NotAllowed, Rejected
from core.sealing import unseal
from core.words import N_
from db.tables import Cohort, CohortMember, CohortVersion, Participant, Site, User

AT_ONCE = 1000


@dataclass(frozen=True)
class Version:
    """What a cohort selects from a moment on; of a frozen one, `frozen_on` is the day whose people it holds."""

    id: int
    number: int
    selection: Selection
    reason: str
    by: str
    at: datetime

    @property
    def frozen_on(self) -> date | None:
        return self.at.date() if self.selection.frozen else None


@dataclass(frozen=True)
class Saved:
    """A cohort with its versions, the newest first."""

    id: int
    name: str
    retired: bool
    versions: tuple[Version, ...]

    @property
    def newest(self) -> Version:
        return self.versions[0]


@dataclass(frozen=True)
class Compared:
    """How many participants two versions hold together, and each alone."""

    together: int
    only_first: int
    only_second: int


def cohorts(session: Session, person: Person, *, retired: bool = False) -> tuple[Saved, ...]:
    """The saved selections by name; they are the same for everybody, their members are those at the person's sites."""
    person.must(Act.see_participants)
    rows = select(Cohort).order_by(Cohort.name)
    found = session.exec(rows if retired else rows.where(col(Cohort.retired_at).is_(None))).all()
    versions = _versions(session, [row.id or 0 for row in found])
    return tuple(Saved(row.id or 0, row.name, row.retired_at is not None, versions[row.id or 0]) for row in found)


def cohort(session: Session, person: Person, cohort_id: int) -> Saved:
    """One cohort; NotAllowed when there is none."""
    found = next((one for one in cohorts(session, person, retired=True) if one.id == cohort_id), None)
    if found is None:
        raise NotAllowed(N_("There is no such cohort."))
    return found


def make(session: Session, person: Person, name: str, selection: Selection) -> int:
    """Save a selection under a new name; its id. Conflict when the name is taken."""
    _may(person, selection)
    if not name.strip():
        raise Rejected(N_("Give the cohort a name"))
    made = Cohort(name=name.strip()[:120], author_id=person.user_id, created_at=now())
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as problem:
        raise Conflict(N_("There is a cohort “{name}” already"), name=made.name) from problem
    _add(session, person, made.id or 0, 1, selection, N_("First version"))
    audit.record(session, person, "cohort_made", "cohort", made.id)
    return made.id or 0


def change(session: Session, person: Person, cohort_id: int, selection: Selection, reason: str, *, seen: int) -> int:
    """A new version; its id. `seen` is the number of the version that was changed: Conflict naming who made another one meanwhile."""
    _may(person, selection)
    if not reason.strip():
        raise Rejected(N_("Say why the cohort changes"))
    newest = _newest(session, person, cohort_id, seen)
    if replace(selection, frozen=False) == newest.selection:
        raise Rejected(N_("This selects what the version before selects"))
    made = _add(session, person, cohort_id, seen + 1, replace(selection, frozen=False), reason)
    audit.record(session, person, "cohort_changed", "cohort", cohort_id, version=seen + 1)
    return made


def freeze(session: Session, person: Person, cohort_id: int, reason: str, *, seen: int) -> int:
    """A new version that holds the people whom the newest one selects today at the person's sites, whatever becomes of them; its id."""
    person.must(Act.work_queue)
    newest = _newest(session, person, cohort_id, seen)
    if newest.selection.frozen:
        raise Conflict(N_("This version is frozen already, with its members of {day}"), day=newest.at.date())
    people = members(session, person, newest)
    made = _add(session, person, cohort_id, seen + 1, replace(newest.selection, frozen=True), reason.strip() or N_("Frozen"))
    chosen = select(literal(made), col(Participant.id)).where(people)
    columns = ["version_id", "participant_id"]
    session.connection().execute(insert(CohortMember).from_select(columns, chosen))
    audit.record(session, person, "cohort_frozen", "cohort", cohort_id, version=seen + 1)
    return made


def retire(session: Session, person: Person, cohort_id: int) -> None:
    """Leave a cohort out of the lists; its versions stay."""
    person.must(Act.work_queue)
    row = session.get(Cohort, cohort_id)
    if row is None or row.retired_at is not None:
        raise Conflict(N_("This cohort is retired already"))
    row.retired_at = now()
    session.add(row)
    audit.record(session, person, "cohort_retired", "cohort", cohort_id)


def members(session: Session, person: Person, version: Version, on: date | None = None) -> ColumnElement[bool]:
    """The condition over `Participant` of being a member at one of the person's sites, today or on another day."""
    person.must(Act.see_participants)
    mine = col(Participant.site_id).in_(person.sites(Act.see_participants))
    return and_(mine, selections.condition(session, version.selection, on or today(), version.id))


def count(session: Session, person: Person, version: Version, on: date | None = None) -> int:
    """How many members there are at the person's sites."""
    return _counted(session, members(session, person, version, on))


def compare(session: Session, person: Person, first: Version, second: Version) -> Compared:
    """Both as they select today, a frozen one as it was frozen."""
    one, other = members(session, person, first), members(session, person, second)
    together = _counted(session, and_(one, other))
    return Compared(together, _counted(session, and_(one, not_(other))), _counted(session, and_(other, not_(one))))


def rows(session: Session, person: Person, version: Version) -> Iterator[tuple[object, ...]]:
    """Number, patient number, name, date of birth, sex and site of every member, for a file; it is noted who took it."""
    found: Any = select(Participant, col(Site.name)).join(Site, col(Site.id) == Participant.site_id)
    found = found.where(members(session, person, version)).order_by(col(Participant.id))
    audit.record(session, person, "cohort_exported", "cohort", version.id, version=version.number)
    for some in batches(session.exec(found), AT_ONCE):
        for row, site in some:
            yield row.number, unseal(row.identifier_sealed), unseal(row.name_sealed), row.birth_date, row.sex.value, site


def _counted(session: Session, people: ColumnElement[bool]) -> int:
    return session.exec(select(func.count()).select_from(Participant).where(people)).one()


def _may(person: Person, selection: Selection) -> None:
    person.must(Act.work_queue)
    selections.check(selection)
    for site_id in selection.site_ids:
        person.must(Act.work_queue, site_id)


def _newest(session: Session, person: Person, cohort_id: int, seen: int) -> Version:
    session.exec(select(Cohort.id).where(Cohort.id == cohort_id).with_for_update()).all()
    newest = cohort(session, person, cohort_id).newest
    if newest.number != seen:
        raise Conflict(N_("{name} made version {n} meanwhile; look at it first"), name=newest.by, n=newest.number)
    return newest


def _add(session: Session, person: Person, cohort_id: int, number: int, selection: Selection, reason: str) -> int:
    made = CohortVersion(
        cohort_id=cohort_id, version=number, selection=selection.stored(), reason=reason.strip()[:500], author_id=person.user_id, at=now()
    )
    session.add(made)
    session.flush()
    return made.id or 0


def _versions(session: Session, ids: list[int]) -> dict[int, tuple[Version, ...]]:
    found = select(CohortVersion, User.name).join(User, col(User.id) == CohortVersion.author_id)
    found = found.where(col(CohortVersion.cohort_id).in_(ids)).order_by(col(CohortVersion.version).desc())
    made: dict[int, tuple[Version, ...]] = {}
    for row, by in session.exec(found):
        version = Version(row.id or 0, row.version, selections.of(row.selection), row.reason, by, row.at)
        made[row.cohort_id] = (*made.get(row.cohort_id, ()), version)
    return made

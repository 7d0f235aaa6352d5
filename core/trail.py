"""Reading the audit trail: who did what to which object, searched by person, act, object and day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from core import audit
from core.access import Act, Person
from db.tables import AuditEvent, Site, User

MOST = 50_000  # events in one file


@dataclass(frozen=True)
class TrailFilters:
    """Empty means everything; days are whole and inclusive, UTC."""

    actor: str = ""
    action: str = ""
    object_text: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class TrailLine:
    """One event."""

    id: int
    at: datetime
    actor: str
    actor_name: str
    action: str
    object_kind: str
    object_id: str
    site: str
    detail: Mapping[str, Any]
    hash: str


@dataclass(frozen=True)
class Trail:
    """Some of `total` events, newest first, and every act that occurs in the whole trail."""

    rows: tuple[TrailLine, ...]
    total: int
    actions: tuple[str, ...]


def trail(session: Session, person: Person, filters: TrailFilters = TrailFilters(), *, page: int = 0, size: int = 100) -> Trail:
    """The events at the administrator's sites that fit, and those of no site, newest first."""
    person.must(Act.administer)
    mine = or_(col(AuditEvent.site_id).in_(person.sites(Act.administer)), col(AuditEvent.site_id).is_(None))
    found = _matching(filters).where(mine)
    total = session.exec(select(func.count()).select_from(found.subquery())).one()
    people = dict(session.exec(select(col(User.id), col(User.name))).all())
    sites = dict(session.exec(select(col(Site.id), col(Site.name))).all())
    rows = session.exec(found.order_by(col(AuditEvent.id).desc()).offset(page * size).limit(size))
    acts = session.exec(select(AuditEvent.action).distinct().order_by(AuditEvent.action)).all()
    return Trail(tuple(_line(row, people, sites) for row in rows), total, tuple(acts))


def export(session: Session, person: Person, filters: TrailFilters) -> tuple[TrailLine, ...]:
    """The newest events that fit, for a file; that they were taken out is an event itself."""
    rows = trail(session, person, filters, size=MOST).rows
    audit.record(session, person, "trail_exported", "trail", len(rows))
    return rows


def verified(session: Session, person: Person) -> int | None:
    """The id of the first event that does not fit the chain; None when the whole trail is intact."""
    person.must(Act.administer)
    return audit.broken_link(session)


def _matching(filters: TrailFilters) -> SelectOfScalar[AuditEvent]:
    found = select(AuditEvent)
    if filters.actor.strip():
        named = select(User.id).where(col(User.name).icontains(filters.actor.strip(), autoescape=True))
        found = found.where(
            or_(col(AuditEvent.actor).icontains(filters.actor.strip(), autoescape=True), col(AuditEvent.actor_id).in_(named))
        )
    if filters.action:
        found = found.where(AuditEvent.action == filters.action)
    if filters.object_text.strip():
        kind, _, number = filters.object_text.strip().rpartition(" ")
        found = found.where(AuditEvent.object_id == number)
        if kind:
            found = found.where(AuditEvent.object_kind == kind)
    if filters.first:
        found = found.where(AuditEvent.at >= datetime.combine(filters.first, time(), UTC))
    if filters.last:
        found = found.where(AuditEvent.at < datetime.combine(filters.last + timedelta(days=1), time(), UTC))
    return found


def _line(row: AuditEvent, people: Mapping[int | None, str], sites: Mapping[int | None, str]) -> TrailLine:
    return TrailLine(
        id=row.id or 0, at=row.at, actor=row.actor, actor_name=people.get(row.actor_id, row.actor), action=row.action,
        object_kind=row.object_kind, object_id=row.object_id, site=sites.get(row.site_id, ""), detail=row.detail, hash=row.hash,
    )  # fmt: skip

"""The audit trail: who did or saw what, each event chained to the one before by SHA-256. Never used to drive function."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from core.clock import now
from db.tables import AuditEvent

if TYPE_CHECKING:
    from core.access import Person

FIRST = "0" * 64
CHAIN_LOCK = 4_612_001  # any constant: the advisory lock that orders writers of the chain on PostgreSQL


def record(
    session: Session, actor: "Person | str", action: str, object_kind: str, object_id: object, *, site_id: int | None = None, **detail: Any
) -> None:
    """Append one event; `detail` holds ids and plain values, never a name."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
    last = session.exec(select(AuditEvent.hash).order_by(col(AuditEvent.id).desc()).limit(1)).first()
    event = AuditEvent(
        at=now(),
        actor_id=None if isinstance(actor, str) else actor.user_id,
        actor=actor if isinstance(actor, str) else actor.login,
        action=action,
        object_kind=object_kind,
        object_id=str(object_id),
        site_id=site_id,
        detail=detail,
        previous_hash=last or FIRST,
        hash="",
    )
    event.hash = digest(event)
    session.add(event)
    session.flush()


def digest(event: AuditEvent) -> str:
    """SHA-256 over everything that an event says and the hash of the event before it."""
    said = [event.at.isoformat(), event.actor_id, event.actor, event.action, event.object_kind, event.object_id, event.site_id]
    text_form = json.dumps([*said, event.detail, event.previous_hash], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text_form.encode()).hexdigest()


def broken_link(session: Session) -> int | None:
    """The id of the first event that does not fit its chain, None when the whole trail is intact."""
    before = FIRST
    for event in session.exec(select(AuditEvent).order_by(col(AuditEvent.id))):
        if event.previous_hash != before or event.hash != digest(event):
            return event.id
        before = event.hash
    return None

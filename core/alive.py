"""Signs of life: each process says under its stable name that it is there, so that its work can be handed on when it falls silent."""

import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from core.clock import now
from core.errors import Conflict
from core.words import N_
from db.tables import Process

EVERY_S = 5.0
SILENT_S = 30.0  # after this a process counts as gone and its jobs go to the others


@dataclass(frozen=True)
class Life:
    """One process as the operations page shows it."""

    name: str
    kind: str
    host: str
    started_at: datetime
    seen_at: datetime
    alive: bool
    detail: dict[str, Any]


def start(session: Session, name: str, kind: str, **detail: Any) -> None:
    """Enter this process as started now; Conflict when one of that name lives on another machine, because jobs go by that name."""
    known = session.get(Process, name)
    if known is not None and known.host != socket.gethostname() and known.seen_at > now() - timedelta(seconds=SILENT_S):
        raise Conflict(
            N_("{name} is running on {host} already; give this one another name (FIRSTLIGHT_WORKER_ID)"), name=name, host=known.host
        )
    row = known or Process(name=name, kind=kind, started_at=now(), seen_at=now())
    row.kind, row.host, row.started_at, row.seen_at, row.detail = kind, socket.gethostname(), now(), now(), detail
    session.add(row)
    session.flush()


def beat(session: Session, name: str) -> None:
    """Say that the process is still there."""
    row = session.get(Process, name)
    if row is not None:
        row.seen_at = now()
        session.add(row)


def processes(session: Session) -> tuple[Life, ...]:
    """Every process that ever reported, by name."""
    limit = now() - timedelta(seconds=SILENT_S)
    rows = session.exec(select(Process).order_by(Process.name))
    return tuple(Life(row.name, row.kind, row.host, row.started_at, row.seen_at, row.seen_at > limit, row.detail) for row in rows)

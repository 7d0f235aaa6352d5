"""The kept columns of this process: loaded once from disk, brought up to date before every use."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from core.columns import disk, fetch
from core.columns.rows import Rows
from core.settings import settings
from db.engine import snapshot
from db.tables import AuditEvent, Installation

log = logging.getLogger(__name__)
ENOUGH = 20_000
"""New rows from which on the files are written anew."""


@dataclass(frozen=True)
class Kept:
    """Columns by table name. `stamp` changes whenever any of them did."""

    tables: Mapping[str, Rows]
    change: int
    audit: tuple[int, str] | None
    mark: str
    stamp: int = 0
    unwritten: int = 0

    def __getitem__(self, name: str) -> Rows:
        return self.tables[name]


_lock = threading.Lock()
_known: dict[str, Kept] = {}


def current(session: Session) -> Kept:
    """The columns as this session sees the database.

    A session that writes gets columns of its own: rows that may never be committed are not kept.
    """
    address = str(session.get_bind().engine.url)
    if session.get_bind().get_execution_options().get("firstlight_writes", False):
        return _new(session, _known.get(address))
    with _lock:
        found = _new(session, _known.get(address) or _from_disk(session))
        _known.clear()
        _known[address] = found if found.unwritten < ENOUGH else _write(session, found)
        return found


def warm() -> None:
    """Load the columns before anybody asks; for the start of the web process, in a thread of its own."""
    with snapshot() as session:
        current(session)


def tend() -> bool:
    """Bring the files on disk up to date when much is new; whether they were written. For the worker's sweep."""
    with snapshot() as session, _lock:
        before = _from_disk(session)
        found = _new(session, before)
        if found.unwritten >= ENOUGH:
            _write(session, found)
        return found.unwritten >= ENOUGH


def _new(session: Session, before: Kept | None) -> Kept:
    mark = session.exec(select(Installation.mark)).one()
    if before is not None and not (before.mark == mark and _same_history(session, before)):
        log.warning("kept columns are of another history of this database; they are read anew")
        before = None
    tables, change, fetched = fetch.up_to_date(session, before.tables if before else {}, before.change if before else -1)
    stamp, unwritten = (before.stamp, before.unwritten) if before else (0, 0)
    changed = fetched or before is None or change != before.change
    return Kept(tables, change, _last_audit(session), mark, stamp + 1 if changed else stamp, unwritten + fetched)


def _same_history(session: Session, before: Kept) -> bool:
    """Whether the last event known then still stands in the audit trail: a restored copy that went another way has another one."""
    if before.audit is None:
        return True
    return session.exec(select(AuditEvent.hash).where(AuditEvent.id == before.audit[0])).first() == before.audit[1]


def _last_audit(session: Session) -> tuple[int, str] | None:
    last = session.exec(select(AuditEvent.id, AuditEvent.hash).order_by(col(AuditEvent.id).desc()).limit(1)).first()
    return (last[0] or 0, last[1]) if last else None


def _write(session: Session, found: Kept) -> Kept:
    said = {"mark": found.mark, "change": found.change, "audit": list(found.audit or ())}
    disk.write(settings().data_dir / "columns", found.tables, said)
    return Kept(found.tables, found.change, found.audit, found.mark, found.stamp, 0)


def _from_disk(session: Session) -> Kept | None:
    mark = session.exec(select(Installation.mark)).one()
    found = disk.read(settings().data_dir / "columns", {"mark": mark})
    if found is None:
        return None
    tables, told = found
    audit: list[Any] = told["audit"]
    return Kept(tables, told["change"], (audit[0], audit[1]) if audit else None, mark)

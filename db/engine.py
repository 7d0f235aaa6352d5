"""The one engine of a process, and the two ways to use it: `transaction()` to write, `snapshot()` to read."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url
from sqlmodel import Session, create_engine

A_DAY_S = 86_400.0
_address: str | None = None
_tidied = float("-inf")


def connect(address: str) -> None:
    """Name the database of this process; called once by each main, and by tests for each database."""
    global _address
    if address != _address:
        engine.cache_clear()
        _address = address


@cache
def engine() -> Engine:
    """The engine of the database named by `connect`."""
    if _address is None:
        raise RuntimeError("db.engine.connect(address) has not been called in this process")
    url = make_url(_address)
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        made = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "begin", _begin_sqlite)
        return made
    return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=5)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is said by _begin_sqlite, not by the driver
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=30000", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    """Writers take the lock at once, so that what they read cannot change before they write."""
    writes = connection.get_execution_options().get("firstlight_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def transaction() -> Iterator[Session]:
    """A session that is committed when the block ends well and rolled back when it does not."""
    with Session(engine().execution_options(firstlight_writes=True), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def snapshot() -> Iterator[Session]:
    """A session for reading; nothing done in it is kept."""
    with Session(engine(), expire_on_commit=False) as session:
        yield session


def tidy() -> None:
    """Let SQLite count anew how much lies in its tables, once a day; PostgreSQL does so by itself."""
    global _tidied
    if engine().dialect.name != "sqlite" or monotonic() - _tidied < A_DAY_S:
        return
    with engine().connect() as connection:
        connection.exec_driver_sql("PRAGMA analysis_limit=1000")
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    _tidied = monotonic()

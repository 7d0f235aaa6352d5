"""A programme that is already running keeps its reads when it is brought to the newest tables."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from db import migrate
from db.engine import connect, engine, snapshot, transaction
from db.tables import Exam, Read
from tests import postgres

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
OLD: dict[str, dict[str, Any]] = {
    "site": {"id": 1, "code": "A", "name": "Site A", "synthetic": False, "created_at": NOW},
    "app_user": {"id": 1, "login": "d", "name": "Dr D", "password_hash": "x", "language": "en", "active": True, "created_at": NOW},
    "programme": {"id": 1, "card_id": "breast", "card_version": "1.0", "created_at": NOW},
    "participant": {"id": 1, "site_id": 1, "number": "P1", "sex": "female", "synthetic": False, "created_at": NOW},
    "episode": {"id": 1, "participant_id": 1, "programme_id": 1, "round": 1, "opened_at": NOW},
    "exam": {"id": 1, "episode_id": 1, "site_id": 1, "kind": "mammography", "exam_date": date(2026, 11, 1), "received_at": NOW},
    "read": {"id": 1, "exam_id": 1, "reader_id": 1, "category": "2", "decision": "routine_recall", "saw_ai": True, "opened_at": NOW,
             "committed_at": NOW},
}  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'old.sqlite'}"
        return
    if not postgres.available():
        pytest.skip("no PostgreSQL: set TEST_DATABASE_URL or install Debian's postgresql")
    template = make_url(request.getfixturevalue("postgres_template")).set(drivername="postgresql+psycopg")
    maintenance = create_engine(template.set(database="postgres"), isolation_level="AUTOCOMMIT")
    name = f"old_{uuid4().hex[:8]}"
    with maintenance.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield template.set(database=name).render_as_string(hide_password=False)
    engine().dispose()
    with maintenance.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    maintenance.dispose()


def test_reads_signed_before_double_reading_are_kept_and_still_guarded(empty: str) -> None:
    connect(empty)
    config = migrate.configuration()
    with engine().begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        old = MetaData()
        old.reflect(connection)
        for name, values in OLD.items():
            missing = {
                column.name: _plain(column) for column in old.tables[name].columns if not column.nullable and column.name not in values
            }
            connection.execute(old.tables[name].insert().values(**missing, **values))
    migrate.upgrade()
    with snapshot() as session:
        read, exam = session.exec(select(Read)).one(), session.exec(select(Exam)).one()
        assert (read.category, read.saw_ai, read.revision, read.seen) == ("2", True, 0, {})
        assert (exam.follows_exam_id, exam.expected_parts) == (None, [])
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.connection().execute(text("UPDATE read SET category = '1'"))
    with transaction() as session:  # the reader took it back and signs again
        session.add(Read(**{**OLD["read"], "id": 2, "revision": 1}))
    with pytest.raises(DBAPIError, match=r"(?i)unique"), transaction() as session:
        session.add(Read(**{**OLD["read"], "id": 3, "revision": 1}))


def _plain(column: Any) -> Any:
    """Something that a column without a value of its own may hold."""
    kind = column.type.python_type
    return {bool: False, int: 0, dict: {}, datetime: NOW, date: NOW.date(), bytes: b""}.get(kind, "")

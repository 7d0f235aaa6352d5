"""The database keeps history: what tells it cannot be changed, and the migrations build exactly the tables."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel, select

from core import audit
from db.engine import engine, snapshot, transaction
from db.tables import APPEND_ONLY, AuditEvent, SignInEvent


def test_migrations_build_what_the_tables_say(database: str) -> None:
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, SQLModel.metadata) == []


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_history_refuses_change(database: str, verb: str) -> None:
    with transaction() as session:
        session.add(SignInEvent(login="somebody", succeeded=True, at=datetime.now(UTC)))
    statement = "DELETE FROM signinevent" if verb == "DELETE" else "UPDATE signinevent SET login = 'x'"
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(statement))
    with snapshot() as session:
        assert session.exec(select(SignInEvent)).one().login == "somebody"


def test_every_append_only_table_has_its_trigger(database: str) -> None:
    query = {
        "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT event_object_table FROM information_schema.triggers",
    }[engine().dialect.name]
    with engine().connect() as connection:
        guarded = set(connection.execute(text(query)).scalars())
    assert guarded >= set(APPEND_ONLY)
    assert set(APPEND_ONLY) <= set(inspect(engine()).get_table_names())


def test_a_failed_transaction_leaves_nothing(database: str) -> None:
    def half_done() -> None:
        with transaction() as session:
            session.add(SignInEvent(login="somebody", succeeded=True, at=datetime.now(UTC)))
            session.flush()
            raise InterruptedError

    with pytest.raises(InterruptedError):
        half_done()
    with snapshot() as session:
        assert session.exec(select(SignInEvent)).all() == []


def test_a_moment_without_zone_is_refused(database: str) -> None:
    with pytest.raises(Exception, match="no time zone"), transaction() as session:
        session.add(SignInEvent(login="somebody", succeeded=True, at=datetime(2026, 1, 1)))


def test_the_audit_chain_holds_and_shows_where_it_was_cut(database: str) -> None:
    with transaction() as session:
        for number in range(3):
            audit.record(session, "test", "looked", "case", number)
    with snapshot() as session:
        assert audit.broken_link(session) is None
        second = session.exec(select(AuditEvent).where(AuditEvent.object_id == "1")).one()
    drop = "DROP TRIGGER auditevent_no_update" if engine().dialect.name == "sqlite" else "DROP TRIGGER auditevent_append_only ON auditevent"
    with transaction() as session:
        session.execute(text(drop))
        session.execute(text("UPDATE auditevent SET action = 'nothing' WHERE id = :id"), {"id": second.id})
    with snapshot() as session:
        assert audit.broken_link(session) == second.id

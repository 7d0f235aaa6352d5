"""Processes show signs of life under names of their own."""

from datetime import timedelta

import pytest

from core import alive
from core.errors import Conflict
from db.engine import snapshot, transaction
from db.tables import Process


def shifted(name: str, *, seconds: float, host: str | None = None) -> None:
    with transaction() as session:
        row = session.get_one(Process, name)
        row.seen_at -= timedelta(seconds=seconds)
        row.host = host or row.host
        session.add(row)


def test_a_process_is_alive_until_it_falls_silent(database: str) -> None:
    with transaction() as session:
        alive.start(session, "worker-1", "worker", device="CPU")
    with snapshot() as session:
        (life,) = alive.processes(session)
    assert (life.name, life.alive, life.detail) == ("worker-1", True, {"device": "CPU"})
    shifted("worker-1", seconds=alive.SILENT_S + 1)
    with snapshot() as session:
        assert not alive.processes(session)[0].alive
    with transaction() as session:
        alive.beat(session, "worker-1")
    with snapshot() as session:
        assert alive.processes(session)[0].alive


def test_a_name_in_use_on_another_machine_is_refused_until_that_one_is_gone(database: str) -> None:
    with transaction() as session:
        alive.start(session, "worker-1", "worker")
        alive.start(session, "worker-1", "worker")
    shifted("worker-1", seconds=0, host="elsewhere")
    with pytest.raises(Conflict, match="elsewhere"), transaction() as session:
        alive.start(session, "worker-1", "worker")
    shifted("worker-1", seconds=alive.SILENT_S + 1)
    with transaction() as session:
        alive.start(session, "worker-1", "worker")

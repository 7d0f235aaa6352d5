"""The connection of this process to the job engine's own database, and the names that both sides of it use."""

import sqlite3
from contextlib import closing
from functools import cache
from typing import Any

from dbos import DBOS, DBOSClient, WorkflowStatus
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from core.errors import Retryable
from core.settings import settings
from core.words import N_

APPLICATION, VERSION = "firstlight", "1"  # a fixed version, so that an upgraded worker takes up what the one before it left
SILENT = N_("The job engine does not answer. Nothing is lost, the work will be queued again; start Firstlight if it is not running.")
UNREACHABLE = (OperationalError, ProgrammingError)  # what it raises when it is not there or has no tables yet


def prepare() -> None:
    """Make or migrate the engine's tables; called once by the launcher before other processes start."""
    settings().data_dir.mkdir(parents=True, exist_ok=True)
    address = make_url(settings().jobs_database)
    if address.get_backend_name() == "sqlite" and address.database:
        with closing(sqlite3.connect(address.database, timeout=30)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")  # pages that ask for progress must not wait for the worker's writes
    DBOS.migrate(settings().jobs_database)


def client() -> DBOSClient:
    """The connection; nothing is opened before it is used."""
    return _client(settings().jobs_database)


def close() -> None:
    """Let go of the engine's database; the next call opens it again."""
    if _client.cache_info().currsize:
        client().destroy()
        _client.cache_clear()


def listed(**conditions: Any) -> list[WorkflowStatus]:
    """Jobs by the engine's own conditions; Retryable when it does not answer."""
    try:
        return client().list_workflows(load_output=False, **conditions)
    except UNREACHABLE as problem:
        raise Retryable(SILENT) from problem


@cache
def _client(address: str) -> DBOSClient:
    return DBOSClient(system_database_url=address, lazy=True, application_name=APPLICATION, retry_connection_errors=False)

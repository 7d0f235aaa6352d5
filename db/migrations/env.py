"""Alembic's entry: runs on the connection that `db.migrate.upgrade` hands over."""

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel

import db.tables  # noqa: F401  fills the metadata
from db.types import Json, UtcDateTime


def render(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Our own column types by their names in new migrations."""
    if kind == "type" and item is Json:
        return "db.types.Json"
    return "db.types.UtcDateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True, render_item=render)
with context.begin_transaction():
    context.run_migrations()

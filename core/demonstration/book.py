"""Rows of the demonstration history, kept until whole tables can be inserted at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

Row = TypeVar("Row", bound=SQLModel)


@dataclass
class Book:
    """Everything that is written for one programme, kept until whole tables can be inserted at once."""

    today: date
    site_ids: Sequence[int]
    names: Mapping[int, str]
    """Who reads, by user id."""
    arbitrators: dict[int, int] = field(default_factory=dict)
    """Exam id → the user who settled it."""
    rows: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def reader_ids(self) -> Sequence[int]:
        return tuple(self.names)

    def add(self, table: type[SQLModel], **values: Any) -> None:
        self.rows[table].append(values)

    def write(self, session: Session, *tables: type[SQLModel]) -> None:
        for table in tables:
            if self.rows[table]:
                session.execute(insert(table), self.rows.pop(table))


def insert_rows(session: Session, table: type[Row], rows: list[dict[str, Any]]) -> list[int]:
    """Insert many rows at once; their ids in the order given."""
    if not rows:
        return []
    column = table.__table__.c.id  # type: ignore[attr-defined]
    return list(session.scalars(insert(table).returning(column, sort_by_parameter_order=True), rows))


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=UTC)

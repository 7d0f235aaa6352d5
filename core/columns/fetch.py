"""What is new or has changed in a table since it was last asked."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import between, or_, select
from sqlmodel import Session, col, func

from core.columns import rows
from core.columns.rows import Rows
from core.columns.source import SOURCES, Source
from db.tables import RowChange

AT_ONCE = 200_000  # rows of one answer
SPANS = 50  # of missing ids that are asked for again
CHANGES = 5000  # of one table; beyond that it is asked for anew


def up_to_date(session: Session, known: Mapping[str, Rows], change: int) -> tuple[dict[str, Rows], int, int]:
    """Every table with what is new; the last change taken in, and how many rows were fetched. `change`: the last one taken in before."""
    changed, last = _changes(session, change)
    late = session.get_bind().dialect.name != "sqlite"  # there a smaller id never appears after a greater one
    found: dict[str, Rows] = {}
    fetched = 0
    for source in SOURCES:
        before = known.get(source.name) or rows.empty(source)
        found[source.name], count = _table(session, source, before, changed.get(source.name, ()), late)
        fetched += count
    return found, last, fetched


def _changes(session: Session, since: int) -> tuple[dict[str, list[int]], int]:
    """Ids of rows that changed after the change `since`, by table, and the last change there is."""
    last = session.exec(select(func.max(col(RowChange.id)))).scalar_one() or 0  # type: ignore[call-overload]
    found: dict[str, list[int]] = {}
    if since >= 0 and last > since:
        asked = select(col(RowChange.subject), col(RowChange.row_id)).where(col(RowChange.id) > since).distinct()
        for subject, row_id in session.execute(asked):
            found.setdefault(subject, []).append(row_id)
    return found, last


def _table(session: Session, source: Source, known: Rows, changed: Sequence[int], late: bool) -> tuple[Rows, int]:
    if len(changed) > CHANGES:
        known, changed = rows.empty(source), ()
    fetched = 0
    spans = rows.gaps(known["id"], SPANS) if late else []
    if spans:
        known, count = _join(session, source, known, or_(*(between(source.id, *span) for span in spans)))
        fetched += count
    if changed:
        known, count = _join(session, source, rows.without(known, changed), source.id.in_(changed))
        fetched += count
    known, count = _join(session, source, known, source.id > (int(known["id"][-1]) if len(known) else 0))
    return known, fetched + count


def _join(session: Session, source: Source, known: Rows, condition: Any) -> tuple[Rows, int]:
    """The rows known and all those under a condition, asked for in parts; and how many these are."""
    parts: list[Any] = []
    after = 0
    while True:
        found = session.execute(source.query().where(condition, source.id > after).order_by(source.id).limit(AT_ONCE)).all()
        parts.append(found)
        if len(found) < AT_ONCE:
            return rows.joined(source, known, parts), sum(map(len, parts))
        after = found[-1][0]

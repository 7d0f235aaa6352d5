"""A list looked through (the dry run), and taken in as a job: everything that is right in one transaction, or nothing with the reason."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session, select

from core.access import Person, person
from core.clock import now
from core.errors import Conflict, FirstlightError, Retryable
from core.objects import store
from core.roster import kept
from core.roster.columns import Mapping
from core.roster.load import load, sealed
from core.roster.plan import Plan, plan
from core.roster.sheet import read_sheet
from core.words import Sentence
from db.engine import snapshot, transaction
from db.tables import HandedInList

TRIES = 3  # when somebody registers one of the numbers at the same moment
Progress = Callable[[str, int, int | None], None]


def silent(phase: str, done: int, total: int | None) -> None:
    """Tells nobody how far it is."""


def look(list_id: str, progress: Progress = silent) -> dict[str, Any]:
    """Look through a list and keep what was found; counts, or the reason under "refused". Nothing else is written."""
    row = _row(list_id)
    try:
        with snapshot() as session:
            found = looked(session, person(session, row.author_id), row, progress)
    except Retryable:
        raise
    except FirstlightError as problem:
        found = {"refused": problem.sentence.to_json()}
    with transaction() as session:
        kept_row = session.get_one(HandedInList, list_id)
        kept_row.looked = found
        session.add(kept_row)
    return found


def looked(session: Session, who: Person, row: HandedInList, progress: Progress = silent) -> dict[str, Any]:
    """Look through a list; its problems are kept, the counts handed back."""
    return _counts(_planned(session, who, row, progress))


def take(list_id: str, progress: Progress = silent) -> dict[str, Any]:
    """Take a list in, once: what was written, or under "refused" why nothing was. A second call finds the first one's result."""
    row = _row(list_id)
    if row.finished_at is not None:
        return row.result
    try:
        return _take(row, progress)
    except Retryable:
        raise
    except FirstlightError as problem:
        return _finish_refused(list_id, problem.sentence)


def _take(row: HandedInList, progress: Progress) -> dict[str, Any]:
    """Looked through again and written; once more from the start when somebody registered one of the numbers meanwhile."""
    for tries_left in reversed(range(TRIES)):
        with snapshot() as session:
            who = person(session, row.author_id)
            made = _planned(session, who, row, progress)
        try:
            return _written(row.id, who, made, progress)
        except Conflict:
            if not tries_left:
                raise
    raise AssertionError("the last try returns or raises")


def _written(list_id: str, who: Person, made: Plan, progress: Progress) -> dict[str, Any]:
    total = len(made.new)
    ready = sealed(made, lambda done: progress("sealing", done, total))
    with transaction() as session:
        row = session.exec(select(HandedInList).where(HandedInList.id == list_id).with_for_update()).one()
        if row.finished_at is None:
            loaded = load(session, who, made, source=list_id, ready=ready, progress=lambda done: progress("writing", done, total))
            row.result, row.finished_at = {**_counts(made), **vars(loaded)}, now()
            session.add(row)
        return row.result


def _planned(session: Session, who: Person, row: HandedInList, progress: Progress) -> Plan:
    sheet = read_sheet(row.name, store().get(row.object_key))
    mapping = Mapping({key: int(place) for key, place in row.mapping.items()})
    total = int(row.looked.get("rows", 0)) or None
    made = plan(session, who, sheet, row.site_id, mapping, lambda line: progress("looking", line - 1, total))
    kept.keep(row.id, (*made.problems, *made.doubts))
    return made


def _counts(made: Plan) -> dict[str, Any]:
    """What would be written, in numbers alone."""
    return {
        "rows": made.rows, "new": len(made.new), "fill": len(made.fill), "known": made.known, "out": made.out, "told": made.told,
        "doubts": len({doubt.line for doubt in made.doubts}), "problems": len(made.problems) + len(made.doubts),
    }  # fmt: skip


def _finish_refused(list_id: str, said: Sentence) -> dict[str, Any]:
    with transaction() as session:
        row = session.get_one(HandedInList, list_id)
        row.result, row.finished_at = {"refused": said.to_json()}, now()
        session.add(row)
        return row.result


def _row(list_id: str) -> HandedInList:
    with snapshot() as session:
        return session.get_one(HandedInList, list_id)

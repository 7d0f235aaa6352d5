"""A registry's list looked through, and taken in whole as entries that wait for a second person, or not at all with the reason."""

import json
from collections.abc import Callable
from typing import Any

from sqlmodel import Session, select

from core import audit
from core.access import Person, person
from core.clock import now
from core.errors import FirstlightError, Retryable
from core.objects import store
from core.outcomes import pathology
from core.outcomes.registry.becomes import WRITES, Becomes
from core.outcomes.registry.plan import Plan, Planned, plan
from core.roster import kept
from core.roster.columns import Mapping
from core.roster.sheet import read_sheet
from core.workflow import outcomes
from db.engine import snapshot, transaction
from db.enums import Certainty, OutcomeKind
from db.tables import HandedInList, Site

Progress = Callable[[str, int, int | None], None]
SHOWN = 20_000  # rows of one list that are kept with what they become
FIRST = (*WRITES, Becomes.undecided, Becomes.after_non_attendance)  # these, where a list is longer


def silent(phase: str, done: int, total: int | None) -> None:
    """Tells nobody how far it is."""


def look(list_id: str, progress: Progress = silent) -> dict[str, Any]:
    """Look through a list and keep what was found; counts, or the reason under "refused"."""
    with snapshot() as session:
        row = session.get_one(HandedInList, list_id)
        try:
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
    """Look through a list; its problems and what each row becomes are kept sealed, the counts handed back."""
    return _planned(session, who, row, progress).counts()


def take(list_id: str, progress: Progress = silent) -> dict[str, Any]:
    """Take a list in, once, in one transaction; a second call finds the first one's result."""
    try:
        with transaction() as session:
            row = session.exec(select(HandedInList).where(HandedInList.id == list_id).with_for_update()).one()
            session.exec(select(Site).where(Site.id == row.site_id).with_for_update()).one()  # one registry list of a site at a time
            if row.finished_at is None:
                _write(session, person(session, row.author_id), row, progress)
            return row.result
    except Retryable:
        raise
    except FirstlightError as problem:
        return _refused(list_id, problem)


def _write(session: Session, who: Person, row: HandedInList, progress: Progress) -> None:
    made = _planned(session, who, row, progress)
    for number, one in enumerate(made.writes, start=1):
        _enter(session, who, row, one)
        progress("writing", number, len(made.writes))
    row.result, row.finished_at = made.counts(), now()
    session.add(row)
    audit.record(session, who, "registry_taken", "list", row.id, site_id=row.site_id, entries=len(made.writes))


def _enter(session: Session, who: Person, row: HandedInList, one: Planned) -> None:
    """The report and the outcome of one row, both in the name of who takes the list in."""
    tumour = one.tumour
    source = tumour.source or row.name
    detail: dict[str, Any] = {"icd10": tumour.icd10, "line": tumour.line}
    if tumour.report is not None and one.exam_id is not None:
        report = pathology.row_of(tumour.card_id, one.exam_id, tumour.report, Certainty.final, source)
        report.entered_by, report.detail = who.user_id, {"written": tumour.as_written, "list": row.id}
        session.add(report)
        session.flush()
        detail["pathology"] = report.id
    outcomes.record(
        session, who, one.exam_id or 0, kind=OutcomeKind.cancer, certainty=Certainty.final, happened_on=one.happened_on,
        source=source, detail=detail, list_id=row.id,
    )  # fmt: skip


def _planned(session: Session, who: Person, row: HandedInList, progress: Progress) -> Plan:
    sheet = read_sheet(row.name, store().get(row.object_key))
    mapping = Mapping({key: int(column) for key, column in row.mapping.items()})
    total = int(row.looked.get("rows", 0)) or None
    made = plan(session, who, sheet, row.site_id, mapping, lambda line: progress("looking", line - 1, total))
    kept.keep(row.id, (*made.problems, *made.doubts))
    rows = [
        [one.tumour.line, one.becomes.value, one.number, one.exam_id, one.exam_date and one.exam_date.isoformat(),
         one.tumour.diagnosed_on.isoformat(), one.tumour.icd10]
        for one in sorted(made.rows, key=lambda one: (one.becomes not in FIRST, one.tumour.line))
    ]  # fmt: skip
    store().put_named(_name(row.id), json.dumps(rows[:SHOWN]).encode())
    return made


def rows(list_id: str) -> list[list[Any]]:
    """What each row became when the list was last looked through: line, what, our number, exam id, exam day, day of diagnosis, ICD-10."""
    content = store().get_named(_name(list_id))
    return list(json.loads(content)) if content else []


def _name(list_id: str) -> str:
    return f"lists/{list_id}/registry.json"


def _refused(list_id: str, problem: FirstlightError) -> dict[str, Any]:
    with transaction() as session:
        row = session.get_one(HandedInList, list_id)
        row.result, row.finished_at = {"refused": problem.sentence.to_json()}, now()
        session.add(row)
        return row.result

"""Entries that count: those that a second person has approved. Every figure asks here."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists
from sqlmodel import col

from db.enums import CheckVerdict
from db.tables import Assessment, Outcome, Pathology, SecondCheck

Entry = type[Outcome] | type[Assessment] | type[Pathology]


def approved(table: Entry, before: datetime | None = None) -> ColumnElement[bool]:
    """The condition under which a row of `table` counts, now or as it was known before a moment."""
    return _checked(table, before, CheckVerdict.approved)


def refused(table: Entry, before: datetime | None = None) -> ColumnElement[bool]:
    """The condition under which a second person said that a row of `table` is wrong."""
    return _checked(table, before, CheckVerdict.refused)


def _checked(table: Entry, before: datetime | None, verdict: CheckVerdict) -> ColumnElement[bool]:
    subject = str(table.__tablename__)
    said = [col(SecondCheck.subject) == subject, col(SecondCheck.row_id) == col(table.id), col(SecondCheck.verdict) == verdict]
    return exists().where(*said, *([col(SecondCheck.at) < before] if before else []))

"""Which entries wait for a second person, and which refusals their author has taken note of, as conditions of a query."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists
from sqlmodel import col

from core.words import N_
from core.workflow.counted import Entry
from db.tables import Assessment, Outcome, Pathology, SecondCheck

TABLES: Mapping[str, Any] = {"outcome": Outcome, "assessment": Assessment, "pathology": Pathology}
SUBJECTS = {"outcome": N_("Outcome"), "assessment": N_("Assessment"), "pathology": N_("Pathology")}
ASIDE = "_seen"
"""What the author says of a refused entry stands beside the check under the name of the subject with this ending."""


def checked(table: Entry, before: datetime | None = None) -> ColumnElement[bool]:
    """Whether a second person has looked at a row of `table`, now or before a moment."""
    return _said(table, str(table.__tablename__), before)


def laid_aside(table: Entry) -> ColumnElement[bool]:
    """Whether the author has taken note that a row of `table` was refused."""
    return _said(table, f"{table.__tablename__}{ASIDE}")


def _said(table: Entry, subject: str, before: datetime | None = None) -> ColumnElement[bool]:
    said = [col(SecondCheck.subject) == subject, col(SecondCheck.row_id) == col(table.id)]
    return exists().where(*said, *([col(SecondCheck.at) < before] if before else []))

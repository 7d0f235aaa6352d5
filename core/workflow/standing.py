"""Reads that count: those that their reader has not taken back. Every figure and every state asks here."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from db.tables import Read, ReadUndone


def standing(before: datetime | None = None) -> ColumnElement[bool]:
    """The condition under which a row of Read counts, now or as it was known before a moment."""
    undone = select(ReadUndone.read_id)
    return col(Read.id).not_in(undone if before is None else undone.where(ReadUndone.at < before))


def is_blind(read: Read) -> bool:
    """Whether a read was signed without sight of the AI result and of what others had said."""
    return not read.saw_ai and not read.seen.get("run") and not read.seen.get("reads")

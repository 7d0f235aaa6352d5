"""The columns that figures are counted from, kept in memory and on disk and brought up to date by what is new.

Figures over a million exams cannot be put together from rows each time. Nearly every table here is append-only, so its columns are kept and
only rows after the last known id are asked for; the few that may change tell by `RowChange` which of their rows did. What is kept is never
older than the question: every use begins by asking for what is new.
"""

from core.columns.rows import NONE, Rows
from core.columns.store import current, tend, warm

__all__ = ["NONE", "Rows", "current", "tend", "warm"]

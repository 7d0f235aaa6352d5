"""Lists of participants from a registry or an office: looked through row by row, then taken in whole or not at all."""

from core.roster.columns import FIELDS, Mapping, guess
from core.roster.entry import Entry, Problem
from core.roster.load import Loaded, load
from core.roster.plan import Plan, plan
from core.roster.sheet import Sheet, open_sheet

__all__ = ["FIELDS", "Entry", "Loaded", "Mapping", "Plan", "Problem", "Sheet", "guess", "load", "open_sheet", "plan"]

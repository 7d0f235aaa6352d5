"""The lung questionnaire: a draft that is kept, a check that it is complete and possible, and the facts that it becomes."""

from core.eligibility.questionnaire.check import missing, problems
from core.eligibility.questionnaire.drafts import Sheet, begin, save, sheet, submit
from core.eligibility.questionnaire.items import ITEMS, VERSION

__all__ = ["ITEMS", "VERSION", "Sheet", "begin", "missing", "problems", "save", "sheet", "submit"]

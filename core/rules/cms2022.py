"""CMS 2022: whose lung screening Medicare pays; the conditions of USPSTF 2021 up to 77 years."""

from core.rules import uspstf2021
from core.rules.reason import Reason, say

NAME = "CMS lung screening"
VERSION = "2022"
SOURCE = "Centers for Medicare & Medicaid Services. Decision memo CAG-00439R, 2022: 50 to 77 years"

MAX_AGE = 77


def why_not(*, age: int, current_smoker: bool, cigarettes_per_day: float, smoking_years: float, quit_years: float) -> tuple[Reason, ...]:
    """The reasons against; the same inputs as `uspstf2021.why_not`."""
    smoking = {"cigarettes_per_day": cigarettes_per_day, "smoking_years": smoking_years, "quit_years": quit_years}
    said = uspstf2021.why_not(age=age, current_smoker=current_smoker, **smoking)
    others = tuple(reason for reason in said if reason.template != uspstf2021.TOO_OLD)
    return (say(uspstf2021.TOO_OLD, limit=MAX_AGE), *others) if age > MAX_AGE else others

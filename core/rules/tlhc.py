"""NHS targeted lung health check: who is offered a CT. A risk that is not known never counts as a low one.

Two conditions are left to the programme's list of people: registered with a practice, and not already under care for lung cancer.
"""

from datetime import date

from core.rules.birthdays import birthday
from core.rules.checks import number
from core.rules.reason import N_, Reason, say

NAME = "NHS targeted lung health check"
VERSION = "2019 limits"
SOURCE = "NHS England. Targeted screening for lung cancer, standard protocol: PLCOm2012 1.51 % in 6 years or LLPv2 2.5 % in 5 years"

FIRST_AGE, END_AGE = 55, 75
"""From the 55th birthday to the day before the 75th: 74 years and 364 days."""
PLCO_LIMIT, LLP_LIMIT = 0.0151, 0.025
CIGARETTES = 100
"""In a lifetime; who smoked fewer never smoked."""

TOO_YOUNG = N_("Younger than {limit} years")
TOO_OLD = N_("{limit} years or older")
NEVER = N_("Never smoked")
LOW = N_("PLCOm2012 below {plco:.2f} % and LLPv2 below {llp:.2f} %")


def why_not(*, birth: date, on: date, ever_smoker: bool | None, plco: float | None, llp: float | None) -> tuple[Reason, ...]:
    """The reasons against that are known; risks are 0–1. An empty answer does not mean yes, see `eligible`."""
    against = (
        (on < birthday(birth, FIRST_AGE), say(TOO_YOUNG, limit=FIRST_AGE)),
        (on >= birthday(birth, END_AGE), say(TOO_OLD, limit=END_AGE)),
        (ever_smoker is False, say(NEVER)),
        (enough(plco, llp) is False and ever_smoker is not False, say(LOW, plco=PLCO_LIMIT * 100, llp=LLP_LIMIT * 100)),
    )
    return tuple(reason for applies, reason in against if applies)


def eligible(*, birth: date, on: date, ever_smoker: bool | None, plco: float | None, llp: float | None) -> bool | None:
    """Yes, no, or None while something that decides is not known (None)."""
    if why_not(birth=birth, on=on, ever_smoker=ever_smoker, plco=plco, llp=llp):
        return False
    return True if ever_smoker and enough(plco, llp) else None


def enough(plco: float | None, llp: float | None) -> bool | None:
    """Whether one of the risks reaches its limit, which counts; None when no known one does and another is not known."""
    reached = [
        None if risk is None else number(name, risk, 0, 1, "") >= limit
        for name, risk, limit in (("plco", plco, PLCO_LIMIT), ("llp", llp, LLP_LIMIT))
    ]
    return True if any(reached) else None if None in reached else False

"""When somebody who is not eligible now will be: if smoking goes on, if it stops, or by age alone."""

from dataclasses import dataclass
from datetime import date

from core.eligibility import breast
from core.eligibility.known import Known
from core.eligibility.lung_inputs import lung_inputs
from core.rules import breast_bands, llpv2, plcom2012, tlhc
from core.rules.birthdays import birthday
from core.rules.conformance import unsound
from core.rules.forecast import Smoker, first_eligible_day, later, risks


@dataclass(frozen=True)
class Ahead:
    """The first eligible day, None for never before the upper age. `by_age`: the age alone decides, smoking does not."""

    goes_on: date | None
    stops: date | None
    smokes: bool = False
    by_age: bool = False

    @property
    def first(self) -> date | None:
        """The earlier of the two."""
        return min((day for day in (self.goes_on, self.stops) if day is not None), default=None)


def ahead(of: Known, card_id: str) -> Ahead | None:
    """The forecast on what is known; None when something is missing, contradicts itself, or a rule fails its examples."""
    return _breast(of) if card_id == "breast" else _lung(of)


def within(of: Known, card_id: str, until: date) -> bool:
    """Whether the forecast may lie on `until` or before, asked more cheaply than for the day; who goes on has never less risk."""
    if card_id == "breast":
        found = _breast(of)
        return found is not None and found.first is not None and found.first <= until
    smoker = _smoker(of)
    if smoker is None or until < birthday(smoker.birth, tlhc.FIRST_AGE):
        return False
    day = min(until, birthday(smoker.birth, tlhc.END_AGE))
    return day > smoker.day and risks(later(smoker, day, "goes on")).enough


def _lung(of: Known) -> Ahead | None:
    smoker = _smoker(of)
    if smoker is None:
        return None
    goes_on = first_eligible_day(smoker, "goes on")
    stops = first_eligible_day(smoker, "stops") if smoker.current_smoker else goes_on
    return Ahead(goes_on, stops, smoker.current_smoker)


def _smoker(of: Known) -> Smoker | None:
    """None also where the values contradict each other, now or on a later day."""
    if any(unsound(name) for name in (tlhc.NAME, plcom2012.NAME, llpv2.NAME)):
        return None
    smoker = lung_inputs(of).smoker()
    if smoker is None:
        return None
    try:
        risks(later(smoker, max(smoker.day, birthday(smoker.birth, llpv2.FIRST_AGE)), "goes on"))
    except ValueError:
        return None
    return smoker


def _breast(of: Known) -> Ahead | None:
    used = breast.setting()
    said = breast.bands(of, used)
    if of.birth is None or said.eligible is not False or said.given["female"] is not True:
        return None
    band = used.bands[breast.level(of)]  # type: ignore[index]  # one of the levels
    first = band.first if band.first is not None else used.bands["routine"].first
    day = birthday(of.birth, first or 0)
    return Ahead(day, day, by_age=True) if day > of.on and not unsound(breast_bands.NAME) else Ahead(None, None, by_age=True)

"""Is every question answered, and can all of it be true of this person? Both are told in full before anything is written."""

from collections.abc import Iterator
from datetime import date

from core.eligibility.questionnaire.items import COUNTED, ITEMS, NO, YES, Answers, Item, asked
from core.rules.birthdays import birthday, completed_years
from core.words import N_, Sentence, say

BMI = (12.0, 70.0)
"""kg/m²; what lies outside is a slip of the pen."""


def missing(answers: Answers) -> tuple[Item, ...]:
    """The questions that are still open, in the order in which they stand; "not known" is an answer."""
    return tuple(item for item in ITEMS if asked(item, answers) and not item.optional and _open(item, answers))


def problems(answers: Answers, birth: date | None, on: date) -> tuple[Sentence, ...]:
    """What cannot be, each with the value and what was expected."""
    return (*_ranges(answers), *_smoking(answers, birth, on), *_body(answers))


def number(answers: Answers, key: str) -> float | None:
    """The answer as a number, None when there is none."""
    value = answers.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def month(answers: Answers, key: str) -> date | None:
    """The first day of the month that was answered as "2011-03"."""
    try:
        return date.fromisoformat(f"{str(answers.get(key))[:7]}-01")
    except ValueError:
        return None


def unmeasured(answers: Answers) -> bool:
    return YES in (answers.get("unmeasured") or ())


def _open(item: Item, answers: Answers) -> bool:
    if item.key in ("height_cm", "weight_kg") and unmeasured(answers):
        return False
    value = answers.get(item.key)
    if item.kind == "number":
        return number(answers, item.key) is None
    if item.kind == "month":
        return month(answers, item.key) is None
    if item.kind == "many":
        return not value
    return value not in (item.answers or (YES, NO, "unknown"))


def _ranges(answers: Answers) -> Iterator[Sentence]:
    for item in ITEMS:
        value = number(answers, item.key)
        if item.kind == "number" and asked(item, answers) and value is not None and not item.low <= value <= item.high:
            template = N_("{question}: {value:g}; expected {low:g} to {high:g} {unit}")
            yield say(template, question=say(item.words), value=value, low=item.low, high=item.high, unit=say(item.unit))


def _smoking(answers: Answers, birth: date | None, on: date) -> Iterator[Sentence]:
    if answers.get("ever_smoked") != YES or birth is None:
        return
    started, stopped = number(answers, "started_age"), month(answers, "quit_on") if answers.get("current") == NO else None
    age = completed_years(birth, on)
    if started is not None and started > age:
        yield say(N_("Smoking began at {started:g}, but the person is {age}; expected at most the age"), started=started, age=age)
        return
    if stopped is not None and stopped > on:
        yield say(N_("The last cigarette lies in the future: {month}; expected today or before"), month=stopped)
    if started is not None and stopped is not None and (stopped.year, stopped.month) < _month(birthday(birth, int(started))):
        yield say(N_("Stopped in {month}, before smoking began at {started:g}"), month=stopped, started=started)
    yield from _amounts(answers, years(answers, birth, on))


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def years(answers: Answers, birth: date, on: date) -> float | None:
    """Years smoked up to that day: from the birthday of the beginning to the last cigarette, without the pauses; None while open."""
    started, pauses = number(answers, "started_age"), number(answers, "pause_years")
    last = on if answers.get("current") == YES else month(answers, "quit_on")
    if started is None or pauses is None or last is None or answers.get("current") not in (YES, NO):
        return None
    return max((last - birthday(birth, int(started))).days / 365.2425, 0.0) - pauses


def _amounts(answers: Answers, smoked: float | None) -> Iterator[Sentence]:
    if smoked is None:
        return
    if smoked <= 0:
        yield say(N_("The pauses are as long as all the years since smoking began; expected fewer years without smoking"))
        return
    for kind in COUNTED:
        apart = sum(number(answers, f"{kind}_{name}_years") or 0 for name in ("more", "less"))
        if kind in (answers.get("tobacco") or ()) and apart > smoked:
            template = N_("More and less were smoked for {apart:g} years in all, but there were {smoked:.1f} years of smoking")
            yield say(template, apart=apart, smoked=smoked)
    a_day = [number(answers, f"{kind}_usual") for kind in COUNTED if kind in (answers.get("tobacco") or ())]
    if answers.get("tobacco") and None not in a_day and not any(a_day):
        yield say(N_("100 cigarettes or more were smoked, but no cigarettes a day are given; expected more than 0"))


def _body(answers: Answers) -> Iterator[Sentence]:
    found = bmi(answers)
    if found is not None and not BMI[0] <= found <= BMI[1]:
        height, weight = number(answers, "height_cm"), number(answers, "weight_kg")
        template = N_("{height:g} cm and {weight:g} kg make a body mass index of {bmi:.1f}; expected {low:g} to {high:g}")
        yield say(template, height=height, weight=weight, bmi=found, low=BMI[0], high=BMI[1])


def bmi(answers: Answers) -> float | None:
    """kg/m²; None where it was not measured."""
    height, weight = number(answers, "height_cm"), number(answers, "weight_kg")
    if answers.get("ever_smoked") != YES or unmeasured(answers) or not height or not weight:
        return None
    return weight / (height / 100) ** 2

"""Ages at the day: somebody born on 29 February turns older on 1 March in a year without one."""

from datetime import date


def birthday(birth: date, age: int) -> date:
    """The day on which someone turns `age`."""
    try:
        return birth.replace(year=birth.year + age)
    except ValueError:
        return date(birth.year + age, 3, 1)


def born_by(on: date, age: int) -> date:
    """Who is `age` or older on that day was born on this day or before."""
    try:
        return on.replace(year=on.year - age)
    except ValueError:
        return date(on.year - age, 2, 28)


def completed_years(birth: date, on: date) -> int:
    """Age in full years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))

"""Refuse an input that cannot be true before a formula turns it into a believable number."""

from collections.abc import Collection
from math import isfinite


class MissingInput(ValueError):
    """A value the rule needs was not given; `name` is the input, so that a form can point at it."""

    def __init__(self, name: str, expected: str) -> None:
        self.name = name
        super().__init__(f"{name} is missing; expected {expected}")


def number(name: str, value: float | None, low: float, high: float, unit: str) -> float:
    """value as float, if low <= value <= high."""
    expected = f"{low:g} to {high:g} {unit}".rstrip()
    if value is None:
        raise MissingInput(name, expected)
    if isinstance(value, bool) or not isfinite(value) or not low <= value <= high:
        raise ValueError(f"{name} is {value}; expected {expected}")
    return float(value)


def positive(name: str, value: float | None, high: float, unit: str) -> float:
    """value as float, if 0 < value <= high."""
    expected = f"more than 0, at most {high:g} {unit}".rstrip()
    if value is None:
        raise MissingInput(name, expected)
    if isinstance(value, bool) or not isfinite(value) or not 0 < value <= high:
        raise ValueError(f"{name} is {value}; expected {expected}")
    return float(value)


def whole(name: str, value: float | None, low: int, high: int) -> int:
    """value as int, if it is a whole number and low <= value <= high."""
    checked = number(name, value, low, high, "")
    if checked != int(checked):
        raise ValueError(f"{name} is {value}; expected a whole number from {low} to {high}")
    return int(checked)


def flag(name: str, value: bool | None) -> bool:
    """value, if it is a plain yes or no (also as 1 or 0)."""
    if value is None:
        raise MissingInput(name, "yes or no")
    if value not in (True, False):
        raise ValueError(f"{name} is {value!r}; expected yes (True) or no (False)")
    return bool(value)


def one_of(name: str, value: str | None, allowed: Collection[str]) -> str:
    """value, if it is one of the allowed words."""
    if value is None:
        raise MissingInput(name, "one of " + ", ".join(allowed))
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; expected one of " + ", ".join(allowed))
    return value

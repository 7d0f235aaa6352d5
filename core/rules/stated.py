"""What a rule said together with its name, its version and what it was given: a number of a rule never stands alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from core.rules.checks import MissingInput

T = TypeVar("T")


class Rule(Protocol):
    """What every rule says of itself."""

    NAME: str
    VERSION: str
    SOURCE: str


@dataclass(frozen=True, slots=True)
class Stated(Generic[T]):
    """`value` is None while `missing` names the input that the rule lacks; `inputs` as they were given, what is not known left out."""

    rule: str
    version: str
    source: str
    inputs: Mapping[str, object]
    value: T | None
    missing: str | None = None


def stated(rule: Rule, call: Callable[..., T], **inputs: object) -> Stated[T]:
    """`call(**inputs)` of this rule; an impossible value still raises ValueError, because no rule should have been asked with it."""
    given = {name: value for name, value in inputs.items() if value is not None}
    try:
        return Stated(rule.NAME, rule.VERSION, rule.SOURCE, given, call(**inputs))
    except MissingInput as gap:
        return Stated(rule.NAME, rule.VERSION, rule.SOURCE, given, None, gap.name)

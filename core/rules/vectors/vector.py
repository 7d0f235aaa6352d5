"""One published example."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

from core.rules.stated import Rule


@dataclass(frozen=True)
class Vector:
    """`call(**given)` must equal `expected`; a number to within half a unit of its last printed digit (`digits` after the point)."""

    rule: str
    version: str
    source: str
    given: Mapping[str, Any]
    expected: Any
    call: Callable[..., Any]
    digits: int = 6

    def found(self) -> Any:
        """What the rule says now; the error itself when it raises one, because that is a failed check and no reason to stop."""
        try:
            return self.call(**self.given)
        except Exception as problem:  # noqa: BLE001  whatever goes wrong in a rule is what this check is there to show
            return problem

    def holds(self, found: Any) -> bool:
        if isinstance(self.expected, float) and isinstance(found, int | float):
            return isclose(found, self.expected, rel_tol=0, abs_tol=0.5000001 * 10.0**-self.digits)
        return type(found) is type(self.expected) and bool(found == self.expected)

    @property
    def inputs(self) -> str:
        """The inputs as text: "volume_mm3 300, brock 0.1"."""
        return ", ".join(f"{name} {value}" for name, value in self.given.items() if value is not None)


def of(
    rule: Rule,
    call: Callable[..., Any],
    rows: Sequence[tuple[Mapping[str, Any], Any]],
    *,
    digits: int = 6,
    name: str = "",
    version: str = "",
) -> tuple[Vector, ...]:
    """Vectors of one rule from rows of (inputs, expected)."""
    said = (name or rule.NAME, version or rule.VERSION, rule.SOURCE)
    return tuple(Vector(*said, given, expected, call, digits) for given, expected in rows)

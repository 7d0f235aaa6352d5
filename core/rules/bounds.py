"""A probability while some yes-or-no inputs are not known: between which values it lies, instead of a guess at them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lowest and highest value over every answer to what is `open`; equal where everything is known. `inputs` as they were given."""

    low: float
    high: float
    open: tuple[str, ...]
    inputs: Mapping[str, object]

    @property
    def known(self) -> float | None:
        """The value, None while something is open."""
        return None if self.open else self.low


def bounds(call: Callable[..., float], flags: Collection[str], **inputs: object) -> Bounds:
    """`call(**inputs)` with both answers to each of `flags` that is None. What else is None stays a MissingInput of the rule."""
    unknown = tuple(name for name in flags if name in inputs and inputs[name] is None)
    found = [call(**{**inputs, **dict(zip(unknown, answers, strict=True))}) for answers in product((False, True), repeat=len(unknown))]
    return Bounds(min(found), max(found), unknown, inputs)

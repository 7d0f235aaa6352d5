"""The figures that a model's card brings along: measured by `models.evaluate` on images that the model had not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.metrics.interval import Interval


@dataclass(frozen=True, slots=True)
class CardFigure:
    """One value with its limits; `path` names it from the outside in, `n` counts the cases nearest to it in the card."""

    path: tuple[str, ...]
    interval: Interval
    n: int | None


def card_figures(node: Mapping[str, Any], path: tuple[str, ...] = (), n: int | None = None) -> Sequence[CardFigure]:
    """Every value with limits below `node`, a card's table of figures."""
    cases = node["n"] if isinstance(node.get("n"), int) else n
    found: list[CardFigure] = []
    for key, value in node.items():
        if isinstance(value, Mapping) and {"value", "low", "high"} <= set(value):
            found.append(CardFigure((*path, key), Interval(value["value"], value["low"], value["high"]), cases))
        elif isinstance(value, Mapping):
            found += card_figures(value, (*path, key), cases)
    return found

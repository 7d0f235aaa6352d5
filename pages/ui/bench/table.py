"""A figure beside its target, and all of them as a table."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`target` None: told for understanding only. `at_least`: more is better."""

    name: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool:
        if self.target is None:
            return True
        return self.value >= self.target if self.at_least else self.value <= self.target

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "value": round(self.value, 3), "met": self.met}


def table(figures: Sequence[Figure]) -> str:
    """One line a figure: name, value, target, whether it was met."""
    rows = [("", "measured", "target", "")]
    for one in figures:
        sign = "≥" if one.at_least else "≤"
        target = f"{sign} {one.target:g} {one.unit}" if one.target is not None else ""
        rows.append((one.name, f"{_short(one.value)} {one.unit}", target, "" if one.target is None else "met" if one.met else "MISSED"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"

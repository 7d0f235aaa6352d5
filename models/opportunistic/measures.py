"""The measures by the name of their card, asked for one at a time, each with a result or the reason why there is none."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from models.cards import Card
from models.opportunistic import bone, coronary, emphysema
from models.opportunistic.chest import Chest
from models.refusal import NoResult

Found = tuple[float | str, dict[str, Any], tuple[str, ...]]
"""The value that is shown, what stands behind it, warnings."""


@dataclass(frozen=True)
class Measured:
    """`value` in `unit` (a word for a class), or `reason`; `parts`: what stands behind the value."""

    tag: str
    value: float | str | None
    unit: str
    seconds: float
    parts: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"warnings": list(self.warnings)}


def measure(card: Card, chest: Chest) -> Measured:
    """What the measure of `card` says of a chest; `reason` is there exactly when there is no value."""
    ask, unit = MEASURES[card.name]
    began = time.perf_counter()
    try:
        value, parts, warnings = ask(chest, card.thresholds)
    except NoResult as refusal:
        return Measured(card.tag, None, unit, round(time.perf_counter() - began, 3), reason=str(refusal))
    return Measured(card.tag, value, unit, round(time.perf_counter() - began, 3), parts, warnings)


def _emphysema(chest: Chest, limits: Mapping[str, float]) -> Found:
    found = emphysema.measure(chest, limits)
    parts = {"by_part": dict(found.parts), "perc15_hu": found.perc15_hu, "mean_hu": found.mean_hu, "noise_hu": found.noise_hu}
    return found.laa950, parts | {"filtered": found.filtered}, found.warnings


def _calcium(chest: Chest, limits: Mapping[str, float]) -> Found:
    found = coronary.measure(chest, limits)
    parts = {"score": found.score, "volume_mm3": found.volume_mm3, "spots": found.spots, "set_aside": found.set_aside}
    return found.category, parts, found.warnings


def _bone(chest: Chest, limits: Mapping[str, float]) -> Found:
    found = bone.measure(chest, limits)
    parts = {"sd_hu": found.sd_hu, "neighbours_hu": list(found.neighbours_hu), "middle_lps_mm": list(found.middle_lps_mm)}
    return found.mean_hu, parts, found.warnings


MEASURES: dict[str, tuple[Callable[[Chest, Mapping[str, float]], Found], str]] = {
    "lung-emphysema": (_emphysema, "%"),
    "coronary-calcium": (_calcium, ""),
    "vertebral-bone": (_bone, "HU"),
}
"""Card → (measure, unit)."""

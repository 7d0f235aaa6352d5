"""Every programme indicator in the order in which it is shown, theme by theme."""

from collections.abc import Mapping
from dataclasses import replace

from core.metrics.measure import Measure, Theme, Unit
from core.metrics.measures_of_care import FOLLOW_UP, PARTICIPATION, TIMELINESS
from core.metrics.measures_of_finding import DETECTION, RECALL
from core.metrics.measures_of_quality import QUALITY

_TABLE: Mapping[Theme, tuple[Measure, ...]] = {
    "detection": DETECTION, "recall": RECALL, "follow_up": FOLLOW_UP, "timeliness": TIMELINESS, "participation": PARTICIPATION,
    "quality": QUALITY,
}  # fmt: skip
THEMES: Mapping[Theme, tuple[Measure, ...]] = {
    theme: tuple(replace(measure, theme=theme) for measure in measures) for theme, measures in _TABLE.items()
}
MEASURES: tuple[Measure, ...] = tuple(measure for measures in THEMES.values() for measure in measures)
BY_KEY: Mapping[str, Measure] = {measure.key: measure for measure in MEASURES}


__all__ = ["BY_KEY", "MEASURES", "THEMES", "Measure", "Unit"]

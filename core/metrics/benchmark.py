"""Against what a programme's indicators are held: bands that a standard gives, and figures that a published programme reached.

Sources: domain/clinical-rules.md 2.8 (BCSC), 2.9 (Europe, NHS), 2.10 (Lahey). What could not be read in the source itself is marked
unverified; it is shown so and never raises an alarm. Rates are shares (0.05), whatever unit they are shown in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.metrics.interval import Interval
from core.words import N_

Place = Literal["inside", "near", "outside"]


@dataclass(frozen=True, slots=True)
class Band:
    """From `low` to `high` is acceptable (None: open); `verified` when the source itself was read."""

    low: float | None
    high: float | None
    source: str
    verified: bool = True

    def place(self, found: Interval) -> Place:
        """Outside when the whole interval lies beyond a limit, near when only the value does."""
        if self._beyond(found.value):
            return "outside" if self._beyond(found.low) and self._beyond(found.high) else "near"
        return "inside"

    def _beyond(self, share: float) -> bool:
        return (self.low is not None and share < self.low) or (self.high is not None and share > self.high)


@dataclass(frozen=True, slots=True)
class Reference:
    """What another programme reached; to compare with, not to be judged by."""

    value: float
    source: str


VERSION = "2026.1"
"""Of these bands and references; a programme's own bands are settings with author and day."""
EUROPE = N_("European guidelines, 4th edition, acceptable")
EUROPE_GOOD = N_("European guidelines, 4th edition, desirable")
NHS = N_("NHS Breast Screening Programme, acceptable")
ACCEPTABLE = N_("acceptable range after Carney and Sickles")
BCSC = N_("BCSC 2007–2013, mean")
BRITAIN = N_("British programme, months 0–12")
BRITAIN_2, BRITAIN_3 = N_("British programme, months 12–24"), N_("British programme, months 24–36")
LUNG_BRITAIN = N_("British lung programme")
LAHEY_FIRST, LAHEY_LATER = N_("Lahey, first round"), N_("Lahey, second round")

BANDS: Mapping[str, Mapping[str, Band]] = {
    "breast": {
        "recall_first": Band(None, 0.07, EUROPE),
        "recall_later": Band(None, 0.05, EUROPE),
        "up_to_10": Band(0.25, None, EUROPE),
        "under_15": Band(0.50, None, EUROPE),
        "node_negative": Band(0.70, None, EUROPE),
        "late_stage": Band(None, 0.30, EUROPE_GOOD),
        "uptake": Band(0.70, None, NHS),
        "coverage": Band(0.70, None, NHS),
        "round_length": Band(0.90, None, NHS),
        "detection": Band(0.0025, None, ACCEPTABLE, verified=False),
        "ppv": Band(0.03, 0.08, ACCEPTABLE, verified=False),
        "ppv2": Band(0.20, 0.40, ACCEPTABLE, verified=False),
        "sensitivity": Band(0.75, None, ACCEPTABLE, verified=False),
        "specificity": Band(0.88, 0.95, ACCEPTABLE, verified=False),
        "technical": Band(None, 0.03, NHS, verified=False),
        "short_term": Band(None, 0.005, NHS, verified=False),
        "assessed_in_time": Band(0.98, None, NHS, verified=False),
        "non_operative": Band(0.90, None, NHS, verified=False),
        "benign_open_first": Band(None, 0.0015, NHS, verified=False),
        "benign_open_later": Band(None, 0.0010, NHS, verified=False),
    },
    "lung": {},
}

REFERENCES: Mapping[str, Mapping[str, Reference]] = {
    "breast": {
        "recall": Reference(0.116, BCSC),
        "detection": Reference(0.0051, BCSC),
        "ppv": Reference(0.044, BCSC),
        "ppv2": Reference(0.256, BCSC),
        "ppv3": Reference(0.286, BCSC),
        "minimal": Reference(0.577, BCSC),
        "node_negative": Reference(0.794, BCSC),
        "sensitivity": Reference(0.869, BCSC),
        "specificity": Reference(0.889, BCSC),
        "missed": Reference(0.0008, BCSC),
        "interval": Reference(0.00055, BRITAIN),
        "interval_1": Reference(0.00055, BRITAIN),
        "interval_2": Reference(0.00113, BRITAIN_2),
        "interval_3": Reference(0.00122, BRITAIN_3),
    },
    "lung": {
        "recall_first": Reference(143 / 985, LAHEY_FIRST),
        "recall_later": Reference(61 / 747, LAHEY_LATER),
        "detection": Reference(20 / 985, LAHEY_FIRST),
        "ppv": Reference(20 / 143, LAHEY_FIRST),
        "early_stage": Reference(0.80, LUNG_BRITAIN),
    },
}

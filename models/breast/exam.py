"""The answer of the mammography model for one exam, and the one shape in which it leaves as JSON."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from models.breast.heat import Heat, Mark
from models.breast.nipple import Nipple

Unit = Literal["mm", "depth"]
"""Of a distance from the nipple: millimetres, or the share of the breast's own depth where the size of a pixel is unknown."""


@dataclass(frozen=True)
class Link:
    """A mark (by its number, from 1) at the same distance from the nipple as a mark of another view of the same breast."""

    mark: int
    partner_view: str  # the key of the view
    partner: int  # the number of the mark there
    distance: float
    partner_distance: float
    unit: Unit


@dataclass(frozen=True)
class ViewResult:
    """One view. Where `reason` is given there is no result and every number is None.

    `cancer` is a calibrated probability, `density_probabilities` those of A to D, `heat` (h, w) covers the whole original view.
    `shape` is rows and columns of that view, `spacing_mm` between rows and between columns, None where unknown.
    """

    key: str
    laterality: str
    view: str
    cancer: float | None = None
    density: str | None = None
    density_probabilities: tuple[float, float, float, float] | None = None
    heat: Heat | None = None
    marks: tuple[Mark, ...] = ()
    reason: str | None = None
    shape: tuple[int, int] = (0, 0)
    spacing_mm: tuple[float, float] | None = None
    nipple: Nipple | None = None
    links: tuple[Link, ...] = ()
    percent_density: float | None = None  # percent of the breast's area, 0 to 100

    def as_json(self, *, heat: bool = False) -> dict[str, Any]:
        """Numbers and words; the heat map (rows of bytes in base64) only when asked for."""
        answer: dict[str, Any] = {
            "key": self.key,
            "laterality": self.laterality,
            "view": self.view,
            "cancer": self.cancer,
            "density": self.density,
            "density_probabilities": dict(zip("ABCD", self.density_probabilities, strict=True)) if self.density_probabilities else None,
            "percent_density": self.percent_density,
            "marks": [self._mark(number, mark) for number, mark in enumerate(self.marks, start=1)],
            "nipple": None if self.nipple is None else {"x": self.nipple.x, "y": self.nipple.y},
            "reason": self.reason,
        }
        if heat and self.heat is not None:
            answer["heat"] = {"shape": list(self.heat.shape), "base64": base64.b64encode(self.heat.tobytes()).decode()}
        return answer

    def _mark(self, number: int, mark: Mark) -> dict[str, Any]:
        """A mark with those it is linked to on other views: what `linked` compares are distances from the nipple in `unit`."""
        linked = [
            {
                "view": link.partner_view,
                "mark": link.partner,
                "distance": round(link.distance, 3),
                "partner_distance": round(link.partner_distance, 3),
                "unit": link.unit,
            }
            for link in self.links
            if link.mark == number
        ]
        return {"x": mark.x, "y": mark.y, "evidence": mark.evidence, "linked": linked}


@dataclass(frozen=True)
class ExamResult:
    """One exam. `breasts` holds the sides that were seen and scored; without any of them `exam_score` is None and `reason` says why."""

    views: tuple[ViewResult, ...]
    breasts: Mapping[str, float]
    breasts_at_screening: Mapping[str, float]
    density: str | None
    density_probabilities: tuple[float, float, float, float] | None
    exam_score: int | None
    rests_on: str
    reason: str | None = None
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
    percent_density: float | None = None  # mean of the breasts', each the mean of its views

    def as_json(self, *, heat: bool = False) -> dict[str, Any]:
        """As `models.score` prints it."""
        return {
            "views": [view.as_json(heat=heat) for view in self.views],
            "breasts": dict(self.breasts),
            "breasts_at_screening_prevalence": dict(self.breasts_at_screening),
            "density": self.density,
            "density_probabilities": dict(zip("ABCD", self.density_probabilities, strict=True)) if self.density_probabilities else None,
            "percent_density": self.percent_density,
            "exam_score": self.exam_score,
            "rests_on": self.rests_on,
            "reason": self.reason,
            "stage_seconds": dict(self.stage_seconds),
        }

"""What the result of a mammogram means, in words: score, density, the evidence at screening prevalence, what it rests on, linked marks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.rules.birads import DENSITIES
from core.words import N_, Sentence, say
from core.workflow.ai import AiResult, FindingLine
from core.workflow.opinion_parts import SIDES

LEVELS = 10
PREVALENCE = 0.6
"""Percent of women with cancer that `breasts_at_screening_prevalence` is told for (models.breast.calibration)."""


@dataclass(frozen=True)
class BreastResult:
    """None where the run did not tell it; a simulated score stands for no share of women."""

    score: Sentence | None
    density: Sentence | None
    share: Sentence | None
    screening: Sentence | None
    rests_on: Sentence | None


@dataclass(frozen=True)
class Partner:
    """A mark of another view at about the same distance from the nipple; distances in mm, or as percent of the breast's depth."""

    number: int
    view: str
    distance: float
    partner_distance: float
    unit: str


def of(ai: AiResult) -> BreastResult:
    """The words for one run; a lung CT has none of them."""
    told = ai.result
    if "breasts" not in told:
        return BreastResult(None, None, None, None, None)
    score = None if ai.synthetic else _score(ai.step)
    return BreastResult(score, _density(told), _share(told.get("percent_density")), _screening(told), _rests_on(told))


def partners(mark: FindingLine, marks: tuple[FindingLine, ...]) -> tuple[Partner, ...]:
    """The marks of other views that may show the same place."""
    views = {one.number: one.view for one in marks}
    linked = [one for one in mark.detail.get("linked") or () if one.get("mark") in views]
    return tuple(_partner(one, views[one["mark"]]) for one in linked)


def words(partner: Partner) -> Sentence:
    """ "as far from the nipple as 3 on MLO (52, 55 mm)"."""
    distances = f"{partner.distance:.0f}, {partner.partner_distance:.0f} {partner.unit}"
    return say(N_("as far from the nipple as {n} on {view} ({distances})"), n=partner.number, view=partner.view, distances=distances)


def _partner(link: Mapping[str, Any], view: str) -> Partner:
    scale, unit = (1, "mm") if link["unit"] == "mm" else (100, "%")
    return Partner(link["mark"], view, link["from_nipple"] * scale, link["partner_from_nipple"] * scale, unit)


def _score(step: int | None) -> Sentence | None:
    if step is None:
        return None
    return say(N_("{share} % of screened women would score as high or higher"), share=(LEVELS + 1 - step) * 100 // LEVELS)


def _density(told: Mapping[str, Any]) -> Sentence | None:
    letter, each = told.get("density"), told.get("density_probabilities") or {}
    if letter not in DENSITIES:
        return None
    named = say(DENSITIES[letter])
    if not each:
        return say(N_("{letter}, {named}"), letter=letter, named=named)
    shares = ", ".join(f"{one} {100 * each[one]:.0f} %" for one in DENSITIES if one in each)
    return say(N_("{letter}, {named} ({shares})"), letter=letter, named=named, shares=shares)


def _share(percent: object) -> Sentence | None:
    if not isinstance(percent, int | float):
        return None
    return say(N_("About {percent} % of the breast's area is dense"), percent=f"{percent:.0f}")


def _screening(told: Mapping[str, Any]) -> Sentence | None:
    """The breasts' probabilities where few women have cancer, in percent."""
    breasts = told.get("breasts_at_screening_prevalence") or {}
    right, left = (f"{100 * breasts[side]:.1f} %" if breasts.get(side) is not None else None for side in ("R", "L"))
    if right and left:
        template = N_("Where {n} % of women have cancer, as in screening: right {right}, left {left}")
        return say(template, n=PREVALENCE, right=right, left=left)
    if right or left:
        template = N_("Where {n} % of women have cancer, as in screening: {side} {percent}")
        return say(template, n=PREVALENCE, side=say(SIDES["R" if right else "L"]), percent=right or left)
    return None


def _rests_on(told: Mapping[str, Any]) -> Sentence | None:
    """How many of the views were scored, where that was not all of them, or where there were not four."""
    views = told.get("views") or []
    used = sum(view.get("reason") is None for view in views)
    if not views or used == len(views) == 4:
        return None
    return say(N_("The result rests on {used} of {all} views"), used=used, all=len(views))

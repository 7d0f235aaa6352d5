"""What the AI tells of a nodule beyond its sizes: type, solid part, place, calcium, fat, pleura, outline. What it did not tell is None.

Only a reader makes anything of it: a calcification or fat is benign for a rule when the reader says so, never because a model does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.words import N_, Sentence, say

KINDS = ("solid", "part-solid", "non-solid")
THIRDS = {"upper": N_("upper third"), "middle": N_("middle third"), "lower": N_("lower third")}
CALCIFICATIONS = {
    "none": N_("no calcification"),
    "central": N_("calcified in the centre"),
    "diffuse": N_("calcified throughout"),
    "laminated": N_("calcified in layers"),
    "popcorn": N_("popcorn calcification"),
    "eccentric": N_("calcified off the centre"),
    "present": N_("calcified, pattern not told"),
}
BENIGN = ("central", "diffuse", "laminated", "popcorn")
"""Patterns that Lung-RADS calls benign (complete, central, popcorn, concentric), once the reader confirms them."""
TOUCHING_MM = 0.5
JUXTAPLEURAL_MM = 10.0


@dataclass(frozen=True)
class Appearance:
    """Sizes in mm and mm³ of the solid part of a part-solid nodule; `pleural_mm` 0 where it touches; `spiculation` 0–1.

    `third` of its own lung by height; `alone`: the suspicion 0–1 that the diameter by itself would give.
    """

    kind: str | None = None
    solid_long_mm: float | None = None
    solid_short_mm: float | None = None
    solid_mm: float | None = None
    solid_mm3: float | None = None
    effective_mm: float | None = None
    third: str | None = None
    upper_lobe: bool | None = None
    calcification: str | None = None
    fat: bool | None = None
    pleural_mm: float | None = None
    spiculation: float | None = None
    alone: float | None = None

    @property
    def calcium(self) -> Sentence | None:
        return None if self.calcification is None else say(CALCIFICATIONS.get(self.calcification, self.calcification))

    @property
    def touches(self) -> bool | None:
        """Whether it lies at the pleura, to within a voxel."""
        return None if self.pleural_mm is None else self.pleural_mm < TOUCHING_MM

    @property
    def benign(self) -> Sentence | None:
        """What would make it benign for Lung-RADS if the reader confirmed it."""
        if self.calcification in BENIGN:
            return self.calcium
        return say(N_("fat inside")) if self.fat else None


def appearance(detail: Mapping[str, Any]) -> Appearance:
    """From the detail of a finding; a type that is none of the three counts as not told."""
    kind = detail.get("type")
    known = kind if kind in KINDS else None
    part = known == "part-solid"
    return Appearance(
        kind=known, solid_long_mm=_number(detail, "solid_long_mm", part), solid_short_mm=_number(detail, "solid_short_mm", part),
        solid_mm=_number(detail, "solid_mean_mm", part), solid_mm3=_number(detail, "solid_volume_mm3", part),
        effective_mm=_number(detail, "effective_diameter_mm"), third=_word(detail, "third"), upper_lobe=_flag(detail, "upper_lobe"),
        calcification=_word(detail, "calcification"), fat=_flag(detail, "fat"), pleural_mm=_number(detail, "pleural_mm"),
        spiculation=_number(detail, "spiculation"), alone=_number(detail, "baseline_malignancy"),
    )  # fmt: skip


def to_confirm(number: int, seen: Appearance, mean_mm: float | None) -> Iterator[Sentence]:
    """What the AI saw and only the reader can turn into a category."""
    if seen.benign is not None:
        yield say(N_("Nodule {number}: {what} by the AI; category 1 only if you confirm a benign pattern"), number=number, what=seen.benign)
    if seen.kind == "solid" and seen.touches and mean_mm is not None and mean_mm < JUXTAPLEURAL_MM:
        template = N_("Nodule {number}: at the pleura by the AI; category 2 only if you find it smooth and oval, lentiform or triangular")
        yield say(template, number=number)
    if seen.kind == "part-solid" and seen.solid_mm is None:
        yield say(N_("Nodule {number}: part-solid by the AI, which could not measure its solid part"), number=number)


def _number(detail: Mapping[str, Any], name: str, holds: bool = True) -> float | None:
    value = detail.get(name)
    return float(value) if holds and isinstance(value, int | float) and not isinstance(value, bool) else None


def _word(detail: Mapping[str, Any], name: str) -> str | None:
    value = detail.get(name)
    return value if isinstance(value, str) and value else None


def _flag(detail: Mapping[str, Any], name: str) -> bool | None:
    value = detail.get(name)
    return value if isinstance(value, bool) else None

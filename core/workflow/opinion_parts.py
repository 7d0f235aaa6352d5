"""What an opinion is made of: lesions of a breast, nodules of a lung, views to repeat, measurements. Each stored word has one for people.

Types of lesion and levels of concern: NHS breast-screening reading prototype (domain/users.md 1.2). Nodule types: Lung-RADS v2022.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.words import N_

Point = tuple[float, float]
Place = tuple[float, float, float]

SIDES = {"R": N_("right"), "L": N_("left")}
ASSESSMENTS = {"normal": N_("Normal"), "clinical": N_("Clinical"), "abnormal": N_("Abnormal")}
LESIONS = {
    "ill_defined_mass": N_("Ill-defined mass"),
    "well_defined_mass": N_("Well-defined mass"),
    "microcalcification": N_("Microcalcification"),
    "asymmetric_density": N_("Asymmetric density"),
    "architectural_distortion": N_("Architectural distortion"),
    "lymph_node": N_("Lymph node"),
    "other": N_("Other"),
}
CONCERN = {
    1: N_("Normal tissue"),
    2: N_("Benign"),
    3: N_("Probably benign"),
    4: N_("Suspicious of malignancy"),
    5: N_("Highly suspicious of malignancy"),
}
NODULES = {
    "solid": N_("Solid"),
    "part-solid": N_("Part-solid"),
    "non-solid": N_("Non-solid"),
    "airway": N_("In an airway"),
    "cyst": N_("Cyst"),
}
CHANGES = {"new": N_("New"), "stable": N_("Stable"), "growing": N_("Growing"), "slow-growing": N_("Growing slowly")}
LOBES = {
    "RUL": N_("right upper lobe"),
    "RML": N_("right middle lobe"),
    "RLL": N_("right lower lobe"),
    "LUL": N_("left upper lobe"),
    "LLL": N_("left lower lobe"),
}
FLAGS = {
    "benign_calcification": N_("Benign calcification"),
    "fat": N_("Fat inside"),
    "juxtapleural": N_("Juxtapleural, smooth"),
    "spiculation": N_("Spiculated"),
    "proven_benign": N_("Proven benign"),
}
REASONS = {
    "positioning": N_("Positioning"),
    "motion": N_("Motion"),
    "exposure": N_("Exposure"),
    "compression": N_("Compression"),
    "artefact": N_("Artefact"),
    "coverage": N_("Tissue not covered"),
    "equipment": N_("Equipment fault"),
    "other": N_("Other reason"),
}


@dataclass(frozen=True, kw_only=True)
class Lesion:
    """Something in a breast. `positions`: view such as "L-CC" → (column, row) in stored pixels; `concern` 1–5; `from_mark`: the AI's."""

    side: str
    kind: str
    concern: int
    positions: Mapping[str, Point] = field(default_factory=dict)
    size_mm: float | None = None
    category: str = ""
    note: str = ""
    from_mark: int | None = None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Lesion":
        positions = {view: (float(x), float(y)) for view, (x, y) in stored.get("positions", {}).items()}
        return cls(**{**_known(cls, stored), "positions": positions})


@dataclass(frozen=True, kw_only=True)
class NoduleFinding:
    """A nodule as its reader sees it. Sizes in mm of one axial plane, volume in mm³; `slice` counts from 0 at the feet.

    `mean_mm` stands where a mean was stated or measured by the AI; else long and short give it. `earlier_*` belong to the exam it is
    compared with, `earlier_months` before. `from_mark`: the AI mark it began as; `before`: what the AI had said, by these fields' names.
    """

    name: str
    kind: str
    long_mm: float | None = None
    short_mm: float | None = None
    mean_mm: float | None = None
    solid_mm: float | None = None
    volume_mm3: float | None = None
    change: str = ""
    earlier_mm: float | None = None
    earlier_solid_mm: float | None = None
    earlier_months: int | None = None
    earlier_category: str = ""
    side: str = ""
    lobe: str = ""
    flags: tuple[str, ...] = ()
    airway: str = ""  # "subsegmental", "segmental" (or more proximal)
    cyst_wall: str = ""  # "thin", "thick" (2 mm or more)
    multilocular: bool = False
    cyst_changes: tuple[str, ...] = ()
    slice: int | None = None
    centre_lps_mm: Place | None = None
    from_mark: int | None = None
    before: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mean_diameter_mm(self) -> float | None:
        """As Lung-RADS takes it: mean of the long and the short diameter of one plane."""
        if self.mean_mm is None and self.long_mm is not None and self.short_mm is not None:
            return (self.long_mm + self.short_mm) / 2
        return self.mean_mm

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "NoduleFinding":
        known = {"name": "", "kind": "solid", **_known(cls, stored)}
        for name in ("flags", "cyst_changes"):
            known[name] = tuple(known.get(name, ()))
        centre = known.get("centre_lps_mm")
        return cls(**{**known, "centre_lps_mm": (float(centre[0]), float(centre[1]), float(centre[2])) if centre else None})


@dataclass(frozen=True, kw_only=True)
class ViewToRepeat:
    """A view that a technical recall asks for: "L-MLO", or "volume" for a CT, and why."""

    view: str
    reason: str
    note: str = ""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ViewToRepeat":
        return cls(**_known(cls, stored))


WHERE = ("exam", "plane", "slice", "view", "sop")
"""What the viewer says of where a measurement lies."""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A distance drawn in the viewer. `image`: what the viewer calls the image; `points`: mm in LPS of a CT (3 numbers), else pixels (2).

    `mm`: one length, or the long and the short diameter. `nodule`: the name of the nodule it belongs to, "" for none.
    """

    id: str
    kind: str
    image: Mapping[str, Any] = field(default_factory=dict)
    points: tuple[tuple[float, ...], ...] = ()
    mm: tuple[float, ...] = ()
    nodule: str = ""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Measurement":
        known = _known(cls, stored)
        points = tuple(tuple(float(part) for part in point) for point in known.get("points", ()))
        image = known.get("image", {})
        if not isinstance(image, Mapping):  # as the viewer tells it: what it lies on stands beside the name of the image
            image = {"image": image, **{name: stored[name] for name in WHERE if stored.get(name) is not None}}
        return cls(**{**known, "points": points, "mm": tuple(float(one) for one in known.get("mm", ())), "image": dict(image)})


def _known(cls: type, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What this version of the form knows of a stored part; other versions may have kept more."""
    return {name: value for name, value in stored.items() if name in cls.__dataclass_fields__}  # type: ignore[attr-defined]

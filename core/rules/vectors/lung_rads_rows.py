"""Lung-RADS v2022: the table's limits from both sides, in the words of a report (mm)."""

from typing import Any

from core.rules import lung_rads
from core.rules.lung_nodule import Nodule
from core.rules.size import tenths
from core.rules.vectors.vector import of

SIZES = {"mm": "mean_tenths", "solid_mm": "solid_tenths", "before_mm": "before_tenths", "solid_before_mm": "solid_before_tenths"}


def category(kind: str = "solid", *, incomplete: str | None = None, significant_finding: bool = False, **given: Any) -> str | None:
    """The category of one nodule with its modifier; a first exam unless something earlier is given."""
    later = any(given.get(name) is not None for name in ("status", "before_mm", "solid_before_mm", "prior_category"))
    sizes = {SIZES[name]: tenths(value) for name, value in given.items() if name in SIZES and value is not None}
    rest = {name: value for name, value in given.items() if name not in SIZES}
    changes = frozenset(rest.pop("cyst_changes", ()))
    nodule = Nodule(kind=kind, **sizes, **rest, cyst_changes=changes)  # type: ignore[arg-type]
    return lung_rads.categorise([nodule], baseline=not later, incomplete=incomplete, significant_finding=significant_finding).label


def _solid(status: str | None, rows: dict[float, str]) -> list[tuple[dict[str, Any], Any]]:
    return [({"mm": mm} | ({"status": status} if status else {}), expected) for mm, expected in rows.items()]


ROWS: list[tuple[dict[str, Any], Any]] = [
    *_solid(None, {5.9: "2", 6.0: "3", 7.9: "3", 8.0: "4A", 14.9: "4A", 15.0: "4B"}),
    *_solid("new", {3.9: "2", 4.0: "3", 5.9: "3", 6.0: "4A", 7.9: "4A", 8.0: "4B"}),
    ({"mm": 7.7, "before_mm": 6.1, "months": 12}, "4A"),
    ({"mm": 8.0, "before_mm": 6.4, "months": 12}, "4B"),
    ({"mm": 7.4, "before_mm": 6.0, "months": 12}, "3"),
    ({"mm": 7.5, "before_mm": 6.0, "months": 12}, "3"),
    ({"mm": 7.6, "before_mm": 6.0, "months": 12}, "4A"),
    ({"mm": 8.3, "before_mm": 6.8, "months": 12}, "4A"),
    ({"mm": 7.0, "before_mm": 7.0, "prior_category": "3", "months": 6}, "2"),
    ({"mm": 9.0, "before_mm": 9.0, "prior_category": "4A", "months": 3}, "3"),
    ({"mm": 7.0, "before_mm": 7.0, "prior_category": "3", "months": 3}, "3"),
    ({"mm": 9.0, "before_mm": 9.0, "prior_category": "4A", "months": 2}, "4A"),
    ({"mm": 6.0, "before_mm": 5.0, "prior_category": "2", "months": 12}, "3"),
    ({"mm": 9.0, "before_mm": 9.0, "prior_category": "4B", "months": 12}, "4B"),
    ({"mm": 7.0, "status": "slow-growing"}, "4B"),
    ({"kind": "part-solid", "mm": 5.9}, "2"),
    ({"kind": "part-solid", "mm": 6.0, "solid_mm": 5.9}, "3"),
    ({"kind": "part-solid", "mm": 12.0, "solid_mm": 6.5}, "4A"),
    ({"kind": "part-solid", "mm": 12.0, "solid_mm": 7.9}, "4A"),
    ({"kind": "part-solid", "mm": 20.0, "solid_mm": 8.0}, "4B"),
    ({"kind": "part-solid", "mm": 5.0, "solid_mm": 3.0, "status": "new"}, "3"),
    ({"kind": "part-solid", "mm": 8.0, "solid_mm": 3.0, "status": "new"}, "4A"),
    ({"kind": "part-solid", "mm": 8.0, "solid_mm": 3.9, "status": "new"}, "4A"),
    ({"kind": "part-solid", "mm": 10.0, "solid_mm": 4.0, "status": "new"}, "4B"),
    ({"kind": "part-solid", "mm": 12.0, "solid_mm": 3.0, "before_mm": 12.0, "solid_before_mm": 0.0, "months": 12}, "4A"),
    ({"kind": "part-solid", "mm": 12.0, "solid_mm": 4.0, "before_mm": 12.0, "solid_before_mm": 0.0, "months": 12}, "4B"),
    ({"kind": "part-solid", "mm": 12.0, "solid_mm": 3.6, "before_mm": 12.0, "solid_before_mm": 2.0, "months": 12}, "4A"),
    ({"kind": "part-solid", "mm": 12.0, "solid_mm": 4.0, "before_mm": 12.0, "solid_before_mm": 2.4, "months": 12}, "4B"),
    ({"kind": "non-solid", "mm": 29.9}, "2"),
    ({"kind": "non-solid", "mm": 30.0}, "3"),
    ({"kind": "non-solid", "mm": 25.0, "status": "new"}, "2"),
    ({"kind": "non-solid", "mm": 30.0, "status": "new"}, "3"),
    ({"kind": "non-solid", "mm": 35.0, "status": "stable"}, "2"),
    ({"mm": 9.9, "juxtapleural": True}, "2"),
    ({"mm": 10.0, "juxtapleural": True}, "4A"),
    ({"kind": "airway", "airway": "subsegmental"}, "2"),
    ({"kind": "airway", "airway": "subsegmental", "status": "new"}, "2"),
    ({"kind": "airway", "airway": "segmental"}, "4A"),
    ({"kind": "airway", "airway": "segmental", "status": "stable"}, "4B"),
    ({"kind": "airway", "airway": "segmental", "status": "growing"}, "4B"),
    ({"kind": "cyst", "cyst_wall": "thick"}, "4A"),
    ({"kind": "cyst", "cyst_wall": "thin", "multilocular": True}, "4A"),
    ({"kind": "cyst", "cyst_wall": "thick", "cyst_changes": ("thicker wall",), "status": "growing"}, "4B"),
    ({"kind": "cyst", "cyst_wall": "thick", "cyst_changes": ("larger",), "status": "growing"}, "3"),
    ({"kind": "cyst", "cyst_wall": "thin", "multilocular": True, "cyst_changes": ("larger",), "status": "growing"}, "4B"),
    ({"mm": 20.0, "benign_pattern": True}, "1"),
    ({"mm": 7.0, "suspicious": ("spiculation",)}, "4X"),
    ({"mm": 5.0, "suspicious": ("spiculation",)}, "2"),
    ({"mm": 9.0, "suspicious": ("spiculation",)}, "4X"),
    ({"mm": 20.0, "status": "stable", "proven_benign": True}, "2"),
    ({"kind": "non-solid", "mm": 35.0, "status": "slow-growing"}, "2"),
    ({"kind": "non-solid", "mm": 29.0, "before_mm": 26.0, "months": 12}, "2"),
    ({"kind": "part-solid", "mm": 9.0, "status": "slow-growing"}, "4B"),
    ({"mm": 9.9, "juxtapleural": True, "status": "new"}, "2"),
    ({"mm": 8.3, "before_mm": 6.8, "months": 3}, "4A"),
    ({"mm": 8.0, "before_mm": 9.0, "prior_category": "4A", "months": 3}, "3"),
    ({"kind": "airway", "airway": "subsegmental", "status": "stable"}, "2"),
    ({"kind": "airway", "airway": "segmental", "status": "new"}, "4A"),
    ({"kind": "cyst", "cyst_wall": "thin", "cyst_changes": ("became multilocular",), "status": "growing"}, "4A"),
    ({"kind": "cyst", "cyst_wall": "thin", "multilocular": True, "cyst_changes": ("more loculation",), "status": "growing"}, "4B"),
    ({"kind": "cyst", "cyst_wall": "thin", "multilocular": True, "cyst_changes": ("more opacity",), "status": "growing"}, "4B"),
    ({"mm": 7.0, "incomplete": "earlier exam pending"}, "0"),
    ({"mm": 7.0, "incomplete": "not evaluable"}, "0"),
    ({"mm": 9.0, "incomplete": "infection"}, "0"),
    ({"mm": 15.0, "incomplete": "not evaluable"}, "4B"),
    ({"mm": 7.0, "significant_finding": True}, "3S"),
    ({"mm": 5.0, "significant_finding": True}, "2S"),
]
VECTORS = of(lung_rads, category, ROWS)

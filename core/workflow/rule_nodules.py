"""A reader's nodule as Lung-RADS wants it; what the reader left open stays open, so that the rule names it as a gap."""

from typing import cast

from core.rules.lung_nodule import CystChange, Kind, Nodule, Stated
from core.rules.size import tenths
from core.workflow.opinion_parts import NODULES, NoduleFinding


def as_rule(nodule: NoduleFinding, *, baseline: bool) -> Nodule:
    """Sizes become tenths of a millimetre. At a baseline exam nothing is said about an earlier state, whatever the form still holds.

    ValueError where the values contradict each other.
    """
    earlier = {} if baseline else _earlier(nodule)
    return Nodule(
        kind=cast(Kind, nodule.kind),
        name=nodule.name,
        mean_tenths=_tenths(nodule.mean_diameter_mm),
        solid_tenths=_tenths(nodule.solid_mm) if nodule.kind == "part-solid" else None,
        benign_pattern=bool({"benign_calcification", "fat"} & set(nodule.flags)),
        proven_benign="proven_benign" in nodule.flags,
        juxtapleural="juxtapleural" in nodule.flags and nodule.kind == "solid",
        suspicious=("spiculation",) if "spiculation" in nodule.flags else (),
        airway=cast(None, nodule.airway or None),
        cyst_wall=cast(None, nodule.cyst_wall or None),
        multilocular=nodule.multilocular,
        cyst_changes=frozenset() if baseline else cast(frozenset[CystChange], frozenset(nodule.cyst_changes)),
        status=cast(Stated | None, earlier.get("status")),
        before_tenths=cast(int | None, earlier.get("before")),
        solid_before_tenths=cast(int | None, earlier.get("solid_before")),
        months=nodule.earlier_months if not baseline else None,
        prior_category=cast(str | None, earlier.get("category")),
    )


def determined(nodule: NoduleFinding) -> bool:
    """Whether the type is known; without it no rule can begin."""
    return nodule.kind in NODULES


def _earlier(nodule: NoduleFinding) -> dict[str, object]:
    return {
        "status": nodule.change or None,
        "before": _tenths(nodule.earlier_mm),
        "solid_before": _tenths(nodule.earlier_solid_mm),
        "category": nodule.earlier_category or None,
    }


def _tenths(mm: float | None) -> int | None:
    return None if mm is None else tenths(mm)

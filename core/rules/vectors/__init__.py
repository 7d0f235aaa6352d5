"""Published examples of every rule: what goes in and what must come out. The conformance page runs them live."""

from core.rules.vectors import eligibility, follow_up, gail_rows, lung_rads_rows, nodule_risk, protocols, who_is_invited
from core.rules.vectors.vector import Vector

VECTORS: tuple[Vector, ...] = (
    *lung_rads_rows.VECTORS,
    *follow_up.VECTORS,
    *protocols.VECTORS,
    *nodule_risk.VECTORS,
    *eligibility.VECTORS,
    *who_is_invited.VECTORS,
    *gail_rows.VECTORS,
)

__all__ = ["VECTORS", "Vector"]

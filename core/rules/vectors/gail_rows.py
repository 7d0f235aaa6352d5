"""Gail model: values of the National Cancer Institute's package, as shares."""

from typing import Any

from core.rules import gail
from core.rules.vectors.vector import of

WOMAN: dict[str, Any] = {
    "age": 40, "horizon_years": 10, "biopsies": 1, "hyperplasia": None, "menarche_age": 12, "first_birth_age": 25, "relatives": 1,
    "race": "white",
}  # fmt: skip
HIGH = {"age": 45, "biopsies": 2, "hyperplasia": True, "menarche_age": 10, "first_birth_age": 98, "relatives": 2}
LOW = {"age": 30, "horizon_years": 5, "biopsies": 0, "menarche_age": 14, "first_birth_age": 22, "relatives": 0}
ROWS: list[tuple[dict[str, Any], Any]] = [
    (WOMAN, 0.045136216073),
    (WOMAN | HIGH, 0.24125253066),
    (WOMAN | LOW, 0.00095603326859),
    (WOMAN | {"age": 70, "first_birth_age": 28, "relatives": 0}, 0.045936976595),
    (WOMAN | {"race": "black"}, 0.027300575728),
    (WOMAN | {"race": "hispanic_us"}, 0.018869997821),
    (WOMAN | {"race": "hispanic_foreign"}, 0.03337429861),
    (WOMAN | {"race": "chinese"}, 0.039785550501),
    (WOMAN | {"race": "other_asian"}, 0.030822121069),
]
VECTORS = of(gail, gail.absolute_risk, ROWS, digits=11)

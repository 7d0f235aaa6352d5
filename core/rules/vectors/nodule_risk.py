"""Brock, Mayo, Herder, the Veterans Affairs model and the combined score: probabilities, most of them computed independently."""

from typing import Any

from core.rules import brock, combined, herder, mayo, veterans
from core.rules.vectors.vector import of

Rows = list[tuple[dict[str, Any], Any]]
NODULE: dict[str, Any] = {
    "age": 62, "female": False, "family_history": False, "emphysema": False, "diameter_mm": 4.0, "nodule_type": "solid",
    "upper_lobe": False, "nodule_count": 4, "spiculated": False,
}  # fmt: skip
WORSE = {"family_history": True, "emphysema": True, "upper_lobe": True, "nodule_count": 1, "spiculated": True, "female": True}
BROCK: list[tuple[dict[str, Any], float, float]] = [
    ({}, 0.001125, 0.001105),
    ({"diameter_mm": 8, "nodule_count": 1}, 0.017160, 0.019064),
    ({"female": True, "diameter_mm": 8, "upper_lobe": True, "nodule_count": 1}, 0.057940, 0.065033),
    ({**WORSE, "age": 65, "diameter_mm": 12, "nodule_type": "part-solid"}, 0.535826, 0.396711),
    ({"age": 70, "emphysema": True, "diameter_mm": 15, "upper_lobe": True, "nodule_count": 2, "spiculated": True}, 0.365716, 0.269549),
    ({"age": 60, "female": True, "diameter_mm": 6, "nodule_type": "non-solid", "nodule_count": 3}, 0.008766, 0.007479),
    ({**WORSE, "age": 75, "diameter_mm": 20}, 0.761591, 0.674553),
]
FULL: Rows = [(NODULE | changes | {"model": "2b"}, full) for changes, full, _ in BROCK]
WITHOUT: Rows = [(NODULE | changes | {"model": "2a"}, without) for changes, _, without in BROCK]
MAYO: Rows = [
    (
        {"age": 62, "ever_smoker": True, "extrathoracic_cancer": False, "diameter_mm": 10, "spiculated": False, "upper_lobe": False},
        0.088081,
    ),
    ({"age": 70, "ever_smoker": True, "extrathoracic_cancer": False, "diameter_mm": 15, "spiculated": True, "upper_lobe": True}, 0.607544),
]
HERDER: Rows = [
    ({"mayo_probability": before, "uptake": uptake}, after)
    for before, row in (
        (0.0880806, (0.011963, 0.109887, 0.550602, 0.588340)),
        (0.6075440, (0.076100, 0.456472, 0.892874, 0.906738)),
    )
    for uptake, after in zip(("none", "faint", "moderate", "intense"), row, strict=True)
]
VETERANS: Rows = [({"age": 62, "ever_smoker": False, "diameter_mm": 10, "quit_years": 0}, 0.07913)]
CENTRE: dict[str, Any] = {"age": 62, "female": False, "family_history": False, "emphysema": False, "nodule_count": 4}
COMBINED: Rows = [
    (CENTRE | {"model_probability": 0.2}, 0.2),
    (CENTRE | {"model_probability": 0.0}, 0.0),
    (CENTRE | {"model_probability": 0.2, "age": 72, "female": True}, 0.377885),
    (CENTRE | {"model_probability": 0.5, "age": 52, "nodule_count": 10}, 0.314065),
    (CENTRE | {"model_probability": 0.1, "family_history": True, "emphysema": True}, 0.167172),
    (CENTRE | {"model_probability": 0.35, "age": 70, "female": True, "emphysema": True, "nodule_count": 1}, 0.680037),
]

VECTORS = (
    *of(brock, brock.malignancy_probability, FULL),
    *of(brock, brock.malignancy_probability, WITHOUT),
    *of(mayo, mayo.malignancy_probability, MAYO),
    *of(herder, herder.malignancy_probability, HERDER, digits=5),
    *of(combined, combined.malignancy_probability, COMBINED),
    *of(veterans, veterans.malignancy_probability, VETERANS, digits=5),
)

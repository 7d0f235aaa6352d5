"""Reports of pathology in which size, grade, nodes and stage go together, as far as the history did not draw them."""

import random
from collections.abc import Mapping
from typing import Any

from db.enums import ExamKind

BENIGN = {
    ExamKind.mammography: ("fibroadenoma", "papilloma", "fibrocystic", "radial_scar"),
    ExamKind.lung_ct: ("granuloma", "hamartoma", "inflammation"),
}
LUNG = {"adenocarcinoma": "adenocarcinoma", "squamous cell": "squamous"}
LUNG_STAGES = {
    "I": (("IA1", 4, 10), ("IA2", 11, 20), ("IA3", 21, 30)),
    "II": (("IIA", 41, 50), ("IIB", 20, 50)),
    "III": (("IIIA", 25, 70),),
    "IV": (("IVA", 20, 80),),
}
"""Stages of the 8th TNM with the sizes in mm that are drawn for them."""


def report(rng: random.Random, kind: ExamKind, ill: bool, known: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a report; what the history knows of a cancer is kept."""
    side = str(known.get("side") or rng.choice("LR"))
    empty: dict[str, Any] = {
        "side": side,
        "invasive": None,
        "size_mm": None,
        "grade": None,
        "nodes_positive": None,
        "stage": "",
        "detail": {},
    }
    if not ill:
        return empty | {"histology": rng.choice(BENIGN[kind])}
    return empty | (_lung(rng, known) if kind == ExamKind.lung_ct else _breast(rng, known))


def _lung(rng: random.Random, known: Mapping[str, Any]) -> dict[str, Any]:
    group = str(known.get("stage") or "I")
    stage, least, most = rng.choice(LUNG_STAGES[group])
    return {
        "histology": LUNG.get(str(known.get("type")), "adenocarcinoma"), "invasive": True, "size_mm": float(rng.randint(least, most)),
        "grade": rng.choice((1, 2, 2, 3)), "nodes_positive": stage == "IIB" or group in ("III", "IV"), "stage": stage,
    }  # fmt: skip


def _breast(rng: random.Random, known: Mapping[str, Any]) -> dict[str, Any]:
    size = float(known.get("size_mm") or 14)
    if known.get("type") == "in situ":
        return {"histology": "dcis", "invasive": False, "size_mm": size, "grade": rng.choice((1, 2, 3, 3)), "stage": "0"}
    nodes = rng.random() < min(0.1 + size / 100, 0.5)
    stage = ("IIA" if nodes else "IA") if size <= 20 else ("IIB" if nodes else "IIA")
    histology = rng.choices(("invasive_ductal", "invasive_lobular", "tubular", "mucinous"), (78, 14, 5, 3))[0]
    return {
        "histology": histology, "invasive": True, "size_mm": size, "grade": rng.choice((1, 2, 2, 3)), "nodes_positive": nodes,
        "stage": stage,
    }  # fmt: skip

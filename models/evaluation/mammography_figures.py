"""The figures of a scored mammography set: per image, breast and woman, within machine, site and density, by subgroup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from core.metrics import clusters, operating_points, proportions, roc
from models.breast.calibration import Calibration
from models.breast.ensemble import Answer
from models.breast.table import Labelled
from models.evaluation import lung_curves as curves
from models.evaluation import mammography_calibration as calibrated
from models.evaluation import mammography_density as density
from models.evaluation import mammography_metadata as metadata
from models.evaluation import mammography_screening as screening
from models.evaluation.mammography_cases import Bools, Cases, units
from models.evaluation.mammography_within import within
from models.refusal import NoResult

FEWEST = 10  # cases of each class a subgroup needs to be reported
SPECIFICITY = 0.9
AGES = ((40, 50), (50, 60), (60, 70), (70, 120))
LISTED = 8  # so many of the most wrong and of the most right cases of each class are named


def report(rows: Sequence[Labelled], answers: Sequence[Answer], line: Calibration, *, own_women: bool = False) -> dict[str, Any]:
    """Everything measured on scored views; `own_women`: they are those the installed line was fitted on.

    Raises NoResult when all breasts have the same label.
    """
    found = units(rows, answers, line)
    if found.breasts.truth.all() or not found.breasts.truth.any():
        raise NoResult(f"All {len(found.breasts.truth)} breasts have the same label; figures need breasts with and without cancer.")
    breast = unit(found.breasts)
    named = [(view, found.images.where(np.array([row.view == view for row in rows]))) for view in ("CC", "MLO")]
    return {
        "auc": breast["auc"],
        "auc_is": "per breast",
        "image": unit(found.images),
        "breast": breast | within(found.breasts) | {"subgroups": subgroups(found.breasts)},
        "woman": unit(found.women),
        "views": {view: part for view, cases in named if (part := area(cases))},
        "calibration": calibrated.measured(found.breasts, found.logits, own_women=own_women),
        "screening": screening.measured(found.women, line, own_women=own_women),
        "density": density.measured(rows, answers),
        **metadata.baselines(rows, found.breasts, found.logits),
        "curves": {"roc": curves.points(found.breasts.truth, found.breasts.probability)},
        **examples(found.breasts),
    }


def unit(cases: Cases) -> dict[str, Any]:
    """n, cancers, AUC with an interval that knows of cases of one woman, sensitivity at 90 % specificity; only counts with one class."""
    counted = {"n": len(cases.truth), "cancers": int(cases.truth.sum())}
    if counted["cancers"] in (0, counted["n"]):
        return counted | {"auc": None, "sensitivity_at_90_specificity": None}
    point = operating_points.sensitivity_at_specificity(cases.truth, cases.probability, SPECIFICITY)
    return counted | {
        "auc": asdict(_area(cases)),
        "sensitivity_at_90_specificity": asdict(proportions.wilson(point.true_positives, int(cases.truth.sum()))),
    }


def area(cases: Cases) -> dict[str, Any] | None:
    """n, cancers and AUC; None with fewer than FEWEST cases of a class."""
    cancers = int(cases.truth.sum())
    if min(cancers, len(cases.truth) - cancers) < FEWEST:
        return None
    return {"n": len(cases.truth), "cancers": cancers, "auc": asdict(_area(cases))}


def subgroups(cases: Cases) -> dict[str, Any]:
    """AUC by age, density, site, machine and implant, where a group is large enough."""
    ages = np.array([np.nan if row.age is None else row.age for row in cases.rows])
    named: dict[str, Bools] = {f"age {low}-{high - 1}": (ages >= low) & (ages < high) for low, high in AGES}
    named |= {f"density {letter}": cases.by("density") == letter for letter in "ABCD"}
    named |= {f"density {pair}": np.isin(cases.by("density"), list(pair)) for pair in ("AB", "CD")}
    for name in ("site", "machine"):
        named |= {f"{name} {value}": cases.by(name) == value for value in np.unique(cases.by(name)) if value}
    return {name: part for name, keep in named.items() if (part := area(cases.where(keep)))}


def examples(breasts: Cases) -> dict[str, Any]:
    """`misses`: breasts with cancer of the lowest probability, healthy ones of the highest; `hits`: the other way round."""
    rising = np.argsort(breasts.probability, kind="stable")
    cancers, healthy = (rising[breasts.truth[rising] == truth] for truth in (True, False))
    wrong, right = (*cancers[:LISTED], *healthy[::-1][:LISTED]), (*cancers[::-1][:LISTED], *healthy[:LISTED])
    return {"misses": [_named(breasts, int(one)) for one in wrong], "hits": [_named(breasts, int(one)) for one in right]}


def _named(breasts: Cases, number: int) -> dict[str, Any]:
    row = breasts.rows[number]
    told = {"file": row.file.name, "side": row.laterality, "cancer": bool(breasts.truth[number])}
    return told | {"probability": round(float(breasts.probability[number]), 4), "age": row.age, "density": row.density}


def _area(cases: Cases) -> Any:
    try:
        return clusters.auc(cases.truth, cases.probability, cases.woman)
    except ValueError:  # fewer than two women in a class
        return roc.auc(cases.truth, cases.probability)

"""The figures of a scored mammography set: per image, breast and woman, within machine, by subgroup, density and calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.metrics import agreement, calibration, clusters, operating_points, proportions, roc
from models.breast.calibration import Calibration
from models.breast.table import Labelled
from models.mammography import Answer

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
FEWEST = 10  # cases of each class a subgroup needs to be reported
SPECIFICITY = 0.9
BINS = 15
DRAWS = 500


@dataclass(frozen=True)
class Cases:
    """Cases of one unit (images, breasts or women): truth, probability, the woman each belongs to, and one row of each for subgroups."""

    truth: Bools
    probability: Floats
    woman: NDArray[np.str_]
    rows: tuple[Labelled, ...]

    def where(self, keep: Bools) -> Cases:
        """Only some of the cases."""
        rows = tuple(row for row, kept in zip(self.rows, keep, strict=True) if kept)
        return Cases(self.truth[keep], self.probability[keep], self.woman[keep], rows)


def report(rows: Sequence[Labelled], answers: Sequence[Answer], line: Calibration) -> dict[str, Any]:
    """Everything measured on scored views."""
    logits = np.array([answer.cancer for answer in answers])
    images = _cases(rows, np.array([line.view(logit) for logit in logits]), [(row.woman, row.file.name) for row in rows])
    raw = _cases(rows, logits, [row.breast for row in rows])
    breasts = Cases(raw.truth, np.array([line.breast([logit]) for logit in raw.probability]), raw.woman, raw.rows)
    women = _cases(breasts.rows, breasts.probability, [row.woman for row in breasts.rows], most=True, truth=breasts.truth)
    return {
        "image": unit(images),
        "breast": unit(breasts) | {"within_machine": within_machine(breasts), "subgroups": subgroups(breasts)},
        "woman": unit(women),
        "views": {view: part for view in ("CC", "MLO") if (part := area(images.where(np.array([row.view == view for row in rows]))))},
        "calibration": {"before": _fit(breasts.truth, expit(raw.probability)), "after": _fit(breasts.truth, breasts.probability)},
        "density": density(rows, answers),
    }


def unit(cases: Cases) -> dict[str, Any]:
    """n, cancers, AUC with an interval that knows of cases of one woman, and sensitivity at 90 % specificity."""
    point = operating_points.sensitivity_at_specificity(cases.truth, cases.probability, SPECIFICITY)
    return {
        "n": len(cases.truth),
        "cancers": int(cases.truth.sum()),
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
    """AUC by age, density, site and machine, where a group is large enough."""
    ages = np.array([np.nan if row.age is None else row.age for row in cases.rows])
    named = {f"age {low}-{high - 1}": (ages >= low) & (ages < high) for low, high in ((40, 50), (50, 60), (60, 70), (70, 120))}
    named |= {f"density {pair}": np.array([row.density in tuple(pair) for row in cases.rows]) for pair in ("AB", "CD")}
    for name in ("site", "machine"):
        values = np.array([getattr(row, name) or "" for row in cases.rows])
        named |= {f"{name} {value}": values == value for value in np.unique(values) if value}
    return {name: part for name, keep in named.items() if (part := area(cases.where(keep)))}


def within_machine(cases: Cases) -> dict[str, Any] | None:
    """AUC over pairs of one machine only, so that no knowledge of the machine helps; interval by drawing women."""
    machine = np.array([row.machine or "" for row in cases.rows])
    value = _pairs(cases.truth, cases.probability, machine)
    if not (machine != "").all() or value is None:
        return None
    women, place = np.unique(cases.woman, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(len(women) + 1))
    draws, chance = [], np.random.default_rng(0)
    for _ in range(DRAWS):
        drawn = np.concatenate([order[starts[i] : starts[i + 1]] for i in chance.integers(0, len(women), len(women))])
        again = _pairs(cases.truth[drawn], cases.probability[drawn], machine[drawn])
        draws += [] if again is None else [again]
    low, high = np.quantile(draws, [0.025, 0.975])
    return {"auc": {"value": value, "low": min(value, float(low)), "high": max(value, float(high))}}


def density(rows: Sequence[Labelled], answers: Sequence[Answer]) -> dict[str, Any] | None:
    """Agreement with the readers' density per woman (probabilities of her views averaged): dense against not, and the four classes."""
    known = [(row, answer) for row, answer in zip(rows, answers, strict=True) if row.density is not None]
    women = sorted({row.woman for row, _ in known})
    label = np.array(["ABCD".index(next(str(row.density) for row, _ in known if row.woman == woman)) for woman in women])
    mean = np.array([np.mean([answer.density for row, answer in known if row.woman == woman], axis=0) for woman in women])
    dense = label >= 2
    if min(dense.sum(), (~dense).sum()) < FEWEST:
        return None
    called = mean.argmax(1)
    return {
        "n": len(women),
        "dense_auc": asdict(roc.auc(dense, mean[:, 2:].sum(1))),
        "quadratic_kappa": asdict(agreement.kappa(label, called, weights="quadratic", categories=range(4))),
        "same_class": asdict(proportions.wilson(int((label == called).sum()), len(women))),
    }


def _cases(rows: Sequence[Labelled], value: Floats, keys: Sequence[Any], *, most: bool = False, truth: Bools | None = None) -> Cases:
    """Rows of one key joined: the mean of their values (or the largest), cancer when any row has it."""
    place: dict[Any, list[int]] = {}
    for number, key in enumerate(keys):
        place.setdefault(key, []).append(number)
    cancer = np.array([row.cancer for row in rows]) if truth is None else truth
    joined = np.array([value[part].max() if most else value[part].mean() for part in place.values()])
    first = tuple(rows[part[0]] for part in place.values())
    return Cases(np.array([cancer[part].any() for part in place.values()]), joined, np.array([row.woman for row in first]), first)


def _area(cases: Cases) -> Any:
    try:
        return clusters.auc(cases.truth, cases.probability, cases.woman)
    except ValueError:  # fewer than two women in a class
        return roc.auc(cases.truth, cases.probability)


def _pairs(truth: Bools, score: Floats, group: NDArray[np.str_]) -> float | None:
    won = pairs = 0.0
    for name in np.unique(group):
        inside = group == name
        positive, negative = score[inside & truth], np.sort(score[inside & ~truth])
        below = np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")
        won += float(below.sum()) / 2
        pairs += len(positive) * len(negative)
    return won / pairs if pairs else None


def _fit(truth: Bools, probability: Floats) -> dict[str, float]:
    return {"brier": calibration.brier(truth, probability), "ece": calibration.ece(truth, probability, bins=BINS)}

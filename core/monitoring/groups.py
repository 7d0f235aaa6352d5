"""The parts of a programme in which a model may do better or worse: age, sex, density, site, scanner, kernel, round."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from core.metrics import subgroups
from core.metrics.subgroups import Group
from core.workflow.performance import ModelPerformance

AGES = (0, 50, 55, 60, 65, 70, 75, 200)
MOST = 8
"""More scanners or kernels than this are put together as the others."""
UNKNOWN, OTHERS = "", "…"
"""What stands for "not recorded" and for "all others"."""


@dataclass(frozen=True)
class Groups:
    """By characteristic its groups; `silent` names those that are recorded for no exam or are the same in all."""

    threshold: float
    found: Mapping[str, tuple[Group, ...]]
    silent: tuple[str, ...]


def groups(performance: ModelPerformance, *, share: float, sites: Mapping[int, str]) -> Groups:
    """Every characteristic of these exams; a case counts as called when it is among the `share` of highest scores."""
    threshold = performance.threshold(share)
    every = characteristics(performance.frame, sites)
    told = {name: values for name, values in every.items() if values.nunique() > 1}
    found = subgroups.over(performance.truth, performance.score, told, threshold=threshold)
    found = {name: tuple(sorted(parts, key=_order)) for name, parts in found.items()}
    return Groups(threshold, found, tuple(name for name in every if name not in told))


def _order(group: Group) -> tuple[bool, bool, str]:
    """By name; the youngest first, what is not recorded last."""
    return group.name in (UNKNOWN, OTHERS), not group.name.startswith("<"), group.name


def characteristics(frame: pd.DataFrame, sites: Mapping[int, str]) -> dict[str, "pd.Series[str]"]:
    """The group of every exam in each characteristic; "" where it is not recorded."""
    return {
        "age": ages(frame.age),
        "sex": _words(frame.sex),
        "density": _words(frame.density),
        "site": frame.site_id.map(sites).astype(object).fillna(UNKNOWN),
        "manufacturer": _largest(_words(frame.manufacturer)),
        "kernel": _largest(_words(frame.kernel)),
        "round": pd.Series(np.where(frame["round"] > 1, "2+", "1"), index=frame.index, dtype=object),
    }


def ages(age: "pd.Series[float]") -> "pd.Series[str]":
    """Bands of five years: < 50, 50–54 … 75+."""
    names = ["< 50", *(f"{low}–{high - 1}" for low, high in pairwise(AGES[1:-1])), "75+"]
    cut = pd.cut(age.astype(float), AGES, right=False, labels=names)
    return cut.astype(object).where(cut.notna(), UNKNOWN)


def _words(values: "pd.Series[str]") -> "pd.Series[str]":
    plain = values.astype(object)
    return plain.where(plain.notna(), UNKNOWN)


def _largest(values: "pd.Series[str]") -> "pd.Series[str]":
    kept = values.value_counts().index[:MOST]
    return values.where(values.isin(kept) | values.eq(UNKNOWN), OTHERS)

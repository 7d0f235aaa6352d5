"""Areas that no knowledge of a group (machine, site, density) can raise: only pairs of cases of the same group are compared."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.evaluation.mammography_cases import Bools, Cases, Floats

DRAWS = 500
GROUPS = ("machine", "site", "density")
LEAST = 20  # cases of each class, below which the area of pairs says nothing


def within(cases: Cases) -> dict[str, Any]:
    """`within_machine`, `within_site`, `within_density`: n and area with the interval of drawing women; None where few are known."""
    return {f"within_{column}": _within(cases, cases.by(column)) for column in GROUPS}


def _within(cases: Cases, group: NDArray[np.str_]) -> dict[str, Any] | None:
    known = group != ""
    cases, group = cases.where(known), group[known]
    value = pairs(cases.truth, cases.probability, group)
    if value is None or min(cases.truth.sum(), (~cases.truth).sum()) < LEAST:
        return None
    again = (pairs(cases.truth[drawn], cases.probability[drawn], group[drawn]) for drawn in _drawn(cases.woman))
    draws = [area for area in again if area is not None]
    low, high = (float(limit) for limit in np.quantile(draws, [0.025, 0.975]))
    return {"n": len(cases.truth), "auc": {"value": value, "low": min(value, low), "high": max(value, high)}}


def pairs(truth: Bools, score: Floats, group: NDArray[np.str_]) -> float | None:
    """Share of pairs (with cancer, without) of the same group that are ranked rightly, ties half; None without such a pair."""
    won = count = 0.0
    for name in np.unique(group):
        inside = group == name
        positive, negative = score[inside & truth], np.sort(score[inside & ~truth])
        below = np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")
        won += float(below.sum()) / 2
        count += len(positive) * len(negative)
    return won / count if count else None


def _drawn(woman: NDArray[np.str_]) -> list[NDArray[np.int64]]:
    """The cases of women drawn with replacement, DRAWS times."""
    women, place = np.unique(woman, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(len(women) + 1))
    chance = np.random.default_rng(0)
    chosen = (chance.integers(0, len(women), len(women)) for _ in range(DRAWS))
    return [np.concatenate([order[starts[one] : starts[one + 1]] for one in some]) for some in chosen]

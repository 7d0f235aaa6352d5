"""Who looks at twenty figures finds one that is odd by chance: p values adjusted for how often was looked.

Holm S. Scand J Stat 1979;6:65 (no false alarm at all); Benjamini Y, Hochberg Y. J R Stat Soc B 1995;57:289 (share of false alarms).
The same as statsmodels' `multipletests`, which collects garbage at every call and so takes half a second on large data.
"""

from collections.abc import Hashable, Mapping
from typing import Literal, TypeVar

import numpy as np

Name = TypeVar("Name", bound=Hashable)
LEVEL = 0.05


def adjusted(p_values: Mapping[Name, float], method: Literal["holm", "fdr_bh"] = "holm") -> dict[Name, float]:
    """The p values under the same names, adjusted over all of them; nothing for nothing."""
    p = np.array(list(p_values.values()), dtype=np.float64)
    order, n = np.argsort(p, kind="stable"), len(p)
    if method == "holm":
        fair = np.maximum.accumulate(p[order] * (n - np.arange(n)))
    else:
        fair = np.minimum.accumulate((p[order] * n / np.arange(1, n + 1))[::-1])[::-1]
    found = np.empty(n)
    found[order] = np.minimum(fair, 1.0)
    return {name: float(value) for name, value in zip(p_values, found, strict=True)}

"""Who looks at twenty figures finds one that is odd by chance: p values adjusted for how often was looked.

Holm S. Scand J Stat 1979;6:65 (no false alarm at all); Benjamini Y, Hochberg Y. J R Stat Soc B 1995;57:289 (share of false alarms).
"""

from collections.abc import Hashable, Mapping
from typing import Literal, TypeVar

from statsmodels.stats.multitest import multipletests

Name = TypeVar("Name", bound=Hashable)
LEVEL = 0.05


def adjusted(p_values: Mapping[Name, float], method: Literal["holm", "fdr_bh"] = "holm") -> dict[Name, float]:
    """The p values under the same names, adjusted over all of them; nothing for nothing."""
    if not p_values:
        return {}
    found = multipletests(list(p_values.values()), alpha=LEVEL, method=method)[1]
    return {name: float(p) for name, p in zip(p_values, found, strict=True)}

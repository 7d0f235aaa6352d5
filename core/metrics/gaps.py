"""Figures that cannot be counted on some rows, because what they are counted from was not recorded there: absent, with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from core.metrics.labels import Bools
from core.words import Sentence


@dataclass(frozen=True)
class Gap:
    """`rows` (n,) of a measure's table that do not record it, and why."""

    rows: Bools
    reason: Sentence


@dataclass(frozen=True)
class Gaps:
    """By key of the measure; by table the rows that were chosen for a study, so that no band for screening fits them; and `nowhere`, why a
    measure is recorded at no site in sight."""

    of: Mapping[str, tuple[Gap, ...]] = field(default_factory=dict)
    chosen: Mapping[str, Bools] = field(default_factory=dict)
    nowhere: Mapping[str, Sentence] = field(default_factory=dict)

    def known(self, key: str, rows: Bools) -> Bools:
        """Those of `rows` (n,) on which the measure is recorded."""
        for gap in self.of.get(key, ()):
            rows = rows & ~gap.rows
        return rows

    def reason(self, key: str, rows: Bools) -> Sentence | None:
        """Why the measure says nothing about `rows`; None where it is recorded on one of them."""
        if self.of.get(key) and self.known(key, rows).any():
            return None
        return next((gap.reason for gap in self.of.get(key, ()) if bool((gap.rows & rows).any())), self.nowhere.get(key))

    def any_chosen(self, table: str, rows: Bools) -> bool:
        """Whether one of `rows` was chosen for a study."""
        return table in self.chosen and bool(np.any(self.chosen[table] & rows))


NONE = Gaps()

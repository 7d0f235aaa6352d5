"""What must be looked at before a return goes out: lines that do not fit each other, rates of few cases, and jumps since last year."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.metrics.difference import newcombe
from core.returns.kc62 import Line, Return
from core.words import N_, Sentence, say

JUMP = 0.25
"""A rate that changed by a quarter of last year's is looked at, when chance does not explain it; a setting of ours."""
WITHIN = (
    ("attended", "invited"), ("assessed", "referred"), ("referred", "screened"), ("cancers", "referred"), ("up_to_10", "under_15"),
    ("under_15", "invasive"), ("benign_open", "open"),
)  # fmt: skip
SUMS = (("cancers", ("in_situ", "invasive", "not_known")),)
Kind = Literal["sum", "few", "jump"]
ROUND = (N_("first rounds"), N_("later rounds"))


@dataclass(frozen=True)
class Check:
    """One line that must be looked at."""

    kind: Kind
    line: str
    said: Sentence


def checks(now: Return, before: Return | None) -> tuple[Check, ...]:
    """What does not fit first, then jumps against last year, then rates of few cases."""
    return (*_sums(now), *(_jumps(now, before) if before is not None else ()), *_few(now))


def _sums(now: Return) -> Iterator[Check]:
    for part, whole in WITHIN:
        if part in now.counts and whole in now.counts and (now.counts[part] > now.counts[whole]).any():
            said = say(N_("{part} is more than {whole} in at least one age band"), part=_name(now, part), whole=_name(now, whole))
            yield Check("sum", part, said)
    for whole, parts in SUMS:
        if {whole, *parts} <= set(now.counts) and not np.array_equal(
            np.sum([now.counts[part] for part in parts], axis=0), now.counts[whole]
        ):
            yield Check("sum", whole, say(N_("{whole} is not the sum of its parts"), whole=_name(now, whole)))


def _few(now: Return) -> Iterator[Check]:
    for line in now.lines:
        for round_, name in enumerate(ROUND):
            if now.few(line, round_) and now.total(line.among, round_):
                said = say(N_("{line}, {rounds}: {x} of {n}, too few for a rate"), line=say(line.name), rounds=say(name),
                           x=now.total(line.key, round_), n=now.total(line.among, round_))  # fmt: skip
                yield Check("few", line.key, said)


def _jumps(now: Return, before: Return) -> Iterator[Check]:
    for line in now.lines:
        for round_, name in enumerate(ROUND):
            if (rates := _apart(line, now, before, round_)) is not None:
                then, today = (round(rate * line.per, 2) for rate in rates)
                said = say(N_("{line}, {rounds}: {now} after {then} last year, per {per}"), line=say(line.name), rounds=say(name),
                           now=today, then=then, per=line.per)  # fmt: skip
                yield Check("jump", line.key, said)


def _apart(line: Line, now: Return, before: Return, round_: int) -> tuple[float, float] | None:
    """Last year's and this year's rate when they lie further apart than a quarter and than chance."""
    if not line.among or line.key not in before.counts or line.among not in before.counts:
        return None
    x, n = before.total(line.key, round_), before.total(line.among, round_)
    y, m = now.total(line.key, round_), now.total(line.among, round_)
    if not n or not m or x > n or y > m:
        return None
    gap = newcombe(x, n, y, m)
    return (x / n, y / m) if not gap.low <= 0 <= gap.high and abs(gap.value) > JUMP * x / n else None


def _name(now: Return, key: str) -> Sentence:
    return say(next(line.name for line in now.lines if line.key == key))

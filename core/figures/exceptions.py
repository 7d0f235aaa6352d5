"""What lies outside: figures outside of their band, and sites and readers further from the programme than chance explains.

Chance is judged by exact binomial limits at 99.8 % (`core.metrics.funnel`), only for rates whose cases are independent of each other, and
said once for each site or reader. A reader must also lie outside of what the reader's own sites make likely, so that a site that lies
outside is not told again for everyone who works there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.figures.course import Quarter, Trend, since, trend
from core.figures.cuts import Kind
from core.metrics.benchmark import Band
from core.metrics.funnel import ACT, Limits, Point, funnel, limits, surprise
from core.metrics.indicator import Indicator
from core.metrics.proportions import wilson
from core.words import Sentence
from core.workflow.programme_figures import ProgrammeFigures

WATCHED = ("recall", "detection", "ppv", "technical")
"""Rates that a funnel is drawn for without being asked. Uptake and times are shared by whole clinics and days: chance alone says little."""


@dataclass(frozen=True)
class Breach:
    """One figure that lies outside: of the whole against its band (`limits` None), or of a part against the programme's rate."""

    indicator: Indicator
    since: str | None
    trend: Trend | None
    kind: Kind | None = None
    part: Sentence | None = None
    key: str = ""
    rate: float = 0.0
    limits: Limits | None = None
    also: tuple[Sentence, ...] = ()
    """Names of further figures of the same part that lie outside."""


def breaches(found: ProgrammeFigures) -> tuple[Breach, ...]:
    """The exceptions, those against bands first, then sites, then readers; each part once."""
    return (*_against_bands(found), *_parts(found, "site"), *_parts(found, "reader"))


def _against_bands(found: ProgrammeFigures) -> list[Breach]:
    made = []
    for one in found.exceptions:
        quarters = _quarters(found, one.key)
        band = one.benchmark
        began = since(quarters, partial(_outside, band)) if band else None
        made.append(Breach(one, began, trend(quarters)))
    return made


def _outside(band: Band, events: int, cases: int) -> bool:
    return band.place(wilson(events, cases)) != "inside"


def _parts(found: ProgrammeFigures, kind: Kind) -> list[Breach]:
    """Of each part outside of its limits the least likely figure, with the names of the others."""
    if not found.cut(kind).parts.n > 1:
        return []
    chosen = _chosen(found, kind)
    outside: dict[str, list[tuple[float, str, Point, float]]] = {}
    for key in WATCHED:
        groups = [group for group in found.by(kind, WATCHED) if group.has(key) and group.key not in chosen]
        drawn = funnel((group.key, group.of(key).numerator, group.of(key).denominator) for group in groups)
        for point in drawn.points if drawn else ():
            if point.standing == "act" and drawn and (kind != "reader" or _beyond_own_sites(found, key, point)):
                outside.setdefault(point.key, []).append((surprise(point.events, point.n, drawn.rate), key, point, drawn.rate))
    return [_breach(found, kind, part, sorted(some, key=lambda one: one[0])) for part, some in outside.items()]


def _chosen(found: ProgrammeFigures, kind: Kind) -> set[str]:
    """Parts whose exams were chosen for a study: they are no measure for the others."""
    if "exams" not in found.gaps.chosen:
        return set()
    cut = found.cut(kind)
    codes = np.unique(cut.parts.of["exams"][found.gaps.chosen["exams"]])
    return {cut.keys[code] for code in codes if code >= 0}


def _breach(found: ProgrammeFigures, kind: Kind, part: str, some: Sequence[tuple[float, str, Point, float]]) -> Breach:
    _chance, key, point, rate = some[0]
    group = next(group for group in found.by(kind, WATCHED) if group.key == part)
    quarters = _quarters(found, key, kind, part)
    return Breach(
        group.of(key), since(quarters, lambda x, n: not limits(rate, n).hold(x)), trend(quarters), kind, group.name, part, rate, point.act,
        tuple(group.of(other).name for _c, other, _p, _r in some[1:]),
    )  # fmt: skip


def _beyond_own_sites(found: ProgrammeFigures, key: str, point: Point) -> bool:
    """Whether the reader lies outside of the limits around the rate that the reader's own sites have, weighted by the reader's cases."""
    sites, readers = found.cut("site").parts, found.cut("reader")
    place = readers.keys.index(point.key)
    top, bottom = found.tally.rows(key)
    site, mine = sites.of["exams"], readers.parts.of["exams"] == place
    events, cases = (np.bincount(site[rows] + 1, minlength=sites.n + 1)[1:] for rows in (top, bottom))
    own = np.bincount(site[bottom[mine[bottom]]] + 1, minlength=sites.n + 1)[1:]
    expected = float((own * events / np.maximum(cases, 1)).sum() / max(own.sum(), 1))
    return not limits(expected, point.n, confidence=ACT).hold(point.events)


def _quarters(found: ProgrammeFigures, key: str, kind: Kind | None = None, part: str = "") -> list[Quarter]:
    """Events and cases of every quarter of the period, of the whole or of one part."""
    name = "invitations" if key == "uptake" else "exams"
    table = found.tally.tables[name]
    if key == "coverage" or table.empty:
        return []
    days = table["invited_on" if name == "invitations" else "exam_date"].dt
    number = (days.year * 4 + days.quarter - 1).to_numpy(dtype=np.int64)
    first = int(number.min())
    rows = found.tally.rows(key)
    if kind is not None:
        cut = found.cut(kind)
        rows = tuple(some[cut.parts.of[name][some] == cut.keys.index(part)] for some in rows)
    events, cases = (np.bincount(number[some] - first, minlength=int(number.max()) - first + 1) for some in rows)
    return [(f"{(first + k) // 4} Q{(first + k) % 4 + 1}", int(events[k]), int(cases[k])) for k in range(len(cases))]

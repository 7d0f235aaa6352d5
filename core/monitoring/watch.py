"""Has something changed that a model should be doubted for? What comes in, what it scores, and what is made of it: now against before.

An alarm must be large and beyond chance after correcting for everything that was looked at, so that a steady programme stays silent.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import pandas as pd
from sqlmodel import Session

from core.access import Person
from core.clock import today
from core.metrics import cusum
from core.metrics.accuracy import too_few
from core.metrics.cusum import Chart
from core.metrics.drift import Drift, drifts
from core.metrics.label_free import Estimate, estimate
from core.metrics.labels import Bools
from core.metrics.proportions import Proportion, proportion
from core.metrics.screening import bools, final
from core.monitoring.kept_runs import runs_of
from core.words import N_, Sentence, say
from core.workflow import cohort
from core.workflow.performance import followed_up, version_of, with_runs
from core.workflow.period import EARLIEST

Level = Literal["steady", "watch", "act"]
NUMBERS = ("age", "thickness_mm", "ctdivol_mgy", "score")
NAMES = ("sex", "density", "site_id", "manufacturer", "kernel")
NEEDED = (
    "exam_id", "participant_id", "exam_date", "synthetic", "step", "decision", "category", "follow_up", "recalled", "mature", "cancer_365",
)  # fmt: skip
FEWEST = 100
"""Exams of the reference below which no stream of outcomes is charted; a setting of ours."""
RAREST = 0.001
"""Rarer events are charted as if they were as frequent as this."""
QUIET = 20
"""A chart gives a false alarm once in so many times the recent exams, or in 100,000 exams, whichever is more."""


@dataclass(frozen=True)
class Quantity:
    """One quantity of what comes in, or the score; `since` is the day from which it seems to have moved, None while it is steady."""

    key: str
    drift: Drift
    since: date | None
    label: str = ""
    """For names: the value whose share grew most."""

    @property
    def level(self) -> Level:
        return self.drift.level


@dataclass(frozen=True)
class Stream:
    """A yes/no outcome exam by exam. `before`, `now`: how often in the reference and recently; `days` (n,) of the charted exams."""

    key: str
    before: Proportion
    now: Proportion
    chart: Chart
    days: "np.ndarray[tuple[int], np.dtype[np.datetime64]]"
    since: date | None

    @property
    def level(self) -> Level:
        return "act" if self.since else "steady"


@dataclass(frozen=True)
class Watch:
    """Reference [before, start) against the recent exams [start, end]; `silent`: quantities that too few exams tell."""

    model: str
    synthetic: bool
    invented: bool
    both: bool
    before: date
    start: date
    end: date
    n_before: int
    n_now: int
    quantities: tuple[Quantity, ...]
    streams: tuple[Stream, ...]
    silent: tuple[str, ...]
    estimate: Estimate | None
    estimate_reason: Sentence | None

    @property
    def alerts(self) -> tuple[Quantity | Stream, ...]:
        """What moved, what must be acted on first, then the longest standing."""
        moved: list[Quantity | Stream] = [one for one in self.quantities if one.level != "steady"]
        moved += [one for one in self.streams if one.level != "steady"]
        return tuple(sorted(moved, key=lambda one: (one.level != "act", one.since or self.end)))


def watch(
    session: Session, person: Person, *, card_id: str, model: str, recent_days: int = 90, reference_days: int = 365, share: float = 0.1,
    site_id: int | None = None, synthetic: bool | None = None, as_of: date | None = None,
) -> Watch:  # fmt: skip
    """The exams of the last `recent_days` against the `reference_days` before them; Rejected when there is no such version."""
    end = as_of or today()
    start = end - timedelta(days=recent_days - 1)
    before = start - timedelta(days=reference_days)
    version = version_of(session, model)
    every = cohort.exams_frame(session, person, card_id=card_id, start=EARLIEST, end=end, site_id=site_id, as_of=end)
    known, invented, both = cohort.of_one_kind(every[[*NEEDED, *NUMBERS, *NAMES]], synthetic)
    runs = runs_of(session, version.id or 0, end).assign(ran=True)
    frame = known[known.exam_date >= pd.Timestamp(before)].drop(columns=["score", "step"]).merge(runs, on="exam_id", how="left")
    recent = frame.exam_date >= pd.Timestamp(start)
    quantities = _quantities(frame, recent)
    told = {one.key for one in quantities}
    older = known[known.exam_date < pd.Timestamp(start)]
    made, reason = _estimate(followed_up(with_runs(older, runs))[0], frame.score[recent], share)
    return Watch(
        model=model, synthetic=version.synthetic, invented=invented, both=both, before=before, start=start, end=end,
        n_before=int((~recent).sum()), n_now=int(recent.sum()), quantities=quantities,
        streams=(*_streams(frame, recent), *_cancers(known, recent_days, end)),
        silent=tuple(key for key in (*NUMBERS, *NAMES) if key not in told), estimate=made, estimate_reason=reason,
    )  # fmt: skip


def _quantities(frame: pd.DataFrame, recent: "pd.Series[bool]") -> tuple[Quantity, ...]:
    sides: dict[str, tuple[pd.Series[Any], pd.Series[Any]]] = {}
    for key in (*NUMBERS, *NAMES):
        values = frame[key].dropna() if key in frame else pd.Series(dtype=object)
        now = recent.reindex(values.index).to_numpy(dtype=bool)
        sides[key] = values[~now], values[now]
    numbers = {key: (sides[key][0].to_numpy(np.float64), sides[key][1].to_numpy(np.float64)) for key in NUMBERS}
    names = {key: (sides[key][0].to_numpy(), sides[key][1].to_numpy()) for key in NAMES}
    found = drifts(numbers, names)
    return tuple(_quantity(key, one, frame.exam_date, *sides[key]) for key, one in found.items())


def _quantity(key: str, drift: Drift, days: "pd.Series[pd.Timestamp]", before: "pd.Series[Any]", now: "pd.Series[Any]") -> Quantity:
    label = "" if key in NUMBERS else drift.labels[int(np.argmax(drift.now - drift.before))]
    if drift.level == "steady":
        return Quantity(key, drift, None, label)
    order = days.reindex(now.index).sort_values(kind="stable").index
    quiet = max(cusum.FALSE_ALARM_EVERY, QUIET * len(now))
    if key in NUMBERS:
        if len(before) < FEWEST:
            return Quantity(key, drift, None, label)
        chart = cusum.of_scores(now[order].to_numpy(np.float64), before.to_numpy(np.float64), false_alarm_every=quiet)
    else:
        chart = _chart((now[order].astype(str) == label).to_numpy(), float((before.astype(str) == label).mean()), quiet)
    return Quantity(key, drift, None if chart.since is None else days[order[chart.since]].date(), label)


def _streams(frame: pd.DataFrame, recent: "pd.Series[bool]") -> tuple[Stream, ...]:
    """Recalls and technical recalls of decided exams, and runs without a result."""
    decided = final(frame)
    told = bools(frame.decision.notna()) & ~bools(frame.follow_up)
    ran = bools(frame.ran.eq(True))
    every = {
        "recalled": (bools(frame.recalled), decided),
        "technical": (bools(frame.decision.eq("technical_recall")), told),
        "no_result": (bools(frame.score.isna()), ran),
    }
    return tuple(
        one for key, (happened, among) in every.items() if (one := _stream(key, frame, happened, among, bools(recent))) is not None
    )


def _cancers(known: pd.DataFrame, recent_days: int, end: date) -> tuple[Stream, ...]:
    """Cancers within a year, over the exams that are followed up for it: the newest of them against all before."""
    last = end - timedelta(days=cohort.FOLLOW_UP_DAYS)
    ready = final(known) & bools(known.mature)
    newest = bools(known.exam_date > pd.Timestamp(last - timedelta(days=recent_days)))
    found = _stream("cancers", known, bools(known.cancer_365.eq(True)), ready, newest)
    return () if found is None else (found,)


def _stream(key: str, frame: pd.DataFrame, happened: Bools, among: Bools, recent: Bools) -> Stream | None:
    """The chart of the recent exams against the rate before; None where the reference is too small or knows only yes or only no."""
    old, new = happened[among & ~recent], np.flatnonzero(among & recent)
    if len(old) < FEWEST or not len(new):
        return None
    days = frame.exam_date.to_numpy(dtype="datetime64[D]")[new]
    order = new[np.argsort(days, kind="stable")]
    days = np.sort(days)
    chart = _chart(happened[order], float(old.mean()), max(cusum.FALSE_ALARM_EVERY, QUIET * len(new)))
    since = None if chart.since is None else pd.Timestamp(days[chart.since]).date()
    now = proportion(int(happened[new].sum()), len(new))
    return Stream(key, proportion(int(old.sum()), len(old)), now, chart, days, since)


def _chart(happened: Bools, before: float, quiet: int) -> Chart:
    """Against the rate before; one below 1 in 1000 is watched as if it were that, and can then only rise (above 999 in 1000: only fall)."""
    expected = min(max(before, RAREST), 1 - RAREST)
    chart = cusum.of_events(happened, expected, false_alarm_every=quiet)
    if expected > before:
        return replace(chart, limit_down=float("inf"))
    return replace(chart, limit_up=float("inf")) if expected < before else chart


def _estimate(ready: pd.DataFrame, recent: "pd.Series[float]", share: float) -> tuple[Estimate | None, Sentence | None]:
    """What the scores of the recent exams lead to expect, from the exams before them whose outcomes are known."""
    truth, score = bools(ready.cancer_365.eq(True)), ready.score.to_numpy(dtype=np.float64)
    reason = too_few(truth, ready.participant_id.to_numpy())
    if reason is not None:
        return None, reason
    scores = recent.dropna().to_numpy(dtype=np.float64)
    if len(scores) < FEWEST:
        return None, say(
            N_("No result, because only {n} recent exams are scored; at least {fewest} are needed."), n=len(scores), fewest=FEWEST
        )
    return estimate(truth, score, scores, threshold=float(np.quantile(score, 1 - share, method="higher"))), None


__all__ = ["Quantity", "Stream", "Watch", "watch"]

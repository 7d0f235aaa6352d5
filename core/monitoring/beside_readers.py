"""A model beside the programme's own readers, on the exams with outcomes: only reads that were blind to the model are counted.

Of the exams without a cancer at most 10,000 are taken, drawn by chance: the specificity stays as it is, and the question is answered soon.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlmodel import Session, col

from core.metrics import agreement, operating_points
from core.metrics.interval import Interval
from core.metrics.operating_points import OperatingPoint
from core.metrics.proportions import Proportion, proportion
from core.words import N_, Sentence, say
from core.workflow.performance import ModelPerformance
from core.workflow.standing import standing
from db.enums import ProgrammeDecision
from db.tables import Read, User

MOST, AT_ONCE = 10_000, 5_000
FEWEST = 5
"""A reader with fewer blind reads of cancers, or of exams without, has no point on the curve; a setting of ours."""
FEWEST_TIMES = 25
PAUSE_S = 20 * 60
"""A read that took longer was interrupted and is not timed."""
RECALLS = (ProgrammeDecision.assessment, ProgrammeDecision.short_term_recall)
COLUMNS = ["exam_id", "reader_id", "decision", "saw_ai", "seen", "opened_at", "committed_at"]


@dataclass(frozen=True)
class ReaderPoint:
    """One reader's blind reads: recalled of the exams with a cancer, not recalled of those without."""

    name: str
    sensitivity: Proportion
    specificity: Proportion

    @property
    def enough(self) -> bool:
        return min(self.sensitivity.denominator, self.specificity.denominator) >= FEWEST


@dataclass(frozen=True)
class TimeSaved:
    """Median seconds of reads without and with the AI result in sight, and the median saved with a 95 % interval by drawing reads anew."""

    without: float
    with_ai: float
    saved: Interval
    n_without: int
    n_with: int


@dataclass(frozen=True)
class BesideReaders:
    """`model` is the model at the readers' own specificity; None, as each kappa, where `reason` or too few reads do not allow it."""

    exams: int
    blind: int
    led: int
    """Reads signed with the AI result or the read of another in sight; in no figure here but the time."""
    readers: tuple[ReaderPoint, ...]
    together: ReaderPoint | None
    model: OperatingPoint | None
    reader_and_model: Interval | None
    reader_and_reader: Interval | None
    pairs: int
    time: TimeSaved | None
    time_reason: Sentence | None
    reason: Sentence | None


def beside_readers(session: Session, found: ModelPerformance, *, share: float) -> BesideReaders:
    """Readers and model on the same exams; the model calls the `share` of highest scores where agreement is counted."""
    chosen = _chosen(found)
    table = _reads(session, found.frame.exam_id.to_numpy()[chosen])
    place = pd.Series(np.arange(found.n), index=found.frame.exam_id.to_numpy())
    table["place"] = place.reindex(table.exam_id).to_numpy()
    table["recalled"] = table.decision.isin(RECALLS)
    table["blind"] = [
        not saw and not (seen or {}).get("run") and not (seen or {}).get("reads")
        for saw, seen in zip(table.saw_ai, table.seen, strict=True)
    ]
    blind = table[table.blind]
    time, why = _time(table)
    names = {row[0]: row[1] for row in session.execute(select(col(User.id), col(User.name)))}
    readers = tuple(_point(found, reads, names.get(int(str(key)), "?")) for key, reads in blind.groupby("reader_id"))
    together = _point(found, blind, "") if len(blind) else None
    model = None
    if together is not None and together.enough and together.specificity.value is not None:
        model = operating_points.sensitivity_at_specificity(found.truth[chosen], found.score[chosen], together.specificity.value)
    called = found.score >= found.threshold(share)
    first, pairs = blind.drop_duplicates("place"), _pairs(blind)
    return BesideReaders(
        exams=int(blind.place.nunique()), blind=len(blind), led=len(table) - len(blind), readers=readers, together=together, model=model,
        reader_and_model=_kappa(first.recalled, called[first.place.to_numpy(dtype=int)]), reader_and_reader=_kappa(*pairs),
        pairs=len(pairs[0]), time=time, time_reason=why,
        reason=None if len(blind) else say(N_("No result, because no blind read of these exams is stored.")),
    )  # fmt: skip


def _chosen(found: ModelPerformance) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Places of the exams that are looked at."""
    rng, kept = np.random.default_rng(0), []
    for part in (found.truth, ~found.truth):
        places = np.flatnonzero(part)
        kept.append(places if len(places) <= MOST else np.sort(rng.choice(places, MOST, replace=False)))
    return np.concatenate(kept)


def _reads(session: Session, exam_ids: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> pd.DataFrame:
    """The reads that stand of these exams, in the order of signing."""
    wanted = [getattr(Read, name) for name in COLUMNS]

    def fetched() -> Iterator[tuple[object, ...]]:
        for start in range(0, len(exam_ids), AT_ONCE):
            part = exam_ids[start : start + AT_ONCE].tolist()
            yield from session.execute(select(*wanted).where(col(Read.exam_id).in_(part), standing()).order_by(col(Read.id)))

    return pd.DataFrame([tuple(row) for row in fetched()], columns=COLUMNS)


def _point(found: ModelPerformance, reads: pd.DataFrame, name: str) -> ReaderPoint:
    sick = found.truth[reads.place.to_numpy(dtype=int)]
    recalled = reads.recalled.to_numpy(dtype=bool)
    hits, clear = int((recalled & sick).sum()), int((~recalled & ~sick).sum())
    return ReaderPoint(name, proportion(hits, int(sick.sum())), proportion(clear, int((~sick).sum())))


def _pairs(blind: pd.DataFrame) -> tuple["pd.Series[bool]", "pd.Series[bool]"]:
    """What the first two blind readers of an exam said."""
    order = blind.groupby("place").cumcount()
    first, second = (blind[order == k].set_index("place").recalled for k in (0, 1))
    return first.reindex(second.index), second


def _kappa(first: "pd.Series[bool]", second: object) -> Interval | None:
    if len(first) < 2 * FEWEST:
        return None
    try:
        return agreement.kappa(np.asarray(first, dtype=bool), np.asarray(second, dtype=bool))
    except ValueError:
        return None


def _time(table: pd.DataFrame) -> tuple[TimeSaved | None, Sentence | None]:
    seconds = (
        (table.committed_at - table.opened_at).map(lambda taken: taken.total_seconds()).astype(float)
        if len(table)
        else pd.Series(dtype=float)
    )
    timed = seconds[seconds.between(1, PAUSE_S)]
    saw = table.saw_ai.astype(bool).reindex(timed.index) if len(table) else pd.Series(dtype=bool)
    alone, led = timed[~saw].to_numpy(), timed[saw].to_numpy()
    if min(len(alone), len(led)) < FEWEST_TIMES:
        words = N_(
            "No result, because {alone} timed reads were made without and {led} with the AI result in sight; {n} of each are needed."
        )
        return None, say(words, alone=len(alone), led=len(led), n=FEWEST_TIMES)
    rng = np.random.default_rng(0)
    draws = [np.median(rng.choice(alone, len(alone))) - np.median(rng.choice(led, len(led))) for _ in range(500)]
    low, high = np.quantile(draws, [0.025, 0.975])
    saved = float(np.median(alone) - np.median(led))
    interval = Interval(saved, min(saved, float(low)), max(saved, float(high)))
    return TimeSaved(float(np.median(alone)), float(np.median(led)), interval, len(alone), len(led)), None

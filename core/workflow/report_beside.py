"""A hospital's own report beside the figures of the model's card: the same figure twice, and whether they differ beyond chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.metrics import mover
from core.metrics.interval import Interval
from core.workflow.card_figures import CardFigure, card_figures
from core.workflow.model_reports import ReportRow

Verdict = Literal["above", "below", "alike", "same cases", "only one"]
NO_FIGURES = frozenset({"curves", "data", "misses", "scans", "warnings"})


@dataclass(frozen=True, slots=True)
class Beside:
    """One figure of the own report and of the card; `difference` is own − card, None where it cannot be told."""

    path: tuple[str, ...]
    own: CardFigure
    card: CardFigure | None
    difference: Interval | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Compared:
    """All figures side by side; `same_cases` when both were measured on the same labels, so that no test is meant."""

    figures: tuple[Beside, ...]
    same_cases: bool
    by_chance: float
    """How many of the compared figures differ by chance alone when nothing is different, at 95 %."""


def beside(own: ReportRow, shipped: Sequence[ReportRow], card: Mapping[str, Any]) -> Compared:
    """`own` beside the newest shipped report of the same task or, where none was shipped, the figures written in the card."""
    theirs = next((report.content for report in shipped if report.task == own.task and not report.own), None)
    theirs = theirs if theirs is not None else (card.get("figures") or {}).get(own.task) or {}
    same = bool(labels(own.content)) and labels(own.content) == labels(theirs)
    known = {figure.path: figure for figure in figures(theirs)}
    found = tuple(_beside(figure, known.get(figure.path), same) for figure in figures(own.content))
    return Compared(found, same, 0.05 * sum(one.difference is not None for one in found))


def figures(content: Mapping[str, Any]) -> Sequence[CardFigure]:
    """The figures with an interval of a report or of a card's table."""
    return card_figures({key: value for key, value in content.items() if key not in NO_FIGURES})


def groups(content: Mapping[str, Any]) -> Sequence[CardFigure]:
    """The figures of parts of the cases: by size, by slice distance, small ones apart."""
    return [figure for figure in figures(content) if figure.path[0].startswith(("by_", "under_", "subgroups"))]


def labels(content: Mapping[str, Any]) -> str:
    """The fingerprint of the cases; empty where none is written."""
    found = content.get("data")
    return str(found.get("labels_sha256") or "") if isinstance(found, Mapping) else ""


def _beside(own: CardFigure, card: CardFigure | None, same: bool) -> Beside:
    if card is None:
        return Beside(own.path, own, None, None, "only one")
    if same or _is_difference(own.path):
        return Beside(own.path, own, card, None, "same cases" if same else "only one")
    gap = mover.difference(card.interval, own.interval)
    verdict: Verdict = "above" if gap.low > 0 else "below" if gap.high < 0 else "alike"
    return Beside(own.path, own, card, gap, verdict)


def _is_difference(path: tuple[str, ...]) -> bool:
    """A difference against a baseline is one already; comparing it again would say nothing new."""
    return any(part.startswith("above_") for part in path)

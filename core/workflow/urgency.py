"""How early a case should be read and why, in words for a coordinator. Pure: AI result and card thresholds in, rank and reason out."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from core.words import N_, Sentence, say
from core.workflow.programmes import Triage
from db.enums import FindingKind


class Urgency(IntEnum):
    """Smaller is earlier. "look": nobody knows how urgent it is, so a person looks."""

    urgent = 0
    soon = 1
    look = 2
    routine = 3


@dataclass(frozen=True)
class Mark:
    """What the queue needs of a finding: mean diameter in mm, suspicion 0–1 (None: the model gives none)."""

    kind: FindingKind
    diameter_mm: float | None
    suspicion: float | None


@dataclass(frozen=True)
class Scored:
    """What the queue needs of a run that gave a result."""

    step: int | None
    density: str | None
    marks: Sequence[Mark]


def rank(scored: Scored, limits: Triage) -> tuple[Urgency, Sentence]:
    """The urgency of a scored exam and the reason for it."""
    if limits.urgent_diameter_mm is None:  # the programme does not measure: mammography
        return _by_step(scored.step, limits), _breast_reason(scored)
    nodules = [mark for mark in scored.marks if mark.kind == FindingKind.nodule]
    return min(_by_step(scored.step, limits), _by_size(nodules, limits)), _lung_reason(nodules, limits)


def by_age(days: int, priority_days: int, urgent_days: int) -> Urgency:
    """A case moves up with the days it has waited, whatever the AI says."""
    if days >= urgent_days:
        return Urgency.urgent
    return Urgency.soon if days >= priority_days else Urgency.routine


def _by_step(step: int | None, limits: Triage) -> Urgency:
    if step is None:
        return Urgency.routine
    return Urgency.urgent if step >= limits.urgent_step else Urgency.soon if step >= limits.soon_step else Urgency.routine


def _by_size(nodules: Sequence[Mark], limits: Triage) -> Urgency:
    largest = max((mark.diameter_mm or 0.0 for mark in _suspicious(nodules, limits)), default=0.0)
    if limits.urgent_diameter_mm is not None and largest >= limits.urgent_diameter_mm:
        return Urgency.urgent
    return Urgency.soon if limits.soon_diameter_mm is not None and largest >= limits.soon_diameter_mm else Urgency.routine


def _suspicious(marks: Sequence[Mark], limits: Triage) -> list[Mark]:
    """Marks at or above the card's suspicion, largest first."""
    found = [mark for mark in marks if mark.suspicion is not None and mark.suspicion >= limits.suspicion]
    return sorted(found, key=lambda mark: -(mark.diameter_mm or 0.0))


def _lung_reason(nodules: Sequence[Mark], limits: Triage) -> Sentence:
    if not nodules:
        return say(N_("No nodule marked by the AI; read as usual"))
    suspicious = _suspicious(nodules, limits)
    chosen = suspicious[0] if suspicious else max(nodules, key=lambda mark: mark.diameter_mm or 0.0)
    first = _one(chosen)
    if suspicious[1:]:
        return say(N_("{first}, and {others} more suspicious"), first=first, others=len(suspicious) - 1)
    return say(N_("{first}, and {others} more marked"), first=first, others=len(nodules) - 1) if nodules[1:] else first


def _one(mark: Mark) -> Sentence:
    if mark.diameter_mm is None:
        return say(N_("Nodule of unknown size"))
    if mark.suspicion is None:
        return say(N_("{size:.1f} mm nodule"), size=mark.diameter_mm)
    return say(N_("{size:.1f} mm nodule, suspicion {suspicion:.2f}"), size=mark.diameter_mm, suspicion=mark.suspicion)


def _breast_reason(scored: Scored) -> Sentence:
    if scored.step is None:
        return say(N_("The AI gave no score; read as usual"))
    if scored.density in ("C", "D"):
        return say(N_("Score {step} of 10, dense breasts ({density})"), step=scored.step, density=scored.density)
    if scored.density in ("A", "B"):
        return say(N_("Score {step} of 10, density {density}"), step=scored.step, density=scored.density)
    return say(N_("Score {step} of 10"), step=scored.step)

"""What the worker needs from a model: a card, and two steps whose answers are small enough to be kept by the job engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from core.workflow.runs import FindingDraft
from db.enums import FindingKind
from models.cards import Card

Report = Callable[[float], None]
"""Called with the share of the step that is done, 0 to 1."""


@dataclass(frozen=True)
class Case:
    """One exam as a scorer gets it. `keys`: SOP instance UID → object key; `parts`: SOP instance UID → "volume", "L-CC", …."""

    exam_id: int
    attempt: int
    keys: Mapping[str, str]
    parts: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What a model says of an exam: suspicion 0 to 1, step 1 to 10, marks from the most suspicious on, and whatever else it says."""

    score: float
    step: int
    result: dict[str, Any]
    findings: tuple[FindingDraft, ...]
    stage_seconds: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, text: Mapping[str, Any]) -> Scored:
        marks = tuple(FindingDraft(**mark | {"kind": FindingKind(mark["kind"])}) for mark in text["findings"])
        return cls(**dict(text) | {"findings": marks})


class Scorer(Protocol):
    """A loaded model. `decode` and `infer` raise NoResult or Rejected with the reason when there can be no result."""

    @property
    def card(self) -> Card: ...

    @property
    def device(self) -> str: ...

    def decode(self, case: Case, report: Report) -> None:
        """Make the images ready, for this model and for the viewer; kept, so that doing it again is quick."""

    def infer(self, case: Case, report: Report) -> Scored:
        """The model's answer."""

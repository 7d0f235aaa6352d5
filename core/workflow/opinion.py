"""What a reader says about a case: category and decision, and as much detail as the case needs; a normal case needs none."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any

from core.words import Sentence
from core.workflow.opinion_parts import Lesion, Measurement, NoduleFinding, ViewToRepeat
from db.enums import ProgrammeDecision

__all__ = ["Lesion", "Measurement", "NoduleFinding", "Opinion", "ViewToRepeat"]


@dataclass(frozen=True)
class Opinion:
    """What a reader says. By "L" and "R": `assessments` (normal, clinical, abnormal) and `per_side` (category).

    `suggestion`: what a rule had said beside it; `differences`: what became of each AI mark (`core.workflow.differences`).
    """

    category: str
    decision: ProgrammeDecision
    note: str = ""
    density: str | None = None
    assessments: Mapping[str, str] = field(default_factory=dict)
    per_side: Mapping[str, str] = field(default_factory=dict)
    lesions: tuple[Lesion, ...] = ()
    nodules: tuple[NoduleFinding, ...] = ()
    views: tuple[ViewToRepeat, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    suggestion: str = ""  # a Sentence as JSON; plain English in older reads
    differences: tuple[Mapping[str, Any], ...] = ()

    @property
    def rule_said(self) -> Sentence | None:
        """The rule's words, to be shown in the language of whoever looks."""
        if not self.suggestion.startswith("["):
            return Sentence(self.suggestion) if self.suggestion else None
        return Sentence.from_json(self.suggestion)

    @property
    def views_named(self) -> frozenset[str]:
        """The set of views that a technical recall asks for; readers who name other sets disagree."""
        return frozenset(view.view for view in self.views)

    def to_json(self) -> dict[str, Any]:
        """For `Read.opinion` and `Arbitration.opinion`: what was said, nothing that is empty; category and decision have columns."""
        said = {
            "note": self.note.strip(),
            "density": self.density,
            "assessments": dict(self.assessments),
            "per_side": dict(self.per_side),
            "lesions": [_plain(one) for one in self.lesions],
            "nodules": [_plain(one) for one in self.nodules],
            "views": [_plain(one) for one in self.views],
            "measurements": [_plain(one) for one in self.measurements],
            "suggestion": self.suggestion,
            "differences": [dict(one) for one in self.differences],
        }
        return {name: value for name, value in said.items() if value}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], *, category: str, decision: ProgrammeDecision) -> "Opinion":
        """The opinion of a stored read, whichever version of the form wrote it; nothing is checked again."""
        return cls(
            category, decision, note=stored.get("note", ""), density=stored.get("density"),
            assessments=dict(stored.get("assessments", {})), per_side=dict(stored.get("per_side", {})),
            lesions=tuple(map(Lesion.from_json, stored.get("lesions", ()))),
            nodules=tuple(map(NoduleFinding.from_json, stored.get("nodules", ()))),
            views=tuple(map(ViewToRepeat.from_json, stored.get("views", ()))),
            measurements=tuple(map(Measurement.from_json, stored.get("measurements", ()))),
            suggestion=stored.get("suggestion", ""), differences=tuple(map(dict, stored.get("differences", ()))),
        )  # fmt: skip


def _plain(part: Lesion | NoduleFinding | ViewToRepeat | Measurement) -> dict[str, Any]:
    """The part as JSON knows it: lists for tuples, and only what was said."""
    said = {one.name: getattr(part, one.name) for one in fields(part) if getattr(part, one.name) != _unsaid(one)}
    return {name: _listed(value) for name, value in said.items()}


def _unsaid(one: Field[Any]) -> object:
    """What a field holds when nothing was said; MISSING, like nothing else, for what must always be said."""
    return one.default if one.default_factory is MISSING else one.default_factory()


def _listed(value: object) -> object:
    if isinstance(value, tuple | list):
        return [_listed(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _listed(one) for name, one in value.items()}
    return value

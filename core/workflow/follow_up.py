"""What is known of each AI mark since the latest earlier exam, as Lung-RADS asks for it at follow-up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from sqlmodel import Session

from core.access import Person
from core.rules import lung_rads
from core.rules.lung_nodule import Kind, Nodule
from core.rules.size import tenths
from core.words import N_, Sentence, say
from core.workflow.appearance import appearance
from core.workflow.growth_view import growth_view
from db.enums import FindingKind

if TYPE_CHECKING:
    from core.workflow.ai import FindingLine
    from core.workflow.reading import Case

NOT_COMPARED = N_("It is not known which nodules are new or have grown since the earlier exam; the rule needs it")
NO_TYPE = N_("Nodule {number}: its type is not known; the rule needs it")
LOOK_BACK = N_("Nodule {number} was not marked in the earlier exam and is taken as new: look there before you sign")


@dataclass(frozen=True)
class Change:
    """One mark since the earlier exam. `new`: not marked there; `by_doctor`: paired, or left alone, by a person.

    `before_solid_mm`: of a nodule that is part-solid now, 0 where it was non-solid; `prior_category`: by Lung-RADS at that exam.
    """

    number: int
    earlier_number: int | None
    before_mm: float | None
    months: int
    by_doctor: bool
    before_solid_mm: float | None = None
    prior_category: str | None = None

    @property
    def new(self) -> bool:
        return self.earlier_number is None

    @property
    def remark(self) -> Sentence | None:
        """What the reader has to look at, because only the AI says so."""
        return say(LOOK_BACK, number=self.number) if self.new and not self.by_doctor else None


@dataclass(frozen=True)
class FollowUp:
    """The rule's inputs, or the gap that keeps it from speaking; `remarks` belong to every category that comes of them."""

    nodules: tuple[Nodule, ...]
    remarks: tuple[Sentence, ...]
    gap: Sentence | None


def changes(session: Session, person: Person, exam_id: int) -> Mapping[int, Change]:
    """Mark number → what is known since the latest earlier exam with images; marks that were not compared are not there."""
    seen = growth_view(session, person, exam_id)
    if seen.prior is None:
        return {}
    months = round(seen.days / 30.4375)
    return {
        row.now.number: Change(
            row.now.number,
            row.before.number if row.before else None,
            row.before.mean_mm if row.before else None,
            months,
            row.paired_by is not None,
            row.before_solid_mm,
            row.prior_category,
        )
        for row in seen.rows
        if row.now is not None and row.status in ("paired", "not marked earlier")
    }


def follow_up_nodules(session: Session, case: "Case", person: Person) -> FollowUp:
    """The AI marks of a follow-up exam as Lung-RADS wants them, once they are matched; else the gap, by name."""
    marks = [mark for mark in case.ai.findings if mark.kind == FindingKind.nodule] if case.ai else []
    return inputs(marks, changes(session, person, case.exam_id))


def inputs(marks: Sequence["FindingLine"], known: Mapping[int, Change]) -> FollowUp:
    """Every mark with its change, or the first thing that is missing. Marks without a type leave the gap: nothing is assumed."""
    if any(mark.number not in known for mark in marks):
        return FollowUp((), (), say(NOT_COMPARED))
    if any(mark.mean_diameter_mm is None for mark in marks):
        return FollowUp((), (), say(N_("A nodule has no size; the rule needs it")))
    untold = next((mark.number for mark in marks if appearance(mark.detail).kind is None), None)
    if untold is not None:
        return FollowUp((), (), say(NO_TYPE, number=untold))
    remarks = tuple(remark for mark in marks if (remark := known[mark.number].remark) is not None)
    return FollowUp(tuple(as_nodule(mark, known[mark.number]) for mark in marks), remarks, None)


def as_nodule(mark: "FindingLine", change: Change, kind: str = "") -> Nodule:
    """One mark as the rule wants it; `kind` where the mark itself has no type."""
    seen, mean = appearance(mark.detail), max(1, tenths(mark.mean_diameter_mm or 0.0))
    before = None if change.before_mm is None else max(1, tenths(change.before_mm))
    part = seen.kind == "part-solid"
    status: Literal["new"] | None = "new" if change.new else None
    return Nodule(
        kind=cast(Kind, seen.kind or kind), name=str(mark.number), mean_tenths=mean, status=status, before_tenths=before,
        months=change.months, prior_category=change.prior_category, solid_tenths=part_tenths(seen.solid_mm, mean) if part else None,
        solid_before_tenths=part_tenths(change.before_solid_mm, before or 0) if part and before is not None else None,
    )  # fmt: skip


def part_tenths(solid_mm: float | None, whole: int) -> int | None:
    """The solid part in tenths; measured in a plane of its own, it may come out larger than the whole, which it cannot be."""
    return None if solid_mm is None else min(tenths(solid_mm), whole)


def if_solid_since(mark: "FindingLine", change: Change) -> Sentence:
    """What the rule would say of one nodule at follow-up, were it solid."""
    found = lung_rads.categorise([as_nodule(mark, change, "solid")], baseline=False)
    values = {"number": mark.number, "size": mark.mean_diameter_mm, "category": found.category or "–"}
    if change.new:
        template = N_("Nodule {number}: {size:.1f} mm, not marked {months} months before; if it is new and solid, category {category}")
        return say(template, **values, months=change.months)
    template = N_("Nodule {number}: {before:.1f} mm, after {months} months {size:.1f} mm; if it is solid, category {category}")
    return say(template, **values, before=change.before_mm, months=change.months)

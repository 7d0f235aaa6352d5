"""Nodules before and now: sizes, change, doubling time with its error, and what four protocols make of it. Measured by the AI, so shown
only where both AI results may be seen.

A nodule without partner is "not marked earlier": the AI may have missed it then, so a doctor looks before it is called new.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.access import Person
from core.protocols.nodules import categories
from core.rules.size import months_between
from core.words import N_, Sentence, say
from core.workflow.appearance import appearance
from core.workflow.blind import ai_hidden
from core.workflow.growth_rows import Between, GrowthRow, Size, rows
from core.workflow.matching import compared_run, matched
from core.workflow.priors import Prior, ai_of_prior, chosen, priors
from core.workflow.registrations import RegistrationLine, registration
from db.enums import ExamKind, FindingKind
from db.tables import Exam, Finding

__all__ = ["GrowthRow", "GrowthView", "Size", "growth_view"]


@dataclass(frozen=True)
class GrowthView:
    """`reason` says why there are no rows; `laid` how the exams lie on each other, None while nobody has tried."""

    priors: tuple[Prior, ...]
    prior: Prior | None
    days: int
    laid: RegistrationLine | None
    rows: tuple[GrowthRow, ...]
    reason: Sentence | None


def growth_view(session: Session, person: Person, exam_id: int, prior_id: int | None = None) -> GrowthView:
    """The nodules of a CT exam beside those of an earlier one, the latest with images when none is named."""
    found = priors(session, person, exam_id)
    prior = chosen(found, prior_id)
    if prior is None or prior.kind is not ExamKind.lung_ct:
        return GrowthView(found, prior, 0, None, (), say(N_("There is no earlier CT with images")))
    laid = registration(session, exam_id, prior.exam_id)
    reason = _held_back(session, person, exam_id, prior.exam_id)
    run, earlier_run = compared_run(session, exam_id), compared_run(session, prior.exam_id)
    if reason is None and (run is None or earlier_run is None):
        reason = say(N_("The exams can be compared when both have an AI result"))
    found_rows: tuple[GrowthRow, ...] = ()
    if reason is None and run is not None and earlier_run is not None:
        exam = session.get_one(Exam, exam_id)
        months = months_between(prior.exam_date, exam.exam_date)
        known = matched(session, run, prior.exam_id, earlier_run)
        between = Between(prior.days_before, months, categories(session, prior.exam_id, prior.exam_date, earlier_run))
        found_rows = rows(_sizes(session, run), _sizes(session, earlier_run), known, between)
    return GrowthView(found, prior, prior.days_before, laid, found_rows, reason)


def _held_back(session: Session, person: Person, exam_id: int, prior_id: int) -> Sentence | None:
    if ai_hidden(session, person, [exam_id]):
        return say(N_("AI hidden until you decide"))
    return ai_of_prior(session, person, exam_id, prior_id)[1]


def _sizes(session: Session, run_id: int) -> dict[int, Size]:
    """Finding id → nodule, in the order of their numbers."""
    found: Sequence[Finding] = session.exec(
        select(Finding).where(Finding.run_id == run_id, Finding.kind == FindingKind.nodule).order_by(col(Finding.number))
    ).all()
    return {row.id or 0: _size(row) for row in found}


def _size(row: Finding) -> Size:
    told = appearance(row.detail)
    return Size(
        row.number, told.kind, row.laterality, row.place.get("slice"), row.mean_diameter_mm, row.long_axis_mm, row.short_axis_mm,
        row.volume_mm3, told.solid_mm, told.solid_mm3,
    )  # fmt: skip

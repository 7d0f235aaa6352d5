"""What was done after a recall to find out: visits, imaging, biopsies, surgery. A later row of the same number replaces the earlier."""

from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.access import Person
from core.clock import now
from core.errors import Rejected
from core.outcomes.exam import check_day, check_side, check_source, held
from core.words import N_
from core.workflow.counted import approved, refused
from db.enums import AssessmentKind
from db.tables import Assessment

RESULTS = ("malignant", "uncertain", "benign", "inadequate")
"""The worst first."""
NEEDLE = (AssessmentKind.fine_needle, AssessmentKind.core_biopsy)
BIOPSIES = (*NEEDLE, AssessmentKind.open_biopsy)
RESULT_WORDS = {"malignant": N_("malignant"), "uncertain": N_("uncertain"), "benign": N_("benign"), "inadequate": N_("inadequate")}


def record(
    session: Session,
    person: Person,
    exam_id: int,
    *,
    kind: AssessmentKind,
    happened_on: date,
    source: str,
    result: str = "",
    side: str = "",
    number: int | None = None,
    detail: dict[str, Any] | None = None,
) -> Assessment:
    """Append what was done; `number` of an earlier one replaces it, without it a further one is counted. It waits for its second check."""
    exam, _card = held(session, person, exam_id)
    check_day(exam, happened_on)
    if result and result not in RESULTS:
        raise Rejected(N_("{result} is no result; expected one of {known}, or nothing yet"), result=result, known=", ".join(RESULTS))
    row = Assessment(
        exam_id=exam_id, number=_number(session, exam_id, number), kind=kind, happened_on=happened_on, side=check_side(side), result=result,
        detail=detail or {}, source=check_source(source), entered_by=person.user_id, entered_at=now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(session, person, "assessment_recorded", "exam", exam_id, site_id=exam.site_id, kind=kind.value, assessment=row.id)
    return row


def standing(session: Session, exam_id: int, *, only_approved: bool = False) -> tuple[Assessment, ...]:
    """What was done after an exam, each number once as its newest row says that nobody refused; in the order of the days."""
    fits = approved(Assessment) if only_approved else ~refused(Assessment)
    rows = session.exec(select(Assessment).where(Assessment.exam_id == exam_id, fits).order_by(col(Assessment.id)))
    newest = {row.number: row for row in rows}
    return tuple(sorted(newest.values(), key=lambda row: (row.happened_on, row.number)))


def worst(results: list[str]) -> str | None:
    """The worst of some results, None where none has come."""
    return next((result for result in RESULTS if result in results), None)


def _number(session: Session, exam_id: int, number: int | None) -> int:
    known = set(session.exec(select(Assessment.number).where(Assessment.exam_id == exam_id)))
    if number is None:
        return max(known, default=0) + 1
    if number not in known:
        raise Rejected(N_("There is no assessment {number} of this exam to replace"), number=number)
    return number

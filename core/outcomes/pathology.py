"""What the tissue says. The newest report of an exam and side counts that a second person approved; none is ever deleted."""

from sqlmodel import Session, col, select

from core import audit
from core.access import Person
from core.clock import now
from core.errors import Rejected
from core.outcomes import plausible
from core.outcomes.exam import check_day, check_side, check_source, held
from core.outcomes.histology import histologies
from core.outcomes.plausible import Report
from core.words import N_
from core.workflow.counted import approved, refused
from db.enums import Certainty
from db.tables import Pathology

FIELDS = {
    "histology": N_("Histology"), "invasive": N_("Invasive or in situ"), "size_mm": N_("Size"), "grade": N_("Grade"), "stage": N_("Stage"),
    "nodes_positive": N_("Lymph nodes"), "tnm": N_("TNM"),
}  # fmt: skip


def record(session: Session, person: Person, exam_id: int, report: Report, *, certainty: Certainty, source: str) -> Pathology:
    """Append a report, which waits for its second check; Rejected naming the first field that cannot be."""
    exam, card_id = held(session, person, exam_id)
    check_day(exam, report.reported_on)
    for problem in plausible.problems(card_id, report):
        raise Rejected(N_("{field}: {said}"), field=FIELDS[problem.field], said=problem.said)
    row = row_of(card_id, exam_id, report, certainty, check_source(source))
    row.entered_by = person.user_id
    session.add(row)
    session.flush()
    audit.record(session, person, "pathology_recorded", "exam", exam_id, site_id=exam.site_id, pathology=row.id)
    return row


def row_of(card_id: str, exam_id: int, report: Report, certainty: Certainty, source: str) -> Pathology:
    """A report as a row; whether it is invasive follows from the histology where the report leaves it open."""
    named = histologies(card_id)[report.histology]
    return Pathology(
        exam_id=exam_id, side=check_side(report.side), certainty=certainty, histology=report.histology,
        invasive=named.invasive if report.invasive is None else report.invasive, size_mm=report.size_mm, grade=report.grade,
        nodes_positive=report.nodes_positive, stage=report.stage, reported_on=report.reported_on,
        detail={"tnm": report.tnm.strip()} if report.tnm else {}, source=source, entered_at=now(),
    )  # fmt: skip


def standing(session: Session, exam_id: int, *, only_approved: bool = False) -> tuple[Pathology, ...]:
    """The newest report of each side that nobody refused, or that a second person approved."""
    fits = approved(Pathology) if only_approved else ~refused(Pathology)
    rows = session.exec(select(Pathology).where(Pathology.exam_id == exam_id, fits).order_by(col(Pathology.id)))
    return tuple({row.side: row for row in rows}.values())

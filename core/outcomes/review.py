"""The review of the images before an interval cancer (duty of candour, domain/clinical-rules.md 2.9): class 0–3, entered by a doctor.

It is a further row of the exam's outcome, so that it waits for its second check and keeps its history like every other entry.
"""

from sqlmodel import Session

from core import audit
from core.access import Act, Person
from core.errors import NotAllowed, Rejected
from core.outcomes.known import as_known_on
from core.outcomes.said import REVIEW
from core.words import N_
from core.workflow import outcomes
from db.enums import OutcomeKind
from db.tables import Exam, Outcome


def record(session: Session, person: Person, exam_id: int, review: int, note: str = "") -> Outcome:
    """Append the class of the earlier images: 0 unclassifiable, 1 normal or benign, 2 uncertain, 3 suspicious.

    NotAllowed for who reads no cases there, Rejected where no interval cancer counts.
    """
    exam = session.get(Exam, exam_id)
    if exam is None or exam.site_id not in person.sites(Act.read_cases):
        raise NotAllowed(N_("Only doctors of this site review the images before an interval cancer."))
    if review not in REVIEW:
        raise Rejected(N_("{value} is no class of a review; expected 0, 1, 2 or 3"), value=review)
    known = outcomes.counting(session, exam_id)
    if known is None or known.kind != OutcomeKind.interval_cancer:
        raise Rejected(N_("No interval cancer that a second person approved is known after this exam"))
    said = {"class": review, "by": person.user_id, "note": note.strip()[:500]}
    row = outcomes.record(
        session, person, exam_id, kind=known.kind, certainty=known.certainty, happened_on=known.happened_on, source=known.source,
        detail=known.detail | {"review": said}, list_id=None,
    )  # fmt: skip
    audit.record(session, person, "images_reviewed", "exam", exam_id, site_id=exam.site_id, review=review)
    return row


def of(session: Session, exam_id: int) -> int | None:
    """The class that counts now; None while nobody reviewed the images or the review waits for its check."""
    return as_known_on(session, exam_id).review

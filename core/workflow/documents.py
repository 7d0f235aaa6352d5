"""Reports and letters of concluded cases: drafted to be looked at, kept as they were made, and handed out to the site's own people.

A draft is made from a snapshot, because rendering takes a second or two; keeping it is a short transaction that looks once more whether
the decision is still the one that the draft tells of.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, NotAllowed
from core.exchange import report as reports
from core.exchange.content import Content
from core.exchange.letter import LetterFacts, letter
from core.exchange.pdf import pdf
from core.objects import store
from core.tongue import Tongue
from core.words import N_
from core.workflow import reading
from core.workflow.opinions import DecisionLine, decision_of
from core.workflow.reading import Case
from db.enums import DocumentKind
from db.tables import Document, Exam, User


@dataclass(frozen=True)
class Draft:
    """A finished PDF that nobody has kept yet; `detail` is what it says, as values, without a name."""

    exam_id: int
    kind: DocumentKind
    language: str
    template: str
    template_version: str
    content: Content
    pdf: bytes
    detail: dict[str, Any]


@dataclass(frozen=True)
class DocumentLine:
    """A kept document. `current`: whether it tells of the decision that stands."""

    id: int
    exam_id: int
    kind: DocumentKind
    language: str
    template: str
    template_version: str
    author: str
    at: datetime
    current: bool


NOT_HERE = N_("This document is not at one of your sites.")


def draft(session: Session, person: Person, exam_id: int, kind: DocumentKind, tongue: Tongue) -> Draft:
    """The document as it would be kept. A report is made by doctors, a letter also by coordinators; Conflict before the decision."""
    case = reading.case(session, person, exam_id)
    person.must(Act.read_cases if kind == DocumentKind.report else Act.see_participants, case.site_id)
    if case.decision is None:
        raise Conflict(reports.NOT_YET)
    at = now()
    content, template, version = _content(session, person, case, case.decision, kind, tongue)
    detail = {"decision_id": case.decision.id, "category": case.decision.category, "decision": case.decision.decision.value}
    if kind == DocumentKind.report and case.ai is not None:
        detail |= {"run": case.ai.run_id, "model": f"{case.ai.model}.{case.ai.tag}", "weights_sha256": case.ai.weights_sha256}
    return Draft(exam_id, kind, tongue.language, template, version, content, pdf(content, at=at), detail)


def keep(session: Session, person: Person, made: Draft) -> int:
    """Store a draft; its id. Conflict when the case has another decision by now."""
    exam = _exam(session, person, made.exam_id)
    person.must(Act.read_cases if made.kind == DocumentKind.report else Act.see_participants, exam.site_id)
    decision = decision_of(session, made.exam_id)
    if decision is None or decision.id != made.detail["decision_id"]:
        raise Conflict(N_("The decision on this case has changed since; look at the document once more"))
    row = Document(
        exam_id=made.exam_id, kind=made.kind, language=made.language, template=made.template, template_version=made.template_version,
        object_key=store().put(made.pdf), author_id=person.user_id, at=now(), detail=made.detail,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(session, person, f"{made.kind.value}_made", "document", row.id, site_id=exam.site_id, exam=made.exam_id)
    return row.id or 0


def documents(session: Session, person: Person, exam_ids: Collection[int]) -> tuple[DocumentLine, ...]:
    """What was kept for these exams at the person's sites, the newest first."""
    rows = select(Document, User.name).join(Exam, col(Exam.id) == Document.exam_id)
    rows = rows.join(User, col(User.id) == Document.author_id, isouter=True)
    rows = rows.where(col(Document.exam_id).in_(exam_ids), col(Exam.site_id).in_(person.sites(Act.see_participants)))
    found = session.exec(rows.order_by(col(Document.id).desc())).all()
    stands = {exam_id: decision_of(session, exam_id) for exam_id in {row.exam_id for row, _ in found}}
    return tuple(_line(row, name, stands[row.exam_id]) for row, name in found)


def content(session: Session, person: Person, document_id: int) -> tuple[bytes, str]:
    """The PDF and a file name without a person's name; NotAllowed, in the same words, for what is not there and what is not in sight.

    The caller writes `opened` in a transaction before the bytes leave.
    """
    row, exam = _document(session, person, document_id)
    return store().get(row.object_key), f"firstlight-{row.kind.value}-{exam.exam_date:%Y%m%d}-{row.id}.pdf"


def opened(session: Session, person: Person, document_id: int) -> None:
    """Note that a document was handed out."""
    row, exam = _document(session, person, document_id)
    audit.record(session, person, f"{row.kind.value}_opened", "document", document_id, site_id=exam.site_id, exam=row.exam_id)


def _content(
    session: Session, person: Person, case: Case, decision: DecisionLine, kind: DocumentKind, tongue: Tongue
) -> tuple[Content, str, str]:
    """What it says, with the name and version of its template."""
    if kind == DocumentKind.report:
        return reports.report(session, person, case, tongue), f"{case.programme}.{reports.TEMPLATE}", reports.VERSION
    who = case.participant
    written = letter(
        LetterFacts(
            programme=case.programme, name=who.name, number=who.number, site=who.site_name, exam_date=case.exam_date,
            decision=decision.decision, category=decision.category, due=reports.due_day(session, case, decision),
            written=now().date(), invented=case.synthetic or who.synthetic,
        ),
        tongue,
    )  # fmt: skip
    return written.content, written.template, written.version


def _exam(session: Session, person: Person, exam_id: int) -> Exam:
    found = select(Exam).where(Exam.id == exam_id, col(Exam.site_id).in_(person.sites(Act.see_participants)))
    exam = session.exec(found).first()
    if exam is None:
        raise NotAllowed(NOT_HERE)
    return exam


def _document(session: Session, person: Person, document_id: int) -> tuple[Document, Exam]:
    rows = select(Document, Exam).join(Exam, col(Exam.id) == Document.exam_id).where(Document.id == document_id)
    found = session.exec(rows.where(col(Exam.site_id).in_(person.sites(Act.see_participants)))).first()
    if found is None:
        raise NotAllowed(NOT_HERE)
    return found


def _line(row: Document, author: str | None, decision: DecisionLine | None) -> DocumentLine:
    return DocumentLine(
        id=row.id or 0, exam_id=row.exam_id, kind=row.kind, language=row.language, template=row.template,
        template_version=row.template_version, author=author or "", at=row.at,
        current=decision is not None and row.detail.get("decision_id") == decision.id,
    )  # fmt: skip

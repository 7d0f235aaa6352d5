"""What assessment clinics and pathology of the demonstration found: steps, reports and their second checks; a few wait, one was refused."""

import random
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.demonstration.book import insert_rows, moment
from core.demonstration.tissue import report
from core.outcomes.needs import FINAL_AFTER_DAYS
from db.enums import AssessmentKind, Certainty, CheckVerdict, ExamKind, OutcomeKind, ProgrammeDecision, RecallStep
from db.tables import Assessment, Decision, Episode, Exam, Outcome, Pathology, Recall, RecallEvent, SecondCheck, User

K = AssessmentKind
WAITING = 2  # entries of each kind that nobody checked yet
TABLES: dict[str, Any] = {"assessment": Assessment, "pathology": Pathology}


def write(session: Session, rng: random.Random, today: date) -> None:
    """Assessments and pathology for what the history found, approved by a second person; then a few entries of these days."""
    people = {user.login: user.id or 0 for user in session.exec(select(User))}
    _missed(session, today)
    rows = select(Outcome, Exam, Recall).join(Exam, col(Exam.id) == Outcome.exam_id)
    rows = rows.outerjoin(Recall, col(Recall.exam_id) == Exam.id).where(col(Exam.synthetic), col(Outcome.list_id).is_(None))
    found = session.exec(rows.order_by(col(Outcome.id))).all()
    steps: list[dict[str, Any]] = []
    reports: list[dict[str, Any]] = []
    for outcome, exam, recall in found:
        steps += _steps(rng, outcome, exam, recall.kind if recall else None, people)
        reports += _reports(rng, outcome, exam, people)
    known = set(session.exec(select(SecondCheck.row_id).where(SecondCheck.subject == "outcome")))
    unchecked = {outcome.id for outcome, _exam, _recall in found} - known
    _approved(session, people, "outcome", [(outcome.id or 0, outcome.entered_at) for outcome, *_ in found if outcome.id in unchecked])
    for subject, made in (("assessment", steps), ("pathology", reports)):
        ids = insert_rows(session, TABLES[subject], made)
        kept = list(zip(ids, [row["entered_at"] for row in made], strict=True))
        _approved(session, people, subject, sorted(kept, key=lambda one: one[1])[:-WAITING])
    _these_days(session, people, today)


def _steps(
    rng: random.Random, outcome: Outcome, exam: Exam, recall: ProgrammeDecision | None, people: dict[str, int]
) -> list[dict[str, Any]]:
    """A visit with imaging, a biopsy where something was found, surgery for most cancers; interval cancers were assessed elsewhere."""
    if recall != ProgrammeDecision.assessment or outcome.kind == OutcomeKind.interval_cancer:
        return []
    lung, ill = exam.kind == ExamKind.lung_ct, outcome.kind == OutcomeKind.cancer
    first = max(exam.exam_date, outcome.happened_on - timedelta(days=6))
    kinds = [
        (
            K.pet_ct if lung and ill else K.imaging,
            "malignant" if ill and lung else "uncertain" if outcome.kind != OutcomeKind.no_finding else "benign",
            first,
        )
    ]
    if outcome.kind != OutcomeKind.no_finding:
        needle = rng.choices((K.core_biopsy, K.fine_needle, K.open_biopsy), (85, 10, 5))[0]
        kinds.append((needle, "malignant" if ill else "benign", outcome.happened_on))
    side = str(outcome.detail.get("side") or rng.choice("LR"))
    return [
        {
            "exam_id": exam.id, "number": number, "kind": kind, "happened_on": day, "side": side, "result": result, "detail": {},
            "source": "assessment clinic", "entered_by": people["coordinator"], "entered_at": moment(day, 14),
        }
        for number, (kind, result, day) in enumerate(kinds, start=1)
    ]  # fmt: skip


def _reports(rng: random.Random, outcome: Outcome, exam: Exam, people: dict[str, int]) -> list[dict[str, Any]]:
    """A report for every cancer whose outcome is final, and for most of what was benign after a biopsy."""
    if outcome.kind == OutcomeKind.no_finding or (outcome.kind == OutcomeKind.benign and rng.random() < 0.3):
        return []
    sure = outcome.certainty == Certainty.final or rng.random() < 0.4
    said = report(rng, exam.kind, outcome.kind != OutcomeKind.benign, outcome.detail)
    return [
        {
            **said, "exam_id": exam.id, "certainty": Certainty.final if sure else Certainty.provisional, "reported_on": outcome.happened_on,
            "source": "pathology", "entered_by": people["coordinator"], "entered_at": moment(outcome.happened_on, 15),
        }
    ]  # fmt: skip


def _approved(session: Session, people: dict[str, int], subject: str, entries: Iterable[tuple[int, datetime]]) -> None:
    """The check of another person, an hour after the entry."""
    insert_rows(session, SecondCheck, [
        {"subject": subject, "row_id": row_id, "verdict": CheckVerdict.approved, "author_id": people["doctor2"], "note": "",
         "at": at + timedelta(hours=1)}
        for row_id, at in entries
    ])  # fmt: skip


def _these_days(session: Session, people: dict[str, int], today: date) -> None:
    """Biopsies of these days after suspicious scans: two speak for an outcome that nobody entered, two outcomes wait, one came back."""
    yesterday, before = today - timedelta(days=1), today - timedelta(days=3)
    exams = [exam for exam in _open(session) if exam.exam_date < before][:5]
    results = ("malignant", "benign", "malignant", "benign", "benign")
    biopsies: list[dict[str, Any]] = [
        {
            "exam_id": exam.id, "number": 1, "kind": K.core_biopsy, "happened_on": before, "side": "R", "result": result, "detail": {},
            "source": "assessment clinic", "entered_by": people["coordinator"], "entered_at": moment(before, 15),
        }
        for exam, result in zip(exams, results, strict=False)
    ]  # fmt: skip
    taken = insert_rows(session, Assessment, biopsies)
    _approved(session, people, "assessment", [(row_id, moment(before, 15)) for row_id in taken])
    said = (("doctor", OutcomeKind.cancer), ("coordinator", OutcomeKind.benign), ("coordinator", OutcomeKind.no_finding))
    made: list[dict[str, Any]] = [
        {
            "exam_id": exam.id, "kind": kind, "certainty": Certainty.provisional, "happened_on": before, "source": "assessment clinic",
            "detail": {}, "entered_by": people[login], "entered_at": moment(yesterday, 16),
        }
        for exam, (login, kind) in zip(exams[2:], said, strict=False)
    ]  # fmt: skip
    ids = insert_rows(session, Outcome, made)
    note = "The biopsy says benign, not “no finding”; please enter it again"
    refused = {"subject": "outcome", "verdict": CheckVerdict.refused, "author_id": people["doctor3"], "note": note}
    insert_rows(session, SecondCheck, [{**refused, "row_id": row_id, "at": moment(yesterday, 17)} for row_id in ids[2:]])
    _reviewed(session, people, today)


def _open(session: Session) -> Sequence[Exam]:
    """Exams with an open recall and no outcome, the newest first."""
    closed = select(RecallEvent.recall_id).where(RecallEvent.step == RecallStep.closed)
    known = select(Outcome.exam_id).where(Outcome.exam_id == Exam.id).exists()
    rows = select(Exam).join(Recall, col(Recall.exam_id) == Exam.id).where(col(Exam.synthetic), col(Recall.id).not_in(closed), ~known)
    return session.exec(rows.where(Recall.kind != ProgrammeDecision.technical_recall).order_by(col(Exam.id).desc())).all()


def _missed(session: Session, today: date) -> None:
    """Two interval cancers of the breast programme where the history drew none: without one there are no images to learn from."""
    if session.exec(select(Outcome.id).where(Outcome.kind == OutcomeKind.interval_cancer)).first() is not None:
        return
    later, known = aliased(Episode), select(Outcome.id).where(Outcome.exam_id == Exam.id).exists()
    rows = select(Exam).join(Episode, col(Episode.id) == Exam.episode_id).join(Decision, col(Decision.exam_id) == Exam.id)
    rows = rows.where(col(Exam.synthetic), Exam.kind == ExamKind.mammography, ~known)
    rows = rows.where(Decision.decision == ProgrammeDecision.routine_recall)
    again = select(later.id).where(later.participant_id == Episode.participant_id, later.round > Episode.round).exists()
    days = (today - timedelta(days=650), today - timedelta(days=450))
    found = session.exec(rows.where(~again, col(Exam.exam_date).between(*days)).order_by(col(Exam.id))).all()
    for exam, side, size in zip(found[::5], "LR", (18, 9), strict=False):
        day = exam.exam_date + timedelta(days=214)
        session.add(
            Outcome(
                exam_id=exam.id or 0, kind=OutcomeKind.interval_cancer, certainty=Certainty.final, happened_on=day,
                source="cancer registry", detail={"side": side, "type": "invasive", "size_mm": size},
                entered_at=moment(day + timedelta(days=45), 13),
            )
        )  # fmt: skip
    session.flush()


def _reviewed(session: Session, people: dict[str, int], today: date) -> None:
    """Every third interval cancer of more than half a year ago: the earlier images were reviewed by a doctor and approved by another."""
    rows = (
        select(Outcome).join(Exam, col(Exam.id) == Outcome.exam_id).where(Outcome.kind == OutcomeKind.interval_cancer, col(Exam.synthetic))
    )
    old = rows.where(Outcome.happened_on < today - timedelta(days=FINAL_AFTER_DAYS)).order_by(col(Outcome.id))
    made: list[dict[str, Any]] = [
        {
            "exam_id": row.exam_id, "kind": row.kind, "certainty": row.certainty, "happened_on": row.happened_on, "source": row.source,
            "detail": row.detail | {"review": {"class": 1 + number % 3, "by": people["doctor"], "note": ""}},
            "entered_by": people["doctor"], "entered_at": row.entered_at + timedelta(days=30),
        }
        for number, row in enumerate(session.exec(old).all()[::3])
    ]  # fmt: skip
    ids = insert_rows(session, Outcome, made)
    _approved(session, people, "outcome", list(zip(ids, [row["entered_at"] for row in made], strict=True)))

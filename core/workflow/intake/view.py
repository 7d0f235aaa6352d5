"""How far a batch is, what became of its exams, and the receipt of every file; only at the person's own sites."""

from collections import Counter

from sqlmodel import Session, col, func, select

from core import jobs
from core.access import Act, Person
from core.errors import NotAllowed, Retryable
from core.sealing import unseal
from core.words import N_, Sentence, say
from core.workflow import runs
from core.workflow.intake.lines import BatchLine, BatchProgress, BatchView, FileLine, StudyLine
from core.workflow.registry import public_ids
from core.workflow.standing import standing
from db.enums import IntakeResult, RunOutcome
from db.tables import Decision, Episode, Exam, ExamInstance, IntakeBatch, IntakeItem, ModelRun, ModelVersion, Participant, Read, Site, User


def batches(session: Session, person: Person, limit: int = 20) -> tuple[BatchLine, ...]:
    """The newest uploads at the person's sites."""
    person.must(Act.upload)
    wanted = select(IntakeBatch).where(col(IntakeBatch.site_id).in_(person.sites(Act.upload)))
    rows = session.exec(wanted.order_by(col(IntakeBatch.created_at).desc()).limit(limit)).all()
    return tuple(_line(session, row) for row in rows)


def batch(session: Session, person: Person, batch_id: str) -> BatchView:
    """One upload; NotAllowed outside the person's sites."""
    row = session.get(IntakeBatch, batch_id)
    if row is None or row.site_id not in person.sites(Act.upload):
        raise NotAllowed(N_("This upload is not at one of your sites."))
    items = session.exec(select(IntakeItem).where(IntakeItem.batch_id == batch_id).order_by(col(IntakeItem.id))).all()
    files = tuple(FileLine(item.path, item.result, Sentence.from_json(item.reason)) for item in items)
    exam_ids = sorted({item.exam_id for item in items if item.exam_id is not None})
    line = _line(session, row)
    studies = tuple(study_line(session, exam_id, receiving=row.finished_at is None) for exam_id in exam_ids)
    return BatchView(**vars(line), progress=_progress(row, len(files)), studies=studies, files=files)


def study_line(session: Session, exam_id: int, *, receiving: bool = False) -> StudyLine:
    """Where one exam stands on its way to the reader."""
    exam = session.get_one(Exam, exam_id)
    of_exam = select(Participant).join(Episode, col(Episode.participant_id) == Participant.id).where(Episode.id == exam.episode_id)
    participant = session.exec(of_exam).one()
    images = session.exec(select(func.count()).select_from(ExamInstance).where(ExamInstance.exam_id == exam_id)).one()
    stage, fraction, reason = ("received", None, None) if receiving else _stage(session, exam)
    problem = Sentence.from_json(exam.problem)
    name = unseal(participant.name_sealed)
    return StudyLine(exam_id, name, participant.number, exam.kind, exam.exam_date, images, stage, fraction, reason or problem)


def _stage(session: Session, exam: Exam) -> tuple[str, float | None, Sentence | None]:
    assert exam.id is not None  # read from the database
    signed = select(Read.id).where(Read.exam_id == exam.id, standing())
    if any(session.exec(found).first() for found in (signed, select(Decision.id).where(Decision.exam_id == exam.id))):
        return "read", None, None
    if exam.completed_at is None:
        return "checked", None, None
    wanted = runs.due(session, exam.id)
    if wanted is not None:
        return _in_the_queue(wanted)
    last = select(ModelRun).join(ModelVersion, col(ModelVersion.id) == ModelRun.version_id).where(ModelRun.exam_id == exam.id)
    run = session.exec(last.where(col(ModelRun.version_id).in_(public_ids(session))).order_by(col(ModelRun.id).desc())).first()
    if run is None:
        return "not scored", None, None if exam.problem else say(N_("No AI model is installed for this kind of exam"))
    if run.outcome is RunOutcome.no_result:
        return "not scored", None, Sentence.from_json(run.reason)
    return "queued", None, None


def _in_the_queue(wanted: runs.Due) -> tuple[str, float | None, Sentence | None]:
    try:
        found = jobs.progress(jobs.scoring_id(wanted.exam_id, wanted.identity, wanted.attempt))
    except Retryable as problem:
        return "complete", None, problem.sentence
    if found is None or found.state == "waiting":
        return "complete", None, None
    return ("scoring", found.fraction, None) if found.state in ("running", "done") else ("not scored", None, found.reason)


def _progress(row: IntakeBatch, files: int) -> BatchProgress:
    if row.finished_at is not None:
        return BatchProgress("done", files, files, 1.0)
    try:
        found = jobs.progress(row.workflow_id) if row.workflow_id else None
    except Retryable as problem:
        return BatchProgress("waiting", files, None, None, problem.sentence)
    if found is None or found.state == "waiting":
        return BatchProgress("waiting", files, None, None)
    return BatchProgress("failed" if found.state == "failed" else found.phase or "receiving", files, None, found.fraction, found.reason)


def _line(session: Session, row: IntakeBatch) -> BatchLine:
    results = Counter(session.exec(select(IntakeItem.result).where(IntakeItem.batch_id == row.id)).all())
    site = session.get_one(Site, row.site_id)
    author = session.get(User, row.author_id) if row.author_id else None
    return BatchLine(
        id=row.id, site_name=site.name, programme=row.programme, source=row.source, author=author.name if author else row.source,
        created_at=row.created_at, finished_at=row.finished_at, counts={one: results[one] for one in IntakeResult if results[one]},
    )  # fmt: skip

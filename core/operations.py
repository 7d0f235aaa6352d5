"""What the administrator watches: the jobs, the processes, and a failed job's second chance."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from core import alive, audit, jobs
from core.access import Act, Person
from core.errors import Conflict, Retryable
from core.words import N_, Sentence, say
from core.workflow import runs
from db.enums import ExamKind
from db.tables import Exam, HandedInList, IntakeBatch, Site

NEWEST = 200


@dataclass(frozen=True)
class JobLine:
    """One job without the engine's words. `state`: waiting, running, done or failed; `work`: take_in or score_exam."""

    id: str
    work: str
    subject: Sentence
    state: str
    phase: str
    fraction: float | None
    worker: str
    created_at: datetime | None
    finished_at: datetime | None
    reason: Sentence | None


@dataclass(frozen=True)
class Operations:
    """`silent` says why the jobs cannot be listed, when the engine does not answer."""

    jobs: tuple[JobLine, ...]
    counts: dict[str, int]
    processes: tuple[alive.Life, ...]
    silent: Sentence | None


def operations(session: Session, person: Person) -> Operations:
    """The newest jobs and every process that ever reported."""
    person.must(Act.administer)
    try:
        found, silent = jobs.jobs(NEWEST), None
        running = jobs.progresses([job.workflow_id for job in found if job.state == "running"])
    except Retryable as problem:
        found, running, silent = [], {}, problem.sentence
    subjects = _subjects(session, found)
    lines = tuple(_line(job, subjects, running.get(job.workflow_id)) for job in found)
    return Operations(lines, dict(Counter(line.state for line in lines)), alive.processes(session), silent)


def again(session: Session, person: Person, job_id: str) -> None:
    """Give a failed job another try under a new id; Conflict when it has not failed."""
    person.must(Act.administer)
    job = next((job for job in jobs.failures(NEWEST) if job.workflow_id == job_id), None)
    if job is None:
        raise Conflict(N_("This job has not failed, or was tried again already; look again"))
    if job.name == jobs.INTAKE:
        jobs.enqueue(jobs.INTAKE, jobs.INTAKE_QUEUE, f"{job_id}-again", jobs.Priority.by_hand, job.subject)
    elif job.name == jobs.LIST:
        _list_again(session, job)
    else:
        _score_again(session, job)
    audit.record(session, person, "job_again", "job", job_id)


def _list_again(session: Session, job: jobs.Job) -> None:
    """The list names its job, so that its page follows the new one."""
    row = session.get(HandedInList, job.subject)
    if row is None or row.finished_at is not None or row.workflow_id != job.workflow_id:
        raise Conflict(N_("This job has not failed, or was tried again already; look again"))
    row.workflow_id = f"{job.workflow_id}-again"
    session.add(row)
    jobs.enqueue(jobs.LIST, jobs.INTAKE_QUEUE, row.workflow_id, jobs.Priority.by_hand, job.subject, False)


def _score_again(session: Session, job: jobs.Job) -> None:
    wanted = runs.due(session, int(job.subject), again=True)
    if wanted is None:
        raise Conflict(N_("This exam cannot be scored: it is not complete, or no AI model is installed for it"))
    if jobs.scoring_id(wanted.exam_id, wanted.identity, wanted.attempt) == job.workflow_id:
        wanted = replace(wanted, attempt=wanted.attempt + 1)
    jobs.enqueue_due(wanted, jobs.Priority.by_hand)


def _subjects(session: Session, found: list[jobs.Job]) -> dict[str, Sentence]:
    """What each job is about, in words without names of people."""
    exam_ids = [int(job.subject) for job in found if job.name == jobs.SCORE and job.subject.isdigit()]
    exams = select(col(Exam.id), col(Exam.kind), col(Exam.exam_date), col(Site.name)).join(Site, col(Site.id) == Exam.site_id)
    kinds = {ExamKind.lung_ct: N_("Chest CT of {day}, {site}"), ExamKind.mammography: N_("Mammography of {day}, {site}")}
    rows = session.exec(exams.where(col(Exam.id).in_(exam_ids)))
    said = {str(exam_id): say(kinds[kind], day=day, site=site) for exam_id, kind, day, site in rows}
    batches = select(IntakeBatch.id, IntakeBatch.source, Site.name).join(Site, col(Site.id) == IntakeBatch.site_id)
    batch_ids = [job.subject for job in found if job.name == jobs.INTAKE]
    rest = list(session.exec(batches.where(col(IntakeBatch.id).in_(batch_ids))))
    lists = select(HandedInList.id, HandedInList.name, Site.name).join(Site, col(Site.id) == HandedInList.site_id)
    rest += session.exec(lists.where(col(HandedInList.id).in_([job.subject for job in found if job.name == jobs.LIST])))
    return said | {subject: say(N_("{source}, {site}"), source=source, site=site) for subject, source, site in rest}


def _line(job: jobs.Job, subjects: dict[str, Sentence], progress: jobs.Progress | None) -> JobLine:
    return JobLine(
        id=job.workflow_id, work=job.name, subject=subjects.get(job.subject, say(N_("No longer known"))), state=job.state,
        phase=progress.phase if progress else "", fraction=progress.fraction if progress else None, worker=job.worker,
        created_at=job.created_at, finished_at=job.finished_at, reason=job.reason,
    )  # fmt: skip

"""What the queue is made of: every undecided exam at some sites with the AI result that counts, by a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from core.clock import now
from core.words import Sentence
from core.workflow.participants import matching
from core.workflow.registry import counting_versions
from core.workflow.runs import SPARE
from core.workflow.urgency import Mark
from db.enums import ExamKind, RunOutcome
from db.tables import Claim, Decision, Deferral, Episode, Exam, ExamInstance, Finding, ModelRun, Participant, Programme, Read, User


@dataclass(frozen=True)
class Waiting:
    """An undecided exam as the database has it; the name is still sealed."""

    exam_id: int
    kind: ExamKind
    site_id: int
    exam_date: date
    received_at: datetime
    completed_at: datetime | None
    problem: str
    synthetic: bool
    phantom: bool
    episode_id: int
    round: int
    participant_id: int
    number: str
    name_sealed: str
    programme: str


@dataclass(frozen=True)
class RunInQueue:
    """The run that counts for an exam."""

    run_id: int
    outcome: RunOutcome
    reason: Sentence | None
    step: int | None
    density: str | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Around:
    """What else is known about undecided exams, by exam id."""

    runs: dict[int, RunInQueue]
    claims: dict[int, tuple[int, str, datetime]]
    deferrals: dict[int, tuple[str, datetime]]
    reads: dict[int, frozenset[int]]
    with_images: frozenset[int]


def waiting(session: Session, sites: Iterable[int], *, programme: str | None = None, text: str = "") -> list[Waiting]:
    """The undecided exams at `sites`, oldest first."""
    rows = select(
        col(Exam.id), col(Exam.kind), col(Exam.site_id), col(Exam.exam_date), col(Exam.received_at), col(Exam.completed_at),
        col(Exam.problem), col(Exam.synthetic), col(Exam.phantom), col(Exam.episode_id), col(Episode.round), col(Participant.id),
        col(Participant.number), col(Participant.name_sealed), col(Programme.card_id),
    )  # type: ignore[call-overload]  # fmt: skip
    rows = rows.join(Episode, col(Episode.id) == Exam.episode_id).join(Participant, col(Participant.id) == Episode.participant_id)
    rows = rows.join(Programme, col(Programme.id) == Episode.programme_id).where(col(Exam.id).in_(_undecided(sites)))
    if programme:
        rows = rows.where(Programme.card_id == programme)
    if text.strip():
        rows = rows.where(col(Participant.id).in_(matching(text)))
    return [Waiting(*row) for row in session.exec(rows.order_by(col(Exam.received_at), col(Exam.id)))]


def around(session: Session, sites: Iterable[int]) -> Around:
    """Runs, claims, deferrals and reads of the undecided exams at `sites`."""
    undecided = _undecided(sites)
    deferrals = select(Deferral.exam_id, Deferral.reason, Deferral.until).where(col(Deferral.exam_id).in_(undecided))
    last = {row[0]: (row[1], row[2]) for row in session.exec(deferrals.order_by(col(Deferral.id)))}
    claims = select(Claim.exam_id, Claim.user_id, User.name, Claim.expires_at).join(User, col(User.id) == Claim.user_id)
    readers: dict[int, set[int]] = defaultdict(set)
    for exam_id, reader in session.exec(select(Read.exam_id, Read.reader_id).where(col(Read.exam_id).in_(undecided))):
        readers[exam_id].add(reader)
    pictured = select(col(ExamInstance.exam_id)).where(col(ExamInstance.exam_id).in_(undecided), ExamInstance.part != SPARE).distinct()
    return Around(
        runs=_runs(session, undecided),
        claims={row[0]: (row[1], row[2], row[3]) for row in session.exec(claims.where(Claim.expires_at > now()))},
        deferrals={exam_id: (reason, until) for exam_id, (reason, until) in last.items() if until > now()},
        reads={exam_id: frozenset(users) for exam_id, users in readers.items()},
        with_images=frozenset(session.exec(pictured)),
    )


def _undecided(sites: Iterable[int]) -> SelectOfScalar[int | None]:
    decided = select(col(Decision.exam_id))
    return select(col(Exam.id)).where(col(Exam.site_id).in_(list(sites)), col(Exam.id).not_in(decided))


def _runs(session: Session, undecided: SelectOfScalar[int | None]) -> dict[int, RunInQueue]:
    """The latest run of a counting version for each exam; a network's run comes before a simulated one."""
    versions = counting_versions(session)
    newest = select(func.max(col(ModelRun.id))).where(col(ModelRun.exam_id).in_(undecided))
    found: dict[int, RunInQueue] = {}
    for synthetic in (True, False):  # later ones replace earlier ones
        ids = [version.id for version in versions if version.synthetic == synthetic]
        if ids:
            latest = newest.where(col(ModelRun.version_id).in_(ids)).group_by(col(ModelRun.exam_id))
            found |= _of(session, latest)
    return found


def _of(session: Session, latest: SelectOfScalar[int | None]) -> dict[int, RunInQueue]:
    marks: dict[int, list[Mark]] = defaultdict(list)
    findings = select(col(Finding.run_id), col(Finding.kind), col(Finding.mean_diameter_mm), col(Finding.malignancy))
    for run_id, kind, diameter, suspicion in session.exec(findings.where(col(Finding.run_id).in_(latest)).order_by(col(Finding.number))):
        marks[run_id].append(Mark(kind, diameter, suspicion))
    density = col(ModelRun.result)["density"].as_string()
    runs = select(col(ModelRun.exam_id), col(ModelRun.id), col(ModelRun.outcome), col(ModelRun.reason), col(ModelRun.step), density)  # type: ignore[call-overload]
    return {
        exam_id: RunInQueue(run_id, outcome, Sentence.from_json(reason), step, dense, tuple(marks[run_id]))
        for exam_id, run_id, outcome, reason, step, dense in session.exec(runs.where(col(ModelRun.id).in_(latest)))
    }

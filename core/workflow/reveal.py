"""What is held back on a case and when a person came to know it. Nothing that is held back is handed out before its row is written."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.access import Person
from core.clock import now
from core.workflow.registry import counting_versions
from db.enums import RunOutcome
from db.tables import Exam, ModelRun, ModelVersion, Read, Reveal


@dataclass(frozen=True)
class Seen:
    """What its reader knew when an opinion was signed: the AI result, earlier exams, the reads of others. As in `Read.seen`."""

    run: int | None = None
    priors: tuple[int, ...] = ()
    reads: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"priors": list(self.priors), "reads": list(self.reads)}


def known_run(session: Session, user_id: int, exam_id: int) -> int | None:
    """The newest AI result of this exam that the person was shown although it is held back from readers."""
    rows = select(Reveal.run_id).where(Reveal.exam_id == exam_id, Reveal.user_id == user_id, col(Reveal.run_id).is_not(None))
    return session.exec(rows.order_by(col(Reveal.id).desc())).first()


def reads_shown(session: Session, exam_id: int) -> frozenset[int]:
    """User ids of those who were shown the reads of others on this undecided case, as its arbitrators."""
    return frozenset(session.exec(select(Reveal.user_id).where(Reveal.exam_id == exam_id, col(Reveal.run_id).is_(None))))


def known_reads(session: Session, user_id: int, exam_id: int) -> tuple[int, ...]:
    """The reads of others, taken back since or not, that the person was shown."""
    rows = select(Reveal.at).where(Reveal.exam_id == exam_id, Reveal.user_id == user_id, col(Reveal.run_id).is_(None))
    shown_at = session.exec(rows).first()
    if shown_at is None:
        return ()
    others = select(col(Read.id)).where(Read.exam_id == exam_id, Read.reader_id != user_id, Read.committed_at <= shown_at)
    return tuple(read_id or 0 for read_id in session.exec(others.order_by(col(Read.id))))


def reveal_run(session: Session, person: Person, exam: Exam) -> int | None:
    """Note that the person is shown the result that counts now; its run, None when there is none. A second time changes nothing."""
    run_id = counting_run(session, exam.id or 0)
    if run_id is not None:
        _note(session, person, exam, run_id)
    return run_id


def reveal_reads(session: Session, person: Person, exam: Exam) -> None:
    """Note that the person is shown the reads of others."""
    _note(session, person, exam, None)


def counting_run(session: Session, exam_id: int) -> int | None:
    """The scored run that counts for an exam: the latest of a counting version, a network's before a simulated one."""
    counting = [version.id for version in counting_versions(session)]
    runs = select(ModelRun).join(ModelVersion, col(ModelVersion.id) == ModelRun.version_id)
    runs = runs.where(ModelRun.exam_id == exam_id, col(ModelRun.version_id).in_(counting))
    run = session.exec(runs.order_by(col(ModelVersion.synthetic), col(ModelRun.id).desc())).first()
    return run.id if run is not None and run.outcome == RunOutcome.scored else None


def _note(session: Session, person: Person, exam: Exam, run_id: int | None) -> None:
    same = select(Reveal.id).where(Reveal.exam_id == exam.id, Reveal.user_id == person.user_id)
    known = session.exec(same.where(Reveal.run_id == run_id if run_id is not None else col(Reveal.run_id).is_(None))).first()
    if known is None:
        session.add(Reveal(exam_id=exam.id or 0, user_id=person.user_id, run_id=run_id, at=now()))
        session.flush()
        what = "ai_revealed" if run_id is not None else "reads_revealed"
        audit.record(session, person, what, "exam", exam.id, site_id=exam.site_id, run=run_id)

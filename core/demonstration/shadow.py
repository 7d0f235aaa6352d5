"""A second simulated version that runs in shadow beside the first one, so that the comparison of the two can be looked at."""

import random
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import insert, select
from sqlmodel import Session, col

from core.clock import now
from core.demonstration.read import MODEL_NAMES, tenths
from db.enums import ModelState, RunOutcome
from db.tables import Exam, ModelRun, ModelStatus, ModelVersion

TAG, YEARS, NOISE = "2", 2, 0.08


def write(session: Session, rng: random.Random, today: date) -> None:
    """For the exams of the last two years a second score near the first; the version is in shadow since then."""
    since = datetime.combine(today - timedelta(days=365 * YEARS), time(), UTC)
    for name in MODEL_NAMES.values():
        runs = select(col(ModelRun.exam_id), col(ModelRun.score), col(ModelRun.finished_at)).join(Exam, col(Exam.id) == ModelRun.exam_id)
        runs = runs.join(ModelVersion, col(ModelVersion.id) == ModelRun.version_id).where(col(ModelVersion.name) == name)
        rows = session.execute(runs.where(col(Exam.received_at) >= since).order_by(col(ModelRun.id))).all()
        if rows:
            _runs(session, rng, _version(session, name, since), [(exam_id, score or 0.0, at) for exam_id, score, at in rows])


def _version(session: Session, name: str, since: datetime) -> int:
    card = {"task": "simulated scores, no network"}
    version = ModelVersion(name=name, tag=TAG, weights_sha256="", card=card, synthetic=True, registered_at=now())
    session.add(version)
    session.flush()
    session.add(ModelStatus(version_id=version.id or 0, state=ModelState.shadow, at=since))
    session.flush()
    return version.id or 0


def _runs(session: Session, rng: random.Random, version_id: int, rows: list[tuple[int, float, datetime]]) -> None:
    scores = [min(1.0, max(0.0, score + rng.gauss(0, NOISE))) for _, score, _ in rows]
    limits = tenths(scores)
    made = [
        {
            "exam_id": exam_id, "version_id": version_id, "attempt": 1, "workflow_id": "", "device": "simulated", "started_at": at,
            "finished_at": at + timedelta(minutes=1), "stage_seconds": {}, "thresholds": {}, "input_uids": [],
            "outcome": RunOutcome.scored, "reason": "", "score": round(score, 4), "step": 1 + sum(score > limit for limit in limits),
            "result": {"simulated": True}, "synthetic": True,
        }
        for (exam_id, _, at), score in zip(rows, scores, strict=True)
    ]  # fmt: skip
    session.execute(insert(ModelRun), made)

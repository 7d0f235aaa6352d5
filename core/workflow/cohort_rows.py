"""What the cohort is put together from: exams, decisions, reads, outcomes and AI results, each by one query."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Select, select
from sqlmodel import Session, col, func

from core.workflow.earlier_images import for_comparison
from core.workflow.standing import standing
from db.enums import RunOutcome
from db.tables import Decision, Episode, Exam, ModelRun, ModelVersion, Outcome, Participant, Programme, Read

EXAM = [
    "exam_id", "participant_id", "number", "birth_date", "site_id", "exam_date", "round", "received_at", "completed_at", "synthetic",
    "phantom",
]  # fmt: skip
LAST = ["exam_id", "category", "decision", "decided_at"]
RUN = ["exam_id", "score", "step", "model", "model_synthetic"]


def exams(session: Session, card_id: str, sites: Collection[int], days: tuple[date, date], moment: datetime) -> pd.DataFrame:
    """Every exam of these sites and days received before `moment`, with what was known of it then; a missing fact is None or NaT."""
    ids = _wanted(col(Exam.id), card_id=card_id, sites=sites, days=days, moment=moment)
    facts = (
        col(Exam.id), col(Participant.id), col(Participant.number), col(Participant.birth_date), col(Exam.site_id), col(Exam.exam_date),
        col(Episode.round), col(Exam.received_at), col(Exam.completed_at), col(Exam.synthetic), col(Exam.phantom),
    )  # fmt: skip
    frame = _frame(session, _wanted(*facts, card_id=card_id, sites=sites, days=days, moment=moment), EXAM)
    frame["completed_at"] = frame.completed_at.where(frame.completed_at.notna(), frame.pop("received_at"))
    for part in (_decisions, _reads, _outcomes, _runs):
        frame = frame.merge(part(session, ids, moment), how="left", on="exam_id")
    frame["reads"] = frame.reads.fillna(0).astype(int)
    return frame


def _wanted(*columns: Any, card_id: str, sites: Collection[int], days: tuple[date, date], moment: datetime) -> Select[Any]:
    return (
        select(*columns)
        .join(Episode, col(Episode.id) == Exam.episode_id)
        .join(Programme, col(Programme.id) == Episode.programme_id)
        .join(Participant, col(Participant.id) == Episode.participant_id)
        .where(col(Programme.card_id) == card_id, col(Exam.site_id).in_(sites), col(Exam.received_at) < moment)
        .where(col(Exam.exam_date).between(*days), col(Exam.id).not_in(for_comparison()))
    )


def _frame(session: Session, query: Any, columns: list[str]) -> pd.DataFrame:
    rows = session.execute(query).all()
    values = {name: pd.Series([row[place] for row in rows], dtype=object) for place, name in enumerate(columns)}
    return pd.DataFrame(values).astype({columns[0]: int})


def _decisions(session: Session, ids: Select[Any], moment: datetime) -> pd.DataFrame:
    known = select(func.max(col(Decision.id))).where(col(Decision.exam_id).in_(ids), col(Decision.at) < moment)
    last = known.group_by(col(Decision.exam_id))
    rows = select(col(Decision.exam_id), col(Decision.category), col(Decision.decision), col(Decision.at)).where(col(Decision.id).in_(last))
    frame = _frame(session, rows, LAST)
    frame["decision"] = frame.decision.map(str)
    return frame


def _reads(session: Session, ids: Select[Any], moment: datetime) -> pd.DataFrame:
    """The first two reads side by side, how many there are, when the last one was signed, and the density it gave."""
    rows = select(col(Read.exam_id), col(Read.decision), col(Read.committed_at), col(Read.opinion))
    signed = rows.where(col(Read.exam_id).in_(ids), col(Read.committed_at) < moment, standing(moment))
    frame = _frame(session, signed.order_by(col(Read.exam_id), col(Read.id)), ["exam_id", "decision", "read_at", "opinion"])
    frame["decision"] = frame.decision.map(str)
    frame["read_at"] = pd.to_datetime(frame.read_at, utc=True)
    frame["density"] = [opinion.get("density") for opinion in frame.pop("opinion")]
    frame["place"] = frame.groupby("exam_id").cumcount()
    both = frame[frame.place < 2].pivot(index="exam_id", columns="place", values="decision").reindex(columns=[0, 1])
    both.columns = pd.Index(["first_decision", "second_decision"])
    told = frame.groupby("exam_id").agg(reads=("place", "size"), read_at=("read_at", "max"), density=("density", "last"))
    return told.join(both).reset_index()


def _outcomes(session: Session, ids: Select[Any], moment: datetime) -> pd.DataFrame:
    known = select(func.max(col(Outcome.id))).where(col(Outcome.exam_id).in_(ids), col(Outcome.entered_at) < moment)
    last = known.group_by(col(Outcome.exam_id))
    rows = select(col(Outcome.exam_id), col(Outcome.kind), col(Outcome.certainty), col(Outcome.happened_on))
    frame = _frame(session, rows.where(col(Outcome.id).in_(last)), ["exam_id", "outcome", "outcome_certainty", "outcome_on"])
    return frame.assign(outcome=frame.outcome.map(str), outcome_certainty=frame.outcome_certainty.map(str))


def _runs(session: Session, ids: Select[Any], moment: datetime) -> pd.DataFrame:
    """The newest score of each exam, whichever version gave it."""
    scored = select(func.max(col(ModelRun.id))).where(col(ModelRun.exam_id).in_(ids), col(ModelRun.finished_at) < moment)
    last = scored.where(col(ModelRun.outcome) == RunOutcome.scored).group_by(col(ModelRun.exam_id))
    name = col(ModelVersion.name) + "." + col(ModelVersion.tag)
    rows = select(col(ModelRun.exam_id), col(ModelRun.score), col(ModelRun.step), name, col(ModelVersion.synthetic))
    frame = _frame(session, rows.join(ModelVersion, col(ModelVersion.id) == ModelRun.version_id).where(col(ModelRun.id).in_(last)), RUN)
    return frame.assign(score=frame.score.astype(float), step=frame.step.astype(float))

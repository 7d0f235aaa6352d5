"""How well a model's scores told cancer from no cancer in this programme, from the scores and outcomes stored with it."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlmodel import Session, col, func

from core.access import Act, Person
from core.clock import today
from core.errors import Rejected
from core.metrics.accuracy import Accuracy, accuracy, too_few
from core.metrics.labels import Bools, Floats
from core.metrics.screening import bools, final
from core.words import N_, Sentence
from core.workflow import cohort
from core.workflow.card_figures import CardFigure, card_figures
from core.workflow.programmes import card
from db.enums import RunOutcome
from db.tables import Exam, ModelRun, ModelVersion

RULE = N_(
    "Cancer: found within 365 days of the exam. No cancer: 365 days have passed without one. Exams followed up for less, technical recalls "
    "and exams that answer a recall are left out."
)
full_name = col(ModelVersion.name) + "." + col(ModelVersion.tag)


@dataclass(frozen=True)
class Candidate:
    """A version "name.tag" with runs in this programme, and how many exams it scored."""

    key: str
    synthetic: bool
    scored: int


@dataclass(frozen=True)
class ModelPerformance:
    """Scores (n,) and truth (n,) of the exams with full follow-up, where they come from, and what follows; or `reason` why nothing does."""

    model: str
    synthetic: bool
    """The scores are simulated; there is no network behind them."""
    invented: bool
    both: bool
    """Whether the exams are invented ones, and whether real and invented exams exist side by side."""
    scored: int
    no_result: int
    waiting: int
    """Scored exams that are not followed up for 365 days yet."""
    truth: Bools
    score: Floats
    accuracy: Accuracy | None
    reason: Sentence | None
    card_figures: tuple[CardFigure, ...]

    @property
    def n(self) -> int:
        return len(self.truth)

    @property
    def positives(self) -> int:
        return int(self.truth.sum())


def candidates(session: Session, person: Person, card_id: str) -> tuple[Candidate, ...]:
    """Every version with runs on exams of this programme at the person's sites, the one with most scores first."""
    sites = person.sites(Act.see_figures)
    scored = func.count(func.distinct(col(ModelRun.exam_id))).filter(col(ModelRun.outcome) == RunOutcome.scored)
    runs = (
        select(full_name, col(ModelVersion.synthetic), scored)
        .join(ModelRun, col(ModelRun.version_id) == ModelVersion.id)
        .join(Exam, col(Exam.id) == ModelRun.exam_id)
        .where(col(Exam.kind) == card(card_id).kind, col(Exam.site_id).in_(sites))
        .group_by(col(ModelVersion.id), col(ModelVersion.name), col(ModelVersion.tag), col(ModelVersion.synthetic))
    )
    found = [Candidate(*row) for row in session.execute(runs)]
    return tuple(sorted(found, key=lambda one: (-one.scored, one.key)))


def model_performance(
    session: Session, person: Person, *, card_id: str, model: str, start: date, end: date, site_id: int | None = None,
    as_of: date | None = None, synthetic: bool | None = None,
) -> ModelPerformance:  # fmt: skip
    """The version "name.tag" on the exams of [start, end], with what was known on `as_of`; Rejected when there is no such version.

    `synthetic` chooses invented or real exams (None: real ones where there are any); they are never counted together.
    """
    known = as_of or today()
    version = _version(session, model)
    every = cohort.exams_frame(session, person, card_id=card_id, start=start, end=end, site_id=site_id, as_of=known)
    frame, invented, both = cohort.of_one_kind(every, synthetic)
    rows = frame.drop(columns=["score", "step"]).merge(_runs(session, version.id or 0, known), on="exam_id", how="inner")
    usable = rows[bools(rows.score.notna()) & final(rows)]
    ready = usable[bools(usable.mature)]
    truth, score, who = bools(ready.cancer_365.eq(True)), ready.score.to_numpy(dtype=np.float64), ready.participant_id.to_numpy()
    reason = too_few(truth, who)
    return ModelPerformance(
        model=model, synthetic=version.synthetic, invented=invented, both=both, scored=int(rows.score.notna().sum()),
        no_result=int(rows.score.isna().sum()), waiting=len(usable) - len(ready), truth=truth, score=score,
        accuracy=None if reason else accuracy(truth, score, who), reason=reason,
        card_figures=tuple(card_figures(version.card.get("figures") or {})),
    )  # fmt: skip


def _version(session: Session, model: str) -> ModelVersion:
    found: ModelVersion | None = session.execute(select(ModelVersion).where(full_name == model)).scalar_one_or_none()
    if found is None:
        raise Rejected(N_("There is no model version called {model}; choose one from the list"), model=model)
    return found


def _runs(session: Session, version_id: int, known: date) -> pd.DataFrame:
    """The last attempt of the version on each exam, finished by the day `known`; no score where it gave no result."""
    runs = select(func.max(col(ModelRun.id))).where(col(ModelRun.version_id) == version_id)
    last = runs.where(col(ModelRun.finished_at) < cohort.end_of(known)).group_by(col(ModelRun.exam_id))
    rows = select(col(ModelRun.exam_id), col(ModelRun.score)).where(col(ModelRun.id).in_(last))
    frame = pd.DataFrame(session.execute(rows).all(), columns=["exam_id", "score"])
    return frame.astype({"exam_id": np.int64, "score": np.float64})

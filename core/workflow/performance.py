"""How well a model's scores told cancer from no cancer in this programme, from the scores and outcomes stored with it."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlmodel import Session, col

from core.access import Act, Person
from core.clock import today
from core.columns import Rows, current
from core.columns.places import places
from core.errors import Rejected
from core.metrics.accuracy import Accuracy, accuracy, too_few
from core.metrics.labels import Bools, Floats
from core.metrics.screening import bools, final
from core.monitoring.kept_runs import runs_of
from core.words import N_, Sentence
from core.workflow import cohort
from core.workflow.card_figures import CardFigure, card_figures
from db.enums import ModelState, RunOutcome
from db.tables import ModelStatus, ModelVersion, Programme

RULE = N_(
    "Cancer: found within 365 days of the exam. No cancer: 365 days have passed without one. Exams followed up for less, technical recalls "
    "and exams that answer a recall are left out."
)
full_name = col(ModelVersion.name) + "." + col(ModelVersion.tag)


@dataclass(frozen=True)
class Candidate:
    """A version "name.tag" with runs in this programme, how many exams it scored, and its state (None: never given one)."""

    key: str
    synthetic: bool
    scored: int
    state: ModelState | None = None


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
    frame: pd.DataFrame = field(repr=False)
    """The exams behind `truth` and `score`, in the same order, with the columns of the cohort."""

    @property
    def n(self) -> int:
        return len(self.truth)

    @property
    def positives(self) -> int:
        return int(self.truth.sum())

    @property
    def person(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Whose exam each one is (n,)."""
        return np.asarray(self.frame.participant_id, dtype=np.int64)

    def threshold(self, share: float) -> float:
        """The score from which on this share of these exams would be recalled."""
        return float(np.quantile(self.score, 1 - share, method="higher"))


def candidates(session: Session, person: Person, card_id: str) -> tuple[Candidate, ...]:
    """Every version with runs on exams of this programme at the person's sites: most scores first, those in shadow last."""
    runs, states = _runs_in(session, person, card_id), states_of(session)
    scored = runs.is_word("outcome", RunOutcome.scored.value)
    versions = select(ModelVersion).where(col(ModelVersion.id).in_(np.unique(runs["version_id"]).tolist()))
    found = []
    for version in session.execute(versions).scalars():
        exams = np.unique(runs["exam_id"][scored & (runs["version_id"] == version.id)])
        found.append(Candidate(f"{version.name}.{version.tag}", version.synthetic, len(exams), states.get(version.id or 0)))
    return tuple(sorted(found, key=lambda one: (one.state == ModelState.shadow, -one.scored, one.key)))


def _runs_in(session: Session, person: Person, card_id: str) -> Rows:
    """The runs on exams of a programme at the person's sites."""
    kept = current(session)
    runs, exams, episodes = kept["modelrun"], kept["exam"], kept["episode"]
    programmes = session.execute(select(col(Programme.id)).where(col(Programme.card_id) == card_id)).scalars().all()
    mine = np.isin(exams["site_id"], list(person.sites(Act.see_figures)))
    mine &= np.isin(episodes["programme_id"][places(episodes["id"], exams["episode_id"])], list(programmes))
    at = places(exams["id"], runs["exam_id"])
    return runs.take((at >= 0) & mine[at] if len(exams) else at >= 0)


def states_of(session: Session) -> dict[int, ModelState]:
    """The state in which each version is now."""
    rows = session.execute(select(col(ModelStatus.version_id), col(ModelStatus.state)).order_by(col(ModelStatus.at), col(ModelStatus.id)))
    return {row[0]: row[1] for row in rows}


def model_performance(
    session: Session, person: Person, *, card_id: str, model: str, start: date, end: date, site_id: int | None = None,
    as_of: date | None = None, synthetic: bool | None = None,
) -> ModelPerformance:  # fmt: skip
    """The version "name.tag" on the exams of [start, end], with what was known on `as_of`; Rejected when there is no such version.

    `synthetic` chooses invented or real exams (None: real ones where there are any); they are never counted together.
    """
    known = as_of or today()
    version = version_of(session, model)
    every = cohort.exams_frame(session, person, card_id=card_id, start=start, end=end, site_id=site_id, as_of=known)
    frame, invented, both = cohort.of_one_kind(every, synthetic)
    rows = with_runs(frame, runs_of(session, version.id or 0, known))
    ready, waiting = followed_up(rows)
    truth, score, who = bools(ready.cancer_365.eq(True)), ready.score.to_numpy(dtype=np.float64), ready.participant_id.to_numpy()
    reason = too_few(truth, who)
    return ModelPerformance(
        model=model, synthetic=version.synthetic, invented=invented, both=both, scored=int(rows.score.notna().sum()),
        no_result=int(rows.score.isna().sum()), waiting=waiting, truth=truth, score=score,
        accuracy=None if reason else accuracy(truth, score, who), reason=reason,
        card_figures=tuple(card_figures(version.card.get("figures") or {})), frame=ready,
    )  # fmt: skip


def with_runs(frame: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """The exams that a version ran on, with its scores in place of those that count."""
    return frame.drop(columns=["score", "step"]).merge(runs, on="exam_id", how="inner")


def followed_up(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The scored exams whose outcome is known, and how many others wait for theirs."""
    usable = bools(rows.score.notna()) & final(rows)
    ready = usable & bools(rows.mature)
    return rows[ready].reset_index(drop=True), int((usable & ~ready).sum())


def version_of(session: Session, model: str) -> ModelVersion:
    """The version called "name.tag"; Rejected when there is none."""
    found: ModelVersion | None = session.execute(select(ModelVersion).where(full_name == model)).scalar_one_or_none()
    if found is None:
        raise Rejected(N_("There is no model version called {model}; choose one from the list"), model=model)
    return found

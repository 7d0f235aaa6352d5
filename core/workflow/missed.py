"""The missed-case loop: from an interval cancer back to the exam before it, with the reads and the AI score as they were on that day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from core.access import Act, Person
from core.outcomes.known import as_known_on
from core.words import N_, Sentence, say
from core.workflow.opinions import DecisionLine, ReadLine, decision_of, reads_of
from core.workflow.outcomes import latest
from core.workflow.trajectories import exams_of
from core.workflow.withheld import withheld
from db.enums import Certainty, ModelState, OutcomeKind, RunOutcome
from db.tables import ModelRun, ModelStatus, ModelVersion

NOT_THEN = N_("no AI result was there on the day of the decision")


@dataclass(frozen=True)
class ScoreThen:
    """What the AI had said by the day of the decision; never a later run."""

    model: str
    step: int | None
    score: float | None
    run_id: int
    at: date
    synthetic: bool


@dataclass(frozen=True)
class Missed:
    """An exam after which an interval cancer came. `ai` is None exactly when `ai_reason` says why.

    `counts` once a second person approved the outcome; `review` is the class (0–3) a doctor gave the images, where that counts.
    """

    exam_id: int
    exam_date: date
    programme: str
    diagnosed: date
    days_after: int
    certainty: Certainty
    source: str
    reads: tuple[ReadLine, ...]
    decision: DecisionLine | None
    ai: ScoreThen | None
    ai_reason: Sentence | None
    counts: bool = True
    review: int | None = None
    may_review: bool = False


def missed(session: Session, person: Person, participant_id: int) -> tuple[Missed, ...]:
    """Every interval cancer of the participant, the newest first; NotAllowed outside the person's sites."""
    exams = exams_of(session, person, participant_id)
    hidden = withheld(session, person, {exam.id or 0: card_id for exam, card_id in exams})
    found = []
    for exam, card_id in reversed(exams):
        outcome = latest(session, exam.id or 0)
        if outcome is None or outcome.kind != OutcomeKind.interval_cancer:
            continue
        decision, known = decision_of(session, exam.id or 0), as_known_on(session, exam.id or 0)
        counts = known.kind == OutcomeKind.interval_cancer
        reads = reads_of(session, person, exam.id or 0)
        ai, reason = (
            (None, say(N_("AI hidden until you decide")))
            if exam.id in hidden
            else _then(session, exam.id or 0, decision, [read.run_id for read in reads])
        )
        found.append(
            Missed(
                exam_id=exam.id or 0, exam_date=exam.exam_date, programme=card_id, diagnosed=outcome.happened_on,
                days_after=(outcome.happened_on - exam.exam_date).days, certainty=outcome.certainty, source=outcome.source,
                reads=reads, decision=decision, ai=ai, ai_reason=reason, counts=counts, review=known.review,
                may_review=counts and exam.site_id in person.sites(Act.read_cases),
            )
        )  # fmt: skip
    return tuple(found)


def _then(
    session: Session, exam_id: int, decision: DecisionLine | None, in_sight: Sequence[int | None]
) -> tuple[ScoreThen | None, Sentence | None]:
    """The run that readers had in sight, else the last one before the decision of a version that was in force by then."""
    if decision is None:
        return None, say(NOT_THEN)
    rows = select(ModelRun, ModelVersion).join(ModelVersion, col(ModelVersion.id) == ModelRun.version_id)
    rows = rows.where(ModelRun.exam_id == exam_id, ModelRun.outcome == RunOutcome.scored)
    rows = rows.order_by(col(ModelVersion.synthetic), col(ModelRun.id).desc())
    in_force = select(ModelStatus.version_id).where(ModelStatus.state == ModelState.active, ModelStatus.at <= decision.at)
    by_then = rows.where(ModelRun.finished_at <= decision.at, col(ModelRun.version_id).in_(in_force))
    seen = [run_id for run_id in in_sight if run_id is not None]
    row = (session.exec(rows.where(col(ModelRun.id).in_(seen))).first() if seen else None) or session.exec(by_then).first()
    if row is None:
        return None, say(NOT_THEN)
    run, version = row
    then = ScoreThen(
        model=f"{version.name}.{version.tag}", step=run.step, score=run.score, run_id=run.id or 0, at=run.finished_at.date(),
        synthetic=run.synthetic or version.synthetic,
    )  # fmt: skip
    return then, None

"""How a participant's nodules, density and AI scores went over the rounds, as far as a person may know them.

Two points are joined only where somebody or something said that they belong together: nodules by a match, scores by the model version.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from core.access import Act, Person
from core.errors import NotAllowed
from core.words import N_, Sentence, say
from core.workflow.blind import reads_hidden
from core.workflow.nodule_lines import NoduleLine, nodule_lines
from core.workflow.registry import public_ids
from core.workflow.standing import standing
from core.workflow.withheld import withheld
from db.enums import ExamKind, ModelState, RunOutcome
from db.tables import Episode, Exam, ModelRun, ModelStatus, ModelVersion, Participant, Programme, Read, User

HELD_BACK = N_("AI results of {day} are held back until you have read what waits for you")


@dataclass(frozen=True)
class Scored:
    """The AI score of one exam by one model version, 1 to 10."""

    exam_id: int
    at: date
    programme: str
    step: int
    model: str
    synthetic: bool


@dataclass(frozen=True)
class Density:
    """Breast density A to D of one exam: by a reader, or by a model (`ai`)."""

    exam_id: int
    at: date
    letter: str
    by: str
    ai: bool


@dataclass(frozen=True)
class Trajectories:
    """What there is to draw; `held_back` names the exams of which something is not shown."""

    nodules: tuple[NoduleLine, ...]
    scores: tuple[Scored, ...]
    densities: tuple[Density, ...]
    held_back: tuple[Sentence, ...]


def trajectories(session: Session, person: Person, participant_id: int) -> Trajectories:
    """NotAllowed outside the person's sites."""
    exams = exams_of(session, person, participant_id)
    hidden = withheld(session, person, {exam.id or 0: card_id for exam, card_id in exams})
    shown = [(exam, card_id) for exam, card_id in exams if exam.id not in hidden]
    runs = _runs(session, shown)
    return Trajectories(
        nodules=nodule_lines(session, [exam for exam, _ in shown if exam.kind is ExamKind.lung_ct]),
        scores=tuple(score for score, _ in runs if score is not None),
        densities=(*_by_readers(session, person, [exam for exam, _ in exams]), *(density for _, density in runs if density is not None)),
        held_back=tuple(say(HELD_BACK, day=exam.exam_date) for exam, _ in exams if exam.id in hidden),
    )


def exams_of(session: Session, person: Person, participant_id: int) -> list[tuple[Exam, str]]:
    """The participant's exams with their programme, the oldest first."""
    person.must(Act.see_participants)
    site = session.exec(select(Participant.site_id).where(Participant.id == participant_id)).first()
    if site is None or site not in person.sites(Act.see_participants):
        raise NotAllowed(N_("This participant is not at one of your sites."))
    rows = select(Exam, Programme.card_id).join(Episode, col(Episode.id) == Exam.episode_id)
    rows = rows.join(Programme, col(Programme.id) == Episode.programme_id).where(Episode.participant_id == participant_id)
    return list(session.exec(rows.order_by(col(Exam.exam_date), col(Exam.id))).all())


def _runs(session: Session, exams: Sequence[tuple[Exam, str]]) -> list[tuple[Scored | None, Density | None]]:
    """The last scored run of every version that counts or counted; a shadow's never leaves the shadow."""
    of = {exam.id or 0: (exam.exam_date, card_id) for exam, card_id in exams}
    rows = select(ModelRun, ModelVersion).join(ModelVersion, col(ModelVersion.id) == ModelRun.version_id)
    rows = rows.where(col(ModelRun.exam_id).in_(of), ModelRun.outcome == RunOutcome.scored).order_by(col(ModelRun.id))
    newest = {(run.exam_id, version.id): (run, version) for run, version in session.exec(rows) if version.id in _public(session)}
    found: list[tuple[Scored | None, Density | None]] = []
    for run, version in newest.values():
        (at, card_id), model = of[run.exam_id], f"{version.name}.{version.tag}"
        density = run.result.get("density")
        score = Scored(run.exam_id, at, card_id, run.step, model, run.synthetic or version.synthetic) if run.step is not None else None
        found.append((score, Density(run.exam_id, at, density, model, True) if density else None))
    return sorted(found, key=lambda pair: (one.at, one.exam_id) if (one := pair[0] or pair[1]) else (date.min, 0))


def _public(session: Session) -> set[int]:
    """Versions that were ever in force and did not go back into shadow."""
    return set(session.exec(select(ModelStatus.version_id).where(ModelStatus.state == ModelState.active))) & public_ids(session)


def _by_readers(session: Session, person: Person, exams: Sequence[Exam]) -> list[Density]:
    """The density that each reader signed, where the person may see the read."""
    of = {exam.id or 0: exam.exam_date for exam in exams if exam.kind is ExamKind.mammography}
    hidden = reads_hidden(session, person, of)
    rows = select(Read, User.name).join(User, col(User.id) == Read.reader_id).where(col(Read.exam_id).in_(of), standing())
    return [
        Density(read.exam_id, of[read.exam_id], str(read.opinion["density"]), name, False)
        for read, name in session.exec(rows.order_by(col(Read.id)))
        if read.opinion.get("density") and (read.exam_id not in hidden or read.reader_id == person.user_id)
    ]

"""Builders with defaults, so that a test spells out only what matters to it.

Every builder takes a session, adds rows and hands the row out with its id. `days_ago` counts back from now.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any, TypeVar

from argon2 import PasswordHasher
from sqlmodel import Session, select

from core.access import Person, person
from core.clock import now
from core.words import Sentence
from core.workflow import episodes, participants, programmes
from db.enums import (
    Certainty,
    CheckVerdict,
    EpisodeStep,
    ExamKind,
    FindingKind,
    ModelState,
    OutcomeKind,
    ProgrammeDecision,
    RecallStep,
    Role,
    RunOutcome,
    Sex,
)
from db.tables import (
    AiPolicy,
    Assessment,
    Decision,
    Episode,
    Exam,
    ExamInstance,
    Finding,
    Instance,
    ModelRun,
    ModelStatus,
    ModelVersion,
    Outcome,
    Participant,
    Pathology,
    Programme,
    Read,
    Recall,
    RecallEvent,
    RoleGrant,
    SecondCheck,
    Series,
    Site,
    Study,
    User,
)

PASSWORD = "correct horse battery"
_serial = count(1)


@cache
def _password_hash() -> str:
    """A cheap hash, so that tests do not spend their time on it; it says itself how it is to be verified."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


Row = TypeVar("Row")


def _added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def ago(days: float) -> datetime:
    """The moment so many days before now."""
    return now() - timedelta(days=days)


def a_site(session: Session, code: str = "NORTH", *, name: str = "North clinic", synthetic: bool = False) -> Site:
    """The site of that code, made when it is not there."""
    found = session.exec(select(Site).where(Site.code == code)).first()
    return found or _added(session, Site(code=code, name=name, synthetic=synthetic, created_at=now()))


def a_user(
    session: Session,
    login: str = "dana",
    *,
    role: Role = Role.doctor,
    site: Site | None = None,
    everywhere: bool = False,
    active: bool = True,
) -> User:
    """A user with one role at `site` (the default site when not given), or at every site."""
    user = _added(session, User(login=login, name=f"{login.title()} Test", password_hash=_password_hash(), active=active, created_at=now()))
    grant_site = None if everywhere else (site or a_site(session)).id
    _added(session, RoleGrant(user_id=user.id, role=role, site_id=grant_site, granted_at=now()))
    return user


def a_person(
    session: Session, login: str = "dana", *, role: Role = Role.doctor, site: Site | None = None, everywhere: bool = False
) -> Person:
    """Like `a_user`, as the Person that core functions take."""
    user = a_user(session, login, role=role, site=site, everywhere=everywhere)
    assert user.id is not None
    return person(session, user.id)


def a_participant(
    session: Session,
    name: str = "Doe^Jane",
    *,
    identifier: str | None = None,
    site: Site | None = None,
    birth_date: date | None = date(1960, 5, 4),
    sex: Sex = Sex.female,
    synthetic: bool = False,
) -> Participant:
    """A registered participant with a hospital number of its own."""
    return participants.find_or_register(
        session,
        site_id=(site or a_site(session)).id or 0,
        identifier=identifier or f"H{next(_serial):05d}",
        name=name,
        birth_date=birth_date,
        sex=sex,
        synthetic=synthetic,
        author="test",
    )


def an_episode(
    session: Session,
    participant: Participant | None = None,
    *,
    programme: str = "lung",
    days_ago: float = 3,
    steps: tuple[EpisodeStep, ...] = (EpisodeStep.imaged,),
) -> Episode:
    """A round of a participant with these steps, all on the same day."""
    who = participant or a_participant(session)
    episode = episodes.open_episode(session, who.id or 0, programme, ago(days_ago))
    for step in steps:
        episodes.append(session, episode.id or 0, step, ago(days_ago), None)
    return episode


def an_exam(
    session: Session,
    episode: Episode | None = None,
    *,
    participant: Participant | None = None,
    programme: str = "lung",
    days_ago: float = 3,
    complete: bool = True,
    images: int = 1,
    problem: Sentence | None = None,
    synthetic: bool = False,
    phantom: bool = False,
) -> Exam:
    """An exam of a participant, complete and with `images` stored instances (rows only; no object lies behind them)."""
    round_ = episode or an_episode(session, participant, programme=programme, days_ago=days_ago)
    who = session.get_one(Participant, round_.participant_id)
    card_id = session.get_one(Programme, round_.programme_id).card_id
    at = ago(days_ago)
    exam = _added(
        session,
        Exam(
            episode_id=round_.id or 0, site_id=who.site_id, kind=programmes.card(card_id).kind, exam_date=at.date(), received_at=at,
            completed_at=at if complete else None, problem=problem.to_json() if problem else "", synthetic=synthetic, phantom=phantom,
        ),
    )  # fmt: skip
    some_images(session, exam, images)
    return exam


def some_images(session: Session, exam: Exam, count: int, *, parts: tuple[str, ...] = ()) -> list[Instance]:
    """Instance rows of an exam: slices of one volume for CT, the four views in turn for mammography."""
    if not count:
        return []
    round_ = session.get_one(Episode, exam.episode_id)
    uid = f"1.2.826.0.1.{next(_serial)}"
    study = _added(session, Study(study_uid=uid, site_id=exam.site_id, participant_id=round_.participant_id, study_date=exam.exam_date))
    series = _added(session, Series(study_id=study.id, series_uid=f"{uid}.1", modality="CT" if exam.kind == ExamKind.lung_ct else "MG"))
    views = parts or (("volume",) if exam.kind == ExamKind.lung_ct else ("L-CC", "L-MLO", "R-CC", "R-MLO"))
    made = []
    for k in range(count):
        instance = _added(
            session,
            Instance(
                series_id=series.id, sop_uid=f"{uid}.1.{k + 1}", sop_class="1.2.840.10008.5.1.4.1.1.2", size_bytes=1,
                received_at=exam.received_at, transfer_syntax="1.2.840.10008.1.2.1", object_key="0" * 64, header={},
            ),
        )  # fmt: skip
        _added(session, ExamInstance(exam_id=exam.id, instance_id=instance.id, part=views[k % len(views)]))
        made.append(instance)
    return made


def a_model(
    session: Session, name: str = "lung-ct", *, tag: str = "1", state: ModelState | None = ModelState.active, synthetic: bool = False
) -> ModelVersion:
    """A registered model version in that state; the one of that name and tag when it is there."""
    found = session.exec(select(ModelVersion).where(ModelVersion.name == name, ModelVersion.tag == tag)).first()
    if found:
        return found
    card = {"limits": ["Not tested on other scanners"], "intended_use": "research"}
    version = _added(
        session, ModelVersion(name=name, tag=tag, weights_sha256="a" * 64, card=card, synthetic=synthetic, registered_at=ago(400))
    )
    if state is not None:
        _added(session, ModelStatus(version_id=version.id, state=state, at=ago(400)))
    return version


def a_run(
    session: Session,
    exam: Exam,
    *,
    step: int | None = 3,
    version: ModelVersion | None = None,
    no_result: Sentence | None = None,
    nodules: tuple[tuple[float, float], ...] = (),
    result: dict[str, Any] | None = None,
    attempt: int = 1,
    synthetic: bool = False,
) -> ModelRun:
    """A run of the active model; `nodules` are (mean diameter in mm, suspicion), each becomes a finding. With `no_result` it has none."""
    used = version or a_model(session, programmes_model(exam))
    scored = no_result is None
    run = _added(
        session,
        ModelRun(
            exam_id=exam.id, version_id=used.id, attempt=attempt, device="cpu", started_at=now(), finished_at=now(),
            outcome=RunOutcome.scored if scored else RunOutcome.no_result, reason="" if no_result is None else no_result.to_json(),
            score=(step or 1) / 10 if scored else None, step=step if scored else None, result=result or {}, synthetic=synthetic,
            stage_seconds={"decode": 1.0, "infer": 2.5},
        ),
    )  # fmt: skip
    for number, (diameter, suspicion) in enumerate(nodules, start=1):
        a_finding(session, run, number=number, mean_diameter_mm=diameter, malignancy=suspicion)
    return run


def a_finding(session: Session, run: ModelRun, **fields: Any) -> Finding:
    """A nodule of a run; give other fields of Finding to change it."""
    defaults = {"number": 1, "kind": FindingKind.nodule, "probability": 0.9, "place": {"center_lps_mm": [1.0, 2.0, 3.0], "slice": 7}}
    return _added(session, Finding(run_id=run.id, **defaults | fields))


def programmes_model(exam: Exam) -> str:
    """The name of the model that scores exams of this kind."""
    return next(card.model for card in programmes.cards().values() if card.kind == exam.kind)


def a_read(
    session: Session, exam: Exam, reader: User | Person, *, category: str = "2",
    decision: ProgrammeDecision = ProgrammeDecision.routine_recall, days_ago: float = 1, saw_ai: bool = False,
    opinion: dict[str, Any] | None = None, seconds: float = 0,
) -> Read:  # fmt: skip
    """A signed opinion that took so many seconds, the row alone: no decision follows."""
    reader_id = reader.user_id if isinstance(reader, Person) else reader.id
    signed = ago(days_ago)
    return _added(
        session,
        Read(
            exam_id=exam.id, reader_id=reader_id, category=category, decision=decision, saw_ai=saw_ai,
            opened_at=signed - timedelta(seconds=seconds), committed_at=signed, opinion=opinion or {},
        ),
    )  # fmt: skip


def a_policy(session: Session, programme: str = "lung", shows: str = "beside", *, days_ago: float = 900, **settings: object) -> AiPolicy:
    """A reading policy in force since then; what is not given is as the programme's card says."""
    row = programmes.programme_row(session, programme)
    before = session.exec(select(AiPolicy.version).where(AiPolicy.programme_id == row.id)).all()
    made = AiPolicy(programme_id=row.id, version=max(before, default=0) + 1, kind=shows, valid_from=ago(days_ago), settings=settings)
    return _added(session, made)


def a_decision(
    session: Session, exam: Exam, author: User | Person, *, decision: ProgrammeDecision = ProgrammeDecision.routine_recall,
    category: str = "2", days_ago: float = 1,
) -> Decision:  # fmt: skip
    """A decision, the row alone: no recall follows."""
    author_id = author.user_id if isinstance(author, Person) else author.id
    return _added(session, Decision(exam_id=exam.id, decision=decision, category=category, author_id=author_id, at=ago(days_ago)))


def a_recall(
    session: Session,
    decision: Decision,
    *,
    due_in_days: int = 14,
    steps: tuple[RecallStep, ...] = (RecallStep.opened,),
    days_ago: float = 1,
) -> Recall:
    """A recall after a decision with these steps taken."""
    due = (datetime.now(UTC) + timedelta(days=due_in_days)).date()
    recall = _added(
        session, Recall(exam_id=decision.exam_id, decision_id=decision.id, kind=decision.decision, due=due, opened_at=ago(days_ago))
    )
    for step in steps:
        _added(session, RecallEvent(recall_id=recall.id, step=step, at=ago(days_ago), note=""))
    return recall


def an_outcome(
    session: Session, exam: Exam, *, kind: OutcomeKind = OutcomeKind.benign, certainty: Certainty = Certainty.final, days_ago: float = 0,
    checked: bool = True,
) -> Outcome:  # fmt: skip
    """What it turned out to be, entered on the day on which it happened and checked by a second person at once."""
    at = ago(days_ago)
    row = _added(
        session, Outcome(exam_id=exam.id, kind=kind, certainty=certainty, happened_on=at.date(), source="Pathology", entered_at=at)
    )
    if checked:
        a_check(session, row, at)
    return row


def a_check(
    session: Session, row: Outcome | Assessment | Pathology, at: datetime | None = None, verdict: CheckVerdict = CheckVerdict.approved
) -> SecondCheck:
    """A second person's word on an entry, at the moment of the entry when none is given."""
    return _added(session, SecondCheck(subject=str(row.__tablename__), row_id=row.id, verdict=verdict, at=at or row.entered_at))

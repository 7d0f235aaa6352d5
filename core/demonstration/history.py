"""Three years of an invented screening programme, written as the rows that real work would have left."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from core.clock import now
from core.demonstration.people import full_name
from core.demonstration.screening import Plan, Round, plan, simulate
from core.sealing import keyed_hash, seal, tokens
from core.words import N_, say
from core.workflow.programmes import card, due, programme_row
from db.enums import Certainty, EpisodeStep, ExamKind, ModelState, OutcomeKind, ProgrammeDecision, RecallStep, RunOutcome, Sex
from db.tables import (
    Decision,
    Episode,
    EpisodeEvent,
    Exam,
    ModelRun,
    ModelStatus,
    ModelVersion,
    Outcome,
    Participant,
    ParticipantToken,
    Read,
    Recall,
    RecallEvent,
    Site,
    User,
)  # fmt: skip

SIZES = {"lung": 420, "breast": 640}
MODEL_NAMES = {"lung": "simulated-lung-scores", "breast": "simulated-breast-scores"}
KINDS = {"lung": ExamKind.lung_ct, "breast": ExamKind.mammography}
CANCERS = (OutcomeKind.cancer, OutcomeKind.interval_cancer)
Row = TypeVar("Row", bound=SQLModel)


@dataclass
class Book:
    """Everything that is written for one programme, kept until whole tables can be inserted at once."""

    today: date
    site_ids: Sequence[int]
    reader_ids: Sequence[int]
    rows: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, table: type[SQLModel], **values: Any) -> None:
        self.rows[table].append(values)

    def write(self, session: Session, *tables: type[SQLModel]) -> None:
        for table in tables:
            if self.rows[table]:
                session.execute(insert(table), self.rows.pop(table))


def write(session: Session, sites: list[Site], readers: list[User], today: date, seed: int = 2026) -> None:
    """Fill the demonstration sites with participants, episodes, reads, recalls, outcomes and simulated scores of both programmes."""
    rng = random.Random(seed)
    book = Book(today, [site.id or 0 for site in sites], [reader.id or 0 for reader in readers])
    for programme, size in SIZES.items():
        plans = [made for made in (plan(rng, programme, today) for _ in range(size)) if made.exam_dates or made.missed_dates]
        _programme(session, book, rng, programme, plans)


def _programme(session: Session, book: Book, rng: random.Random, programme: str, plans: list[Plan]) -> None:
    people = _participants(session, book, rng, plans)
    rounds = [
        (person, made.round_of(day), simulate(rng, programme, number, day))
        for person, made in zip(people, plans, strict=True)
        for number, day in enumerate(made.exam_dates, start=1)
    ]
    rounds = _without_rounds_after_cancer(rounds)
    told = {person.id: one.exam_date for person, _, one in rounds if one.outcome in CANCERS}
    missed = [(person, made, day) for person, made in zip(people, plans, strict=True) for day in made.missed_dates]
    invited = [(person, made.round_of(day), day) for person, made, day in missed if day < told.get(person.id, day + timedelta(days=1))]
    _missed(session, book, programme, invited)
    episode_ids, exam_ids = _exams(session, book, programme, [(person, number, one.exam_date) for person, number, one in rounds])
    version = _model_version(session, programme)
    limits = _tenths([one.score for _, _, one in rounds])
    for (_, _, one), exam_id, episode_id in zip(rounds, exam_ids, episode_ids, strict=True):
        _reads(book, rng, exam_id, one)
        _after_reading(book, episode_id, one)
        _score(book, exam_id, version, one, limits)
    decision_ids = _insert(session, Decision, book.rows.pop(Decision))
    _recalls(session, book, rng, programme, [one for _, _, one in rounds], exam_ids, decision_ids)
    book.write(session, Read, ModelRun, Outcome, EpisodeEvent)


def _participants(session: Session, book: Book, rng: random.Random, plans: list[Plan]) -> list[Participant]:
    made = []
    for number, one in enumerate(plans, start=1):
        name = full_name(rng, female=one.sex == Sex.female)
        identifier = f"{one.programme[0].upper()}{rng.randint(0, 9)}-{number:05d}"
        row: dict[str, Any] = {
            "number": f"DEMO-{one.programme[0].upper()}{number:04d}", "site_id": book.site_ids[number % 2], "birth_date": one.birth_date,
            "sex": one.sex, "name_sealed": seal(name), "identifier_sealed": seal(identifier), "identifier_key": keyed_hash(identifier),
            "synthetic": True, "created_at": _moment(min(one.exam_dates + one.missed_dates), 8),
        }  # fmt: skip
        made.append((name, identifier, row))
    ids = _insert(session, Participant, [row for _, _, row in made])
    searchable = [
        {"participant_id": id_, "token": token}
        for id_, (name, identifier, _) in zip(ids, made, strict=True)
        for token in tokens(name, identifier)
    ]
    session.execute(insert(ParticipantToken), searchable)
    return [Participant(id=id_, **row) for id_, (_, _, row) in zip(ids, made, strict=True)]


def _without_rounds_after_cancer(rounds: list[tuple[Participant, int, Round]]) -> list[tuple[Participant, int, Round]]:
    """Who has been told of a cancer is not screened again."""
    kept, ill = [], set()
    for person, number, one in rounds:
        if person.id not in ill:
            kept.append((person, number, one))
        if one.outcome in CANCERS:
            ill.add(person.id)
    return kept


def _exams(session: Session, book: Book, programme: str, exams: list[tuple[Participant, int, date]]) -> tuple[list[int], list[int]]:
    """Episodes and exams with their first steps; the ids of both."""
    episode_ids = _episodes(session, programme, exams)
    for episode_id, (_, _, day) in zip(episode_ids, exams, strict=True):
        for step, when in ((EpisodeStep.invited, day - timedelta(days=28)), (EpisodeStep.attended, day), (EpisodeStep.imaged, day)):
            book.add(EpisodeEvent, episode_id=episode_id, step=step, happened_at=_moment(when, 9), entered_at=_moment(when, 9), note="")
    made = [
        {
            "episode_id": episode_id, "site_id": person.site_id, "kind": KINDS[programme], "exam_date": day,
            "received_at": _moment(day, 11), "completed_at": _moment(day, 11), "problem": "", "synthetic": True, "phantom": False,
        }
        for episode_id, (person, _, day) in zip(episode_ids, exams, strict=True)
    ]  # fmt: skip
    return episode_ids, _insert(session, Exam, made)


def _missed(session: Session, book: Book, programme: str, invitations: list[tuple[Participant, int, date]]) -> None:
    """Rounds to which somebody was invited and did not come."""
    for episode_id, (_, _, day) in zip(_episodes(session, programme, invitations), invitations, strict=True):
        for step, when in ((EpisodeStep.invited, day - timedelta(days=28)), (EpisodeStep.did_not_attend, day)):
            book.add(EpisodeEvent, episode_id=episode_id, step=step, happened_at=_moment(when, 9), entered_at=_moment(when, 9), note="")


def _episodes(session: Session, programme: str, rounds: list[tuple[Participant, int, date]]) -> list[int]:
    row = programme_row(session, programme)
    opened = [
        {"participant_id": person.id, "programme_id": row.id, "round": number, "opened_at": _moment(day - timedelta(days=28), 9)}
        for person, number, day in rounds
    ]
    return _insert(session, Episode, opened)


def _reads(book: Book, rng: random.Random, exam_id: int, one: Round) -> None:
    """Signed opinions and the decision that followed."""
    readers = rng.sample(list(book.reader_ids), len(one.categories))
    for order, (reader, category, decision) in enumerate(zip(readers, one.categories, one.decisions, strict=True)):
        signed = _moment(one.exam_date + timedelta(days=one.read_after_days), 10 + order, rng.randint(0, 59))
        opinion = {"density": one.density} if one.density else {}
        book.add(
            Read, exam_id=exam_id, reader_id=reader, category=category, decision=decision, opinion=opinion, saw_ai=False, run_id=None,
            opened_at=signed - timedelta(seconds=rng.randint(35, 240)), committed_at=signed,
        )  # fmt: skip
    decided = _moment(one.exam_date + timedelta(days=one.read_after_days), 15)
    reason = "" if len(set(one.decisions)) == 1 else say(N_("The readers differed; the decision was taken together")).to_json()
    book.add(Decision, exam_id=exam_id, decision=one.decision, category=one.category, author_id=readers[0], at=decided, reason=reason)


def _after_reading(book: Book, episode_id: int, one: Round) -> None:
    """The episode is read, and then closed or recalled."""
    decided = _moment(one.exam_date + timedelta(days=one.read_after_days), 15)
    last = EpisodeStep.closed if one.decision == ProgrammeDecision.routine_recall else EpisodeStep.recalled
    for step in (EpisodeStep.read, last):
        book.add(EpisodeEvent, episode_id=episode_id, step=step, happened_at=decided, entered_at=decided, note="")


def _score(book: Book, exam_id: int, version: int, one: Round, limits: list[float]) -> None:
    book.add(
        ModelRun, exam_id=exam_id, version_id=version, attempt=1, workflow_id="", device="simulated", started_at=_moment(one.exam_date, 11),
        finished_at=_moment(one.exam_date, 11, 1), stage_seconds={}, thresholds={}, input_uids=[], outcome=RunOutcome.scored, reason="",
        score=round(one.score, 4), step=1 + sum(one.score > limit for limit in limits), result={"simulated": True}, synthetic=True,
    )  # fmt: skip


def _recalls(
    session: Session, book: Book, rng: random.Random, programme: str, rounds: list[Round], exam_ids: list[int], decision_ids: list[int]
) -> None:
    """Recalls with their steps, and what they led to. What would lie in the future has not happened yet."""
    called, opened = [], []
    for one, exam_id, decision_id in zip(rounds, exam_ids, decision_ids, strict=True):
        decided = one.exam_date + timedelta(days=one.read_after_days)
        if one.decision == ProgrammeDecision.routine_recall:
            _record_outcome(book, exam_id, one, one.exam_date + timedelta(days=one.outcome_after_days), "cancer registry")
            continue
        until = due(card(programme), one.decision, decided, one.category)
        row = {"exam_id": exam_id, "decision_id": decision_id, "kind": one.decision, "due": until, "opened_at": _moment(decided, 15)}
        opened.append(row)
        called.append((one, exam_id, decided, until))
    for recall_id, (one, exam_id, decided, until) in zip(_insert(session, Recall, opened), called, strict=True):
        _steps(book, rng, recall_id, one, exam_id, decided, until)
    book.write(session, RecallEvent)


def _steps(book: Book, rng: random.Random, recall_id: int, one: Round, exam_id: int, decided: date, until: date) -> None:
    came = until - timedelta(days=rng.randint(0, max(1, (until - decided).days // 2)))
    lost = rng.random() < 0.05 and until > book.today - timedelta(days=45)  # older ones were found in the end
    steps = [
        (RecallStep.opened, decided, 15),
        (RecallStep.contacted, decided + timedelta(days=2), 10),
        (RecallStep.booked, decided + timedelta(days=3), 11),
    ]
    if not lost:
        steps += [(RecallStep.attended, came, 9), (RecallStep.closed, came + timedelta(days=6), 12)]
    for step, day, hour in steps:
        if day < book.today:
            book.add(RecallEvent, recall_id=recall_id, step=step, at=_moment(day, hour), author_id=None, note="")
    if not lost:
        _record_outcome(book, exam_id, one, came + timedelta(days=6), "assessment clinic")


def _record_outcome(book: Book, exam_id: int, one: Round, day: date, source: str) -> None:
    if one.outcome is None or day >= book.today:
        return
    certainty = Certainty.final if (book.today - day).days > 20 else Certainty.provisional
    book.add(
        Outcome, exam_id=exam_id, kind=one.outcome, certainty=certainty, happened_on=day, source=source, detail=one.detail, entered_by=None,
        entered_at=_moment(day, 13),
    )  # fmt: skip


def _model_version(session: Session, programme: str) -> int:
    """A version that stands for simulated scores, so that they are never taken for a network's; it can never run."""
    version = ModelVersion(
        name=MODEL_NAMES[programme], tag="1", weights_sha256="", card={"task": "simulated scores, no network"}, synthetic=True,
        registered_at=now(),
    )  # fmt: skip
    session.add(version)
    session.flush()
    session.add(ModelStatus(version_id=version.id or 0, state=ModelState.retired, at=now()))
    session.flush()
    return version.id or 0


def _tenths(scores: list[float]) -> list[float]:
    """The nine limits between tenths of the population."""
    ordered = sorted(scores)
    return [ordered[len(ordered) * tenth // 10] for tenth in range(1, 10)]


def _insert(session: Session, table: type[Row], rows: list[dict[str, Any]]) -> list[int]:
    """Insert many rows at once; their ids in the order given."""
    if not rows:
        return []
    column = table.__table__.c.id  # type: ignore[attr-defined]
    return list(session.scalars(insert(table).returning(column, sort_by_parameter_order=True), rows))


def _moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=UTC)

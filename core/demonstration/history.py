"""Three years of an invented screening programme, written as the rows that real work would have left."""

import random
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from core.demonstration.book import Book, insert_rows, moment
from core.demonstration.people import full_name
from core.demonstration.plans import Plan, plan, recent
from core.demonstration.read import model_version, tenths, write_reads, write_score, write_steps
from core.demonstration.recalled import write_recalls
from core.demonstration.screening import Round, simulate, waiting
from core.sealing import keyed_hash, seal, tokens
from core.workflow.programmes import programme_row
from db.enums import EpisodeStep, ExamKind, OutcomeKind, Sex
from db.tables import (
    Arbitration,
    ArbitrationAuthor,
    Decision,
    Episode,
    EpisodeEvent,
    Exam,
    ModelRun,
    Outcome,
    Participant,
    ParticipantToken,
    Read,
    Site,
    User,
)  # fmt: skip

SIZES = {"lung": 420, "breast": 640}
KINDS = {"lung": ExamKind.lung_ct, "breast": ExamKind.mammography}
WAITING = ("arbitration",) * 5 + ("finalisation",) * 3
"""What two readers have just read in the breast programme and nobody has decided."""
CANCERS = (OutcomeKind.cancer, OutcomeKind.interval_cancer)


def write(session: Session, sites: list[Site], readers: list[User], today: date, seed: int = 2026) -> None:
    """Fill the demonstration sites with participants, episodes, reads, recalls, outcomes and simulated scores of both programmes."""
    rng = random.Random(seed)
    book = Book(today, [site.id or 0 for site in sites], {reader.id or 0: reader.name for reader in readers})
    for programme, size in SIZES.items():
        plans = [made for made in (plan(rng, programme, today) for _ in range(size)) if made.exam_dates or made.missed_dates]
        if programme == "breast":
            plans += [recent(rng, today, waits) for waits in WAITING]
        _programme(session, book, rng, programme, plans)


def _programme(session: Session, book: Book, rng: random.Random, programme: str, plans: list[Plan]) -> None:
    people = _participants(session, book, rng, plans)
    rounds = [
        (person, made.round_of(day), waiting(rng, day, made.waits) if made.waits else simulate(rng, programme, number, day))
        for person, made in zip(people, plans, strict=True)
        for number, day in enumerate(made.exam_dates, start=1)
    ]
    rounds = _without_rounds_after_cancer(rounds)
    told = {person.id: one.exam_date for person, _, one in rounds if one.outcome in CANCERS}
    missed = [(person, made, day) for person, made in zip(people, plans, strict=True) for day in made.missed_dates]
    invited = [(person, made.round_of(day), day) for person, made, day in missed if day < told.get(person.id, day + timedelta(days=1))]
    _missed(session, book, programme, invited)
    episode_ids, exam_ids = _exams(session, book, programme, [(person, number, one.exam_date) for person, number, one in rounds])
    version = model_version(session, programme)
    limits = tenths([one.score for _, _, one in rounds])
    for (_, _, one), exam_id, episode_id in zip(rounds, exam_ids, episode_ids, strict=True):
        write_reads(book, rng, exam_id, one)
        write_steps(book, episode_id, one)
        write_score(book, exam_id, version, one, limits)
    decision_ids = insert_rows(session, Decision, book.rows.pop(Decision))
    decided = [(one, exam_id) for (_, _, one), exam_id in zip(rounds, exam_ids, strict=True) if not one.waits]
    write_recalls(session, book, rng, programme, [one for one, _ in decided], [exam_id for _, exam_id in decided], decision_ids)
    _arbitrations(session, book)
    book.write(session, Read, ModelRun, Outcome, EpisodeEvent)


def _arbitrations(session: Session, book: Book) -> None:
    rows = book.rows.pop(Arbitration, [])
    ids = insert_rows(session, Arbitration, rows)
    for arbitration_id, row in zip(ids, rows, strict=True):
        book.add(ArbitrationAuthor, arbitration_id=arbitration_id, user_id=book.arbitrators[row["exam_id"]])
    book.write(session, ArbitrationAuthor)


def _participants(session: Session, book: Book, rng: random.Random, plans: list[Plan]) -> list[Participant]:
    made = []
    for number, one in enumerate(plans, start=1):
        name = full_name(rng, female=one.sex == Sex.female)
        identifier = f"{one.programme[0].upper()}{rng.randint(0, 9)}-{number:05d}"
        row: dict[str, Any] = {
            "number": f"DEMO-{one.programme[0].upper()}{number:04d}", "site_id": book.site_ids[number % 2], "birth_date": one.birth_date,
            "sex": one.sex, "name_sealed": seal(name), "identifier_sealed": seal(identifier), "identifier_key": keyed_hash(identifier),
            "synthetic": True, "created_at": moment(min(one.exam_dates + one.missed_dates), 8),
        }  # fmt: skip
        made.append((name, identifier, row))
    ids = insert_rows(session, Participant, [row for _, _, row in made])
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
            book.add(EpisodeEvent, episode_id=episode_id, step=step, happened_at=moment(when, 9), entered_at=moment(when, 9), note="")
    made = [
        {
            "episode_id": episode_id, "site_id": person.site_id, "kind": KINDS[programme], "exam_date": day,
            "received_at": moment(day, 11), "completed_at": moment(day, 11), "problem": "", "synthetic": True, "phantom": False,
        }
        for episode_id, (person, _, day) in zip(episode_ids, exams, strict=True)
    ]  # fmt: skip
    return episode_ids, insert_rows(session, Exam, made)


def _missed(session: Session, book: Book, programme: str, invitations: list[tuple[Participant, int, date]]) -> None:
    """Rounds to which somebody was invited and did not come."""
    for episode_id, (_, _, day) in zip(_episodes(session, programme, invitations), invitations, strict=True):
        for step, when in ((EpisodeStep.invited, day - timedelta(days=28)), (EpisodeStep.did_not_attend, day)):
            book.add(EpisodeEvent, episode_id=episode_id, step=step, happened_at=moment(when, 9), entered_at=moment(when, 9), note="")


def _episodes(session: Session, programme: str, rounds: list[tuple[Participant, int, date]]) -> list[int]:
    row = programme_row(session, programme)
    opened = [
        {"participant_id": person.id, "programme_id": row.id, "round": number, "opened_at": moment(day - timedelta(days=28), 9)}
        for person, number, day in rounds
    ]
    return insert_rows(session, Episode, opened)

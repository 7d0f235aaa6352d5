"""Pairs of entries that may be one person, side by side, the most alike first; those that somebody has settled are gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.access import Act, Person
from core.batches import batches
from core.cohorts import lookalikes
from core.cohorts.alike import words
from core.cohorts.lookalikes import Looked
from core.cohorts.standing import merged
from core.errors import NotAllowed
from core.words import N_, Sentence
from core.workflow.participants import ParticipantLine, line
from db.tables import Participant, ParticipantsApart

AT_ONCE = 5000


@dataclass(frozen=True)
class Pair:
    """Two entries (the earlier one first), how alike they are from 0 to 1, and why."""

    first: ParticipantLine
    second: ParticipantLine
    score: float
    reasons: tuple[Sentence, ...]


@dataclass(frozen=True)
class Found:
    """A page of `total` open pairs; `at`: when everybody was looked through, `behind`: participants have come since."""

    pairs: tuple[Pair, ...]
    total: int
    at: datetime | None
    participants: int
    behind: bool


def found(session: Session, person: Person, *, page: int = 0, size: int = 20) -> Found:
    """The open pairs at the person's sites. Looks everybody through first where they are few; else the worker does."""
    person.must(Act.work_queue)
    looked = lookalikes.kept()
    behind = lookalikes.is_new(session, looked)
    if behind and _few(session):
        looked, behind = lookalikes.look(session), False
    if looked is None:
        return Found((), 0, None, 0, behind)
    rows = _open(session, person, looked)
    shown = [_pair(session, person, *row) for row in rows[page * size : (page + 1) * size]]
    return Found(tuple(shown), len(rows), looked.at, looked.participants, behind)


def pair(session: Session, person: Person, first_id: int, second_id: int) -> Pair:
    """One pair that was found; NotAllowed outside the person's sites or when it was settled meanwhile."""
    looked = lookalikes.kept()
    for row in _open(session, person, looked) if looked else ():
        if row[:2] == (min(first_id, second_id), max(first_id, second_id)):
            return _pair(session, person, *row)
    raise NotAllowed(N_("This pair is settled already, or it is not at your sites."))


def _few(session: Session) -> bool:
    return session.exec(select(func.count()).select_from(Participant)).one() <= lookalikes.BY_HAND


def _open(session: Session, person: Person, looked: Looked) -> list[tuple[int, int, float, list[list[object]]]]:
    ids = {one for pair in looked.pairs for one in pair[:2]}
    mine, gone = _at_sites(session, ids, person.sites(Act.work_queue)), merged(session, ids)
    told = set(session.exec(select(ParticipantsApart.first_id, ParticipantsApart.second_id)).all())
    return [
        row
        for row in looked.pairs
        if row[0] in mine and row[1] in mine and row[0] not in gone and row[1] not in gone and row[:2] not in told
    ]


def _at_sites(session: Session, ids: Iterable[int], sites: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for some in batches(ids, AT_ONCE):
        rows = select(col(Participant.id)).where(col(Participant.id).in_(some), col(Participant.site_id).in_(sites))
        found |= {one for one in session.exec(rows) if one is not None}
    return found


def _pair(session: Session, person: Person, first: int, second: int, score: float, reasons: list[list[object]]) -> Pair:
    return Pair(line(session, person, first), line(session, person, second), score, words(reasons))

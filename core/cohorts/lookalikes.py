"""Looks through all participants for entries that may be one person. Not all pairs: only those born on one day, those of one name whose
days of birth differ by a slip of the pen, and those of one patient number at two sites."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import select as columns
from sqlmodel import Session, col, func, select

from core.clock import now
from core.cohorts.alike import ALIKE, judged, name_key, near_days
from core.cohorts.standing import present
from core.objects import store
from core.sealing import unseal
from db.tables import Participant, ParticipantMerge

NAME = "lookalikes/found.json"
MOST = 5_000  # pairs that are kept, the most alike first
DENSE = 1_500  # participants of one day; more of them only share a placeholder for an unknown one
COMMON = 400  # participants of one name; more of them are compared by their day alone
LEAST = 0.65
BY_HAND = 20_000  # participants that are looked through while somebody waits
PAUSE_S = 900  # between two looks through more participants than that

Pair = tuple[int, int]
Judged = tuple[float, list[list[object]]]


@dataclass(frozen=True)
class One:
    """What is compared of a participant."""

    id: int
    site_id: int
    number_key: str
    name: str
    born: date | None
    sex: str


@dataclass(frozen=True)
class Looked:
    """What was found when: pairs (lower id first) with score and reasons, the most alike first."""

    at: datetime
    participants: int
    newest: int
    merges: int
    pairs: tuple[tuple[int, int, float, list[list[object]]], ...]


def kept() -> Looked | None:
    """What was found the last time."""
    content = store().get_named(NAME)
    if content is None:
        return None
    found = json.loads(content)
    pairs = tuple((first, second, score, reasons) for first, second, score, reasons in found.pop("pairs"))
    return Looked(**{**found, "at": datetime.fromisoformat(found["at"])}, pairs=pairs)


def is_new(session: Session, looked: Looked | None) -> bool:
    """Whether participants or merges have come since."""
    return looked is None or (looked.participants, looked.newest, looked.merges) != _extent(session)


def look(session: Session) -> Looked:
    """Look through everybody and keep what was found, sealed and without names."""
    participants, newest, merges = _extent(session)
    found = sorted(_pairs(list(_everybody(session))).items(), key=lambda item: (-item[1][0], item[0]))[:MOST]
    looked = Looked(now(), participants, newest, merges, tuple((*pair, round(score, 3), why) for pair, (score, why) in found))
    store().put_named(NAME, json.dumps(vars(looked), default=_plain).encode())
    return looked


def look_when_due(session: Session) -> bool:
    """Look again when participants have come, not all the time when they are many; whether it was done. For the sweep."""
    looked = kept()
    if not is_new(session, looked):
        return False
    if looked and looked.participants > BY_HAND and (now() - looked.at).total_seconds() < PAUSE_S:
        return False
    look(session)
    return True


def _extent(session: Session) -> tuple[int, int, int]:
    participants, newest = session.exec(select(func.count(), func.max(Participant.id)).select_from(Participant)).one()
    return participants, newest or 0, session.exec(select(func.count()).select_from(ParticipantMerge)).one()


def _everybody(session: Session) -> Iterator[One]:
    rows: Any = columns(
        col(Participant.id), col(Participant.site_id), col(Participant.identifier_key), col(Participant.name_sealed),
        col(Participant.birth_date), col(Participant.sex),
    ).where(present()).order_by(col(Participant.id))  # fmt: skip
    for who, site_id, number_key, name, born, sex in session.execute(rows):
        yield One(who, site_id, number_key, name_key(unseal(name)), born, sex.value)


def _pairs(everybody: Sequence[One]) -> dict[Pair, Judged]:
    """By blocks, each small; a pair found twice is judged once."""
    found: dict[Pair, Judged] = {}
    for one, other, births in (*_of_one_day(everybody), *_of_one_name(everybody), *_of_one_number(everybody)):
        pair = (min(one.id, other.id), max(one.id, other.id))
        if pair in found:
            continue
        same_sex = one.sex == other.sex or "unknown" in (one.sex, other.sex)
        verdict = judged(one.number_key == other.number_key, one.name, other.name, births, same_sex)
        if verdict is not None and verdict[0] >= LEAST:
            found[pair] = verdict
    return found


def _of_one_day(everybody: Sequence[One]) -> Iterator[tuple[One, One, str]]:
    days: dict[date, list[One]] = defaultdict(list)
    for one in everybody:
        if one.born is not None:
            days[one.born].append(one)
    for block in days.values():
        if 1 < len(block) <= DENSE:
            names = [one.name for one in block]
            ratio = process.cdist(names, names, scorer=fuzz.token_set_ratio, score_cutoff=ALIKE)
            yield from ((block[i], block[j], "born") for i, j in zip(*ratio.nonzero(), strict=True) if i < j)


def _of_one_name(everybody: Sequence[One]) -> Iterator[tuple[One, One, str]]:
    names: dict[str, list[One]] = defaultdict(list)
    for one in everybody:
        if one.born is not None:
            names[one.name].append(one)
    for block in names.values():
        if not 1 < len(block) <= COMMON:
            continue
        days: dict[date, list[One]] = defaultdict(list)
        for one in block:
            days[one.born or date.min].append(one)
        yield from ((one, other, births) for one in block for births, day in near_days(one.born or date.min)
                    for other in days.get(day, ()) if one.id < other.id)  # fmt: skip


def _of_one_number(everybody: Sequence[One]) -> Iterator[tuple[One, One, str]]:
    """Numbers are unique at a site; of two sites they may be one by chance, so the name decides."""
    numbers: dict[str, list[One]] = defaultdict(list)
    for one in everybody:
        numbers[one.number_key].append(one)
    for block in numbers.values():
        yield from ((one, other, _births(one, other)) for n, one in enumerate(block) for other in block[n + 1 :])


def _births(one: One, other: One) -> str:
    if one.born is None or other.born is None:
        return ""
    if one.born == other.born:
        return "born"
    return next((births for births, day in near_days(one.born) if day == other.born), "")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)

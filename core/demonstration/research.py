"""Research tables as demonstration programmes: real figures of people known by a study number, at invented sites of their own.

What the tables do not say is not made up: days are invented and say so, and figures that rest on them are declared as not recorded
(docs/decisions/0007-demonstration-programmes.md).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from core import audit
from core.clock import now
from core.demonstration.book import insert_rows, moment
from core.demonstration.people import PASSWORD
from core.errors import Conflict, Rejected
from core.sealing import keyed_hash, seal, tokens
from core.settings import settings
from core.signin import hash_password
from core.words import N_, Sentence, say
from core.workflow.not_recorded import Records, declare
from core.workflow.programmes import card, programme_row
from db.enums import CheckVerdict, EpisodeStep, Role, Sex
from db.tables import Episode, EpisodeEvent, Exam, Participant, ParticipantToken, RoleGrant, SecondCheck, Site, UndecidedExam, User

ROLES = (Role.coordinator, Role.manager)
UNDATED = N_("the days of this table are invented")
OTHERWISE = N_("the table does not record what this figure is counted from")
NO_TABLE = N_("There is no table {name}; looked for {looked}. Name its folder by --tables or FIRSTLIGHT_SHARED_DATA")
AT_ONCE = 20_000  # rows handed to the database in one statement


@dataclass(frozen=True)
class Person:
    """A participant of the table before there is a row: the study number, the site, and what the table says of the person."""

    number: str
    site_id: int
    sex: Sex = Sex.unknown
    birth_date: date | None = None


@dataclass(frozen=True)
class Taken:
    """An exam of the table before there is a row."""

    person: int
    """Row of the participant, its id."""
    site_id: int
    round: int
    day: date
    technique: dict[str, Any]


def table(folder: Path | None, name: str) -> Path:
    """The file of a table in `folder` or that of the settings; Rejected saying where it was looked for."""
    path = (folder or settings().shared_data.expanduser() / "tables") / name
    if not path.is_file():
        raise Rejected(NO_TABLE, name=name, looked=str(path.resolve()))
    return path


def refuse_beside_real(session: Session) -> None:
    """Conflict where a real site is set up: research people do not stand beside real ones."""
    real = session.exec(select(Site.code).where(col(Site.synthetic).is_(False)).limit(1)).first()
    if real is not None:
        raise Conflict(N_("The site {code} is a real one; research tables are only loaded where there are invented sites alone"), code=real)


def is_loaded(session: Session, code: str) -> bool:
    """Whether the table whose first site has this code is there."""
    return session.exec(select(Site.id).where(Site.code == code)).first() is not None


def make_site(session: Session, code: str, name: str) -> int:
    """An invented site; its id."""
    site = Site(code=code, name=name, synthetic=True, created_at=now())
    session.add(site)
    session.flush()
    audit.record(session, "demonstration", "site_created", "site", site.id, site_id=site.id)
    return site.id or 0


def make_account(session: Session, login: str, name: str, site_ids: Iterable[int]) -> int:
    """An account that coordinates and manages these sites alone, with the password of the demonstration; its id."""
    user = User(login=login, name=name, password_hash=hash_password(PASSWORD), created_at=now())
    session.add(user)
    session.flush()
    session.add_all(RoleGrant(user_id=user.id or 0, role=role, site_id=site, granted_at=now()) for site in site_ids for role in ROLES)
    session.flush()
    return user.id or 0


def closed_accounts(session: Session, named: Sequence[tuple[str, str]]) -> list[int]:
    """Accounts (login, name) that nobody can sign in with, for readers of a study; their ids."""
    rows = [
        {"login": login, "name": name, "password_hash": "-", "language": "en", "active": False, "created_at": now()}
        for login, name in named
    ]
    return insert_rows(session, User, rows)


def write_people(session: Session, people: Sequence[Person]) -> list[int]:
    """Participants under their study number, which is their name too; their ids in the order given."""
    rows = [
        {
            "number": one.number, "site_id": one.site_id, "birth_date": one.birth_date, "sex": one.sex, "name_sealed": seal(one.number),
            "identifier_sealed": seal(one.number), "identifier_key": keyed_hash(one.number), "synthetic": True, "created_at": now(),
        }
        for one in people
    ]  # fmt: skip
    ids = insert_rows(session, Participant, rows)
    found = ({"participant_id": id_, "token": token} for id_, one in zip(ids, people, strict=True) for token in tokens(one.number))
    in_parts(lambda some: session.execute(insert(ParticipantToken), some), list(found))
    return ids


def write_exams(session: Session, card_id: str, exams: Sequence[Taken]) -> list[int]:
    """Exams with their rounds, which were over when they came: nothing here waits to be read. Their ids in the order given."""
    programme = programme_row(session, card_id)
    first = {(one.person, one.round): one for one in reversed(exams)}
    rounds = list(dict.fromkeys((one.person, one.round) for one in exams))
    opened = [
        {"participant_id": person, "programme_id": programme.id, "round": round_, "opened_at": moment(first[person, round_].day, 9)}
        for person, round_ in rounds
    ]
    episodes = dict(zip(rounds, insert_rows(session, Episode, opened), strict=True))
    steps = [
        {
            "episode_id": episode_id,
            "step": step,
            "happened_at": moment(first[key].day, 9),
            "entered_at": moment(first[key].day, 9),
            "note": "",
        }
        for key, episode_id in episodes.items()
        for step in (EpisodeStep.imaged, EpisodeStep.closed)
    ]
    in_parts(lambda some: session.execute(insert(EpisodeEvent), some), steps)
    made = [
        {
            "episode_id": episodes[one.person, one.round], "site_id": one.site_id, "kind": card(card_id).kind, "exam_date": one.day,
            "received_at": moment(one.day, 12), "problem": "", "synthetic": True, "phantom": False, "technique": one.technique,
        }
        for one in exams
    ]  # fmt: skip
    ids = insert_rows(session, Exam, made)
    session.execute(delete(UndecidedExam).where(col(UndecidedExam.site_id).in_({one.site_id for one in exams})))
    return ids


def approve(session: Session, subject: str, row_ids: Sequence[int], at: date) -> None:
    """What the table says counts as checked: it was before it was published."""
    rows = [{"subject": subject, "row_id": id_, "verdict": CheckVerdict.approved, "note": "", "at": moment(at, 13)} for id_ in row_ids]
    in_parts(lambda some: session.execute(insert(SecondCheck), some), rows)


def records(
    session: Session, card_id: str, site_id: int, figures: Iterable[str], reasons: dict[str, Sentence], about: Sentence,
    otherwise: str = OTHERWISE,
) -> None:  # fmt: skip
    """Declare what can be counted at a site of a table; whatever rests on days cannot."""
    undated = dict.fromkeys(("read_in_time", "days"), say(UNDATED))
    declare(session, card_id, Records(site_id, frozenset(figures), undated | reasons, say(otherwise), about))


def in_parts(write: Callable[[list[dict[str, Any]]], object], rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), AT_ONCE):
        write(list(rows[start : start + AT_ONCE]))

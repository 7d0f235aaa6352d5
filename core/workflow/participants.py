"""Participants: found by name or number without opening sealed names, and registered once per site and hospital number."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar
from uuid import uuid4

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from core import audit
from core.access import Act, Person
from core.clock import now, today
from core.errors import Conflict, NotAllowed, Rejected
from core.sealing import keyed_hash, query_tokens, seal, tokens, unseal
from core.words import N_, Sentence
from core.workflow.status import statuses
from core.workflow.timeline import TimelineEvent, timeline
from db.enums import Sex
from db.tables import Episode, Exam, Participant, ParticipantToken, Programme, Site

__all__ = ["Page", "ParticipantLine", "TimelineEvent", "find_or_register", "line", "matching", "search", "timeline"]

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some of `total` rows."""

    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True)
class ParticipantLine:
    """A participant as lists and heads show it. `programmes` holds card ids; `age` is in full years today."""

    id: int
    number: str
    name: str
    identifier: str
    birth_date: date | None
    sex: Sex
    age: int | None
    site_id: int
    site_name: str
    synthetic: bool
    programmes: tuple[str, ...]
    last_exam: date | None
    status: Sentence


def search(
    session: Session, person: Person, text: str = "", *, page: int = 0, size: int = 50, programme: str | None = None
) -> Page[ParticipantLine]:
    """The participants at the person's sites whose name, hospital number or own number begins as typed, newest last."""
    person.must(Act.see_participants)
    found = matching(text).where(col(Participant.site_id).in_(person.sites(Act.see_participants)))
    if programme:
        in_programme = select(Episode.participant_id).join(Programme, col(Programme.id) == Episode.programme_id)
        found = found.where(col(Participant.id).in_(in_programme.where(Programme.card_id == programme)))
    total = session.exec(select(func.count()).select_from(found.subquery())).one()
    ids = session.exec(found.order_by(col(Participant.id)).offset(page * size).limit(size)).all()
    return Page(_lines(session, [found_id for found_id in ids if found_id is not None]), total)


def line(session: Session, person: Person, participant_id: int) -> ParticipantLine:
    """One participant; NotAllowed outside the person's sites."""
    person.must(Act.see_participants)
    scoped = select(col(Participant.id)).where(col(Participant.site_id).in_(person.sites(Act.see_participants)))
    if session.exec(scoped.where(Participant.id == participant_id)).first() is None:
        raise NotAllowed(N_("This participant is not at one of your sites."))
    return _lines(session, [participant_id])[0]


def matching(text: str) -> SelectOfScalar[int | None]:
    """Ids of the participants that a typed search means, not yet scoped to sites; an empty text means all."""
    found = select(col(Participant.id))
    if not text.strip():
        return found
    number = col(Participant.number).startswith(text.strip().upper(), autoescape=True)
    words = [select(ParticipantToken.participant_id).where(ParticipantToken.token == token) for token in query_tokens(text)]
    if not words:
        return found.where(number)
    named = select(col(Participant.id))
    for word in words:
        named = named.where(col(Participant.id).in_(word))
    return found.where(or_(number, col(Participant.id).in_(named)))


def find_or_register(
    session: Session, *, site_id: int, identifier: str, name: str, birth_date: date | None, sex: Sex, synthetic: bool, author: Person | str
) -> Participant:
    """The participant with this hospital number at this site, made when new; Conflict when birth date or sex contradict what is known."""
    identifier, name = identifier.strip(), _readable(name)
    if not identifier:
        raise Rejected(N_("The patient number is empty; a participant needs the hospital's number to be told from others"))
    known = _known(session, site_id, identifier)
    if known is None:
        try:
            with session.begin_nested():
                return _register(session, site_id, identifier, name, birth_date, sex, synthetic, author)
        except IntegrityError:  # another process registered the same number a moment ago
            known = _known(session, site_id, identifier)
            if known is None:
                raise
    return _agreeing(session, known, birth_date, sex)


def _known(session: Session, site_id: int, identifier: str) -> Participant | None:
    key = keyed_hash(identifier)
    return session.exec(select(Participant).where(Participant.site_id == site_id, Participant.identifier_key == key)).first()


def _register(
    session: Session, site_id: int, identifier: str, name: str, birth_date: date | None, sex: Sex, synthetic: bool, author: Person | str
) -> Participant:
    made = Participant(
        number=uuid4().hex, site_id=site_id, birth_date=birth_date, sex=sex, synthetic=synthetic, created_at=now(),
        name_sealed=seal(name), identifier_sealed=seal(identifier), identifier_key=keyed_hash(identifier),
    )  # fmt: skip
    session.add(made)
    session.flush()
    made.number = f"FL-{made.id:06d}"
    session.add_all(ParticipantToken(participant_id=made.id or 0, token=token) for token in tokens(name, identifier))
    session.flush()
    audit.record(session, author, "registered", "participant", made.id, site_id=site_id)
    return made


def _agreeing(session: Session, known: Participant, birth_date: date | None, sex: Sex) -> Participant:
    """The known participant, completed by what was missing."""
    if birth_date and known.birth_date and birth_date != known.birth_date:
        raise Conflict(
            N_("The images say born {given}, participant {number} was born {known}; check the patient number at the sender"),
            given=birth_date, known=known.birth_date, number=known.number,
        )  # fmt: skip
    if sex != Sex.unknown and known.sex not in (Sex.unknown, sex):
        raise Conflict(
            N_("The images say sex {given}, participant {number} is known as {known}; check the patient number at the sender"),
            given=sex.value, known=known.sex.value, number=known.number,
        )  # fmt: skip
    known.birth_date = known.birth_date or birth_date
    known.sex = sex if known.sex == Sex.unknown else known.sex
    session.add(known)
    session.flush()
    return known


def _lines(session: Session, ids: Collection[int]) -> tuple[ParticipantLine, ...]:
    """The rows for `ids` in the order of ids; only these names are opened."""
    rows = select(Participant, Site.name).join(Site, col(Site.id) == Participant.site_id).where(col(Participant.id).in_(ids))
    rounds = select(Episode.participant_id, Programme.card_id).join(Programme, col(Programme.id) == Episode.programme_id).distinct()
    exams = select(Episode.participant_id, func.max(Exam.exam_date)).join(Exam, col(Exam.episode_id) == Episode.id)
    programmes = sorted(session.exec(rounds.where(col(Episode.participant_id).in_(ids))).all())
    last = dict(session.exec(exams.where(col(Episode.participant_id).in_(ids)).group_by(col(Episode.participant_id))).all())
    status = statuses(session, ids)
    return tuple(
        ParticipantLine(
            id=row.id or 0, number=row.number, name=unseal(row.name_sealed), identifier=unseal(row.identifier_sealed),
            birth_date=row.birth_date, sex=row.sex, age=age_on(row.birth_date, today()), site_id=row.site_id, site_name=site,
            synthetic=row.synthetic, programmes=tuple(card for who, card in programmes if who == row.id),
            last_exam=last.get(row.id or 0), status=status[row.id or 0],
        )
        for row, site in session.exec(rows.order_by(col(Participant.id)))
    )  # fmt: skip


def age_on(birth_date: date | None, day: date) -> int | None:
    """Full years on `day`; None when the birth date is not known."""
    if birth_date is None:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _readable(name: str) -> str:
    """A DICOM name such as "Doe^Jane^^Dr" as "Doe, Jane Dr" (PS3.5 6.2.1: family, given, middle, prefix, suffix)."""
    family, _, rest = name.split("=")[0].strip().partition("^")
    given = " ".join(part for part in rest.split("^") if part)
    return f"{family}, {given}" if given else family

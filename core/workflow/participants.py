"""Participants: found by name or number without opening sealed names, and registered once per site and hospital number."""

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar
from uuid import uuid4

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from core import audit
from core.access import Act, Person
from core.clock import now
from core.cohorts.standing import merged, present
from core.errors import Conflict, NotAllowed, Rejected
from core.sealing import keyed_hash, query_tokens, seal, tokens
from core.words import N_
from core.workflow.list_filters import ORDERS, Wanted, conditions
from core.workflow.list_lines import ParticipantLine, age_on, lines
from core.workflow.timeline import TimelineEvent, timeline
from db.enums import Sex
from db.tables import Participant, ParticipantToken

__all__ = [
    "Page", "ParticipantLine", "TimelineEvent", "Wanted", "age_on", "find_or_register", "line", "matching", "search", "timeline",
]  # fmt: skip

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some of `total` rows."""

    rows: tuple[Row, ...]
    total: int


def search(
    session: Session,
    person: Person,
    text: str = "",
    *,
    page: int = 0,
    size: int = 50,
    programme: str | None = None,
    wanted: Wanted | None = None,
    order: str = "number",
) -> Page[ParticipantLine]:
    """The participants at the person's sites whose name, hospital number or own number begins as typed, in one of `ORDERS`.

    An entry that was merged into another one is found by what is typed, and is in no other list.
    """
    person.must(Act.see_participants)
    asked = wanted or Wanted(programme=programme or "")
    found = matching(text).where(col(Participant.site_id).in_(person.sites(Act.see_participants)), *conditions(session, asked))
    if not text.strip():
        found = found.where(present())
    total = session.exec(select(func.count()).select_from(found.subquery())).one()
    return Page(lines(session, _page(session, found, order, page * size, size, total)), total)


def _page(session: Session, found: SelectOfScalar[int | None], order: str, start: int, size: int, total: int) -> list[int]:
    """The ids of one page; pages of the second half are counted from the end, so that the last one is as quick as the first."""
    size = min(size, max(total - start, 0))
    keys = ORDERS[order]
    from_end = start > total // 2
    rows = found.order_by(*(key.backward if from_end else key.forward for key in keys))
    ids = session.exec(rows.offset(max(total - start - size, 0) if from_end else start).limit(size)).all()
    known = [one for one in ids if one is not None]
    return known[::-1] if from_end else known


def line(session: Session, person: Person, participant_id: int) -> ParticipantLine:
    """One participant; NotAllowed outside the person's sites."""
    person.must(Act.see_participants)
    scoped = select(col(Participant.id)).where(col(Participant.site_id).in_(person.sites(Act.see_participants)))
    if session.exec(scoped.where(Participant.id == participant_id)).first() is None:
        raise NotAllowed(N_("This participant is not at one of your sites."))
    return lines(session, [participant_id])[0]


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
    return _standing_entry(session, _agreeing(session, known, birth_date, sex))


def _known(session: Session, site_id: int, identifier: str) -> Participant | None:
    key = keyed_hash(identifier)
    return session.exec(select(Participant).where(Participant.site_id == site_id, Participant.identifier_key == key)).first()


def _standing_entry(session: Session, known: Participant) -> Participant:
    """The entry that a merged one is found under now."""
    into = merged(session, [known.id or 0]).get(known.id or 0)
    return known if into is None else session.get_one(Participant, into)


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


def _readable(name: str) -> str:
    """A DICOM name such as "Doe^Jane^^Dr" as "Doe, Jane Dr" (PS3.5 6.2.1: family, given, middle, prefix, suffix)."""
    family, _, rest = name.split("=")[0].strip().partition("^")
    given = " ".join(part for part in rest.split("^") if part)
    return f"{family}, {given}" if given else family

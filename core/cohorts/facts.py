"""Facts about a participant, each with its author and the day from which it holds: never changed, taken back by a later one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now, today
from core.cohorts.standing import (
    CONTACT_DETAILS,
    DIED,
    ENDING,
    MOVED_AWAY,
    OPTED_OUT,
    Standing,
    active,
    merged,
    present,
    standing,
)
from core.errors import Conflict, NotAllowed, Rejected
from core.words import N_
from core.workflow.programmes import cards
from db.tables import Participant, ParticipantFact

__all__ = [
    "CONTACT_DETAILS", "DIED", "ENDING", "MOVED_AWAY", "OPTED_OUT", "Standing", "active", "died", "history", "merged", "moved_away",
    "opt_out", "present", "record", "standing", "values",
]  # fmt: skip


def record(
    session: Session, person: Person, participant_id: int, kind: str, value: Mapping[str, Any], valid_from: date
) -> ParticipantFact | None:
    """Enter a fact that holds from a day on; None when just this is known already. Rejected for a day or value that cannot be."""
    participant = _mine(session, person, participant_id)
    if valid_from > today():
        raise Rejected(N_("{day} lies in the future; give the day from which it holds"), day=valid_from)
    if participant.birth_date and valid_from < participant.birth_date:
        raise Rejected(N_("{day} lies before the birth on {born}"), day=valid_from, born=participant.birth_date)
    _check(kind, value, participant)
    if _known(session, participant_id, kind, value, valid_from):
        return None
    fact = ParticipantFact(
        participant_id=participant_id, kind=kind, value=dict(value), valid_from=valid_from, entered_at=now(), author_id=person.user_id
    )
    session.add(fact)
    session.flush()
    audit.record(session, person, "fact_recorded", "participant", participant_id, site_id=participant.site_id, kind=kind, fact=fact.id)
    return fact


def values(session: Session, participant_id: int, on: date) -> dict[str, dict[str, Any]]:
    """Kind → value of the newest fact of each kind that held on that day."""
    rows = select(ParticipantFact).where(ParticipantFact.participant_id == participant_id, ParticipantFact.valid_from <= on)
    rows = rows.order_by(col(ParticipantFact.valid_from), col(ParticipantFact.id))
    return {row.kind: row.value for row in session.exec(rows)}


def history(session: Session, person: Person, participant_id: int) -> tuple[ParticipantFact, ...]:
    """Every fact of a participant, the newest first; NotAllowed outside the person's sites."""
    _mine(session, person, participant_id, writing=False)
    rows = select(ParticipantFact).where(ParticipantFact.participant_id == participant_id)
    return tuple(session.exec(rows.order_by(col(ParticipantFact.valid_from).desc(), col(ParticipantFact.id).desc())))


def opt_out(
    session: Session, person: Person, participant_id: int, *, said: bool, programme: str = "", valid_from: date | None = None
) -> ParticipantFact | None:
    """Opted out of a programme ("": of all), or, with `said` False, the opt-out taken back."""
    return record(session, person, participant_id, OPTED_OUT, {"said": said, "programme": programme}, valid_from or today())


def died(
    session: Session, person: Person, participant_id: int, on: date | None, *, valid_from: date | None = None
) -> ParticipantFact | None:
    """Died on that day; None takes an entry made in error back, from `valid_from` on."""
    value = {"on": on.isoformat() if on else None}
    return record(session, person, participant_id, DIED, value, valid_from or on or today())


def moved_away(
    session: Session, person: Person, participant_id: int, *, said: bool, to: str = "", valid_from: date | None = None
) -> ParticipantFact | None:
    """Moved out of the area of the programme, or, with `said` False, back into it."""
    return record(session, person, participant_id, MOVED_AWAY, {"said": said, "to": to.strip()[:200]}, valid_from or today())


def _mine(session: Session, person: Person, participant_id: int, *, writing: bool = True) -> Participant:
    """The participant, locked for writing; Conflict naming the other entry when it was merged."""
    sites = person.sites(Act.work_queue) | person.sites(Act.read_cases) if writing else person.sites(Act.see_participants)
    rows = select(Participant).where(Participant.id == participant_id, col(Participant.site_id).in_(sites))
    found = session.exec(rows.with_for_update() if writing else rows).first()
    if found is None:
        raise NotAllowed(N_("This participant is not at one of your sites."))
    into = merged(session, [participant_id]).get(participant_id) if writing else None
    if into is not None:
        other = session.get_one(Participant, into).number
        raise Conflict(N_("{number} was merged into {other}; enter it there"), number=found.number, other=other)
    return found


def _check(kind: str, value: Mapping[str, Any], participant: Participant) -> None:
    """Rejected when a fact that decides about invitations is not what it has to be."""
    if not 0 < len(kind) <= 32:
        raise Rejected(N_("{kind} is no kind of fact"), kind=kind)
    if kind in (OPTED_OUT, MOVED_AWAY) and not isinstance(value.get("said"), bool):
        raise Rejected(N_("{value} is neither yes nor no"), value=value.get("said"))
    if kind == OPTED_OUT and value.get("programme") not in ("", *cards()):
        raise Rejected(N_("{value} is no programme here; expected one of {known}"), value=value.get("programme"), known=", ".join(cards()))
    if kind == DIED and value.get("on") is not None:
        _check_death(str(value["on"]), participant)


def _check_death(written: str, participant: Participant) -> None:
    try:
        day = date.fromisoformat(written)
    except ValueError as problem:
        raise Rejected(N_("{value} is no date that is clear; expected year-month-day such as 1960-04-03"), value=written) from problem
    if day > today():
        raise Rejected(N_("{day} lies in the future"), day=day)
    if participant.birth_date and day < participant.birth_date:
        raise Rejected(N_("{day} lies before the birth on {born}"), day=day, born=participant.birth_date)


def _known(session: Session, participant_id: int, kind: str, value: Mapping[str, Any], on: date) -> bool:
    """Whether this would say again what holds already."""
    if kind != OPTED_OUT:
        return values(session, participant_id, on).get(kind) == value
    opted = standing(session, [participant_id], on)[participant_id].opted_out
    return all((card_id in opted) == value["said"] for card_id in ([value["programme"]] if value["programme"] else cards()))

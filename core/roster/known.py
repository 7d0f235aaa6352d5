"""A row whose patient number is known already: does it contradict, complete, or say nothing new? Nothing known is ever overwritten."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from core.access import Person
from core.clock import today
from core.cohorts import contact_details
from core.cohorts.contact_details import ContactDetails
from core.cohorts.standing import CONTACT_DETAILS, Standing, standing
from core.roster.entry import Entry, Problem
from core.roster.told import Told, completed
from core.sealing import unseal
from core.words import N_, Sentence, say
from core.workflow.programmes import cards
from db.enums import Sex
from db.tables import Participant, ParticipantFact


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is new about a known participant."""

    participant_id: int
    kind: str
    value: dict[str, Any]
    valid_from: date


@dataclass(frozen=True, slots=True)
class Known:
    """A row beside what is known. No participant: the number is new. A problem keeps the row out, doubts do not."""

    entry: Entry
    participant_id: int | None = None
    incomplete: bool = False
    facts: tuple[Fact, ...] = ()
    problem: Problem | None = None
    doubts: tuple[Problem, ...] = ()


def compared(session: Session, person: Person, site_id: int, entries: Mapping[str, Entry]) -> Iterator[Known]:
    """Each entry, given by the keyed hash of its number, beside the participant of that number at the site."""
    rows = select(Participant).where(Participant.site_id == site_id, col(Participant.identifier_key).in_(entries))
    known = {row.identifier_key: row for row in session.exec(rows)}
    ids = [row.id or 0 for key, row in known.items() if entries[key].told]
    stands = standing(session, ids, today())
    people = {one: found.merged_into or one for one, found in stands.items()}
    stands |= standing(session, [into for one, into in people.items() if into != one], today())
    listed, reached = _listed(session, people.values()), _reached(session, person, people.values(), entries.values())
    for key, entry in entries.items():
        row = known.get(key)
        if row is None:
            yield Known(entry)
        elif (problem := _contradiction(row, entry)) is not None:
            yield Known(entry, row.id, problem=problem)
        else:
            who = people.get(row.id or 0, row.id or 0)
            facts, doubts = _new_facts(who, entry, stands.get(who, Standing()), listed, reached) if entry.told else ((), ())
            yield Known(entry, row.id, _incomplete(row, entry), facts, None, (*_other_name(row, entry), *doubts))


def _contradiction(row: Participant, entry: Entry) -> Problem | None:
    if row.birth_date is not None and row.birth_date != entry.birth_date:
        template = N_("Participant {number} has another date of birth, {known}; check whose number this is")
        return Problem(entry.line, "birth_date", say(template, number=row.number, known=row.birth_date))
    if Sex.unknown not in (row.sex, entry.sex) and row.sex != entry.sex:
        template = N_("Participant {number} is known as {known}; check whose number this is")
        return Problem(entry.line, "sex", say(template, number=row.number, known=row.sex.value))
    return None


def _incomplete(row: Participant, entry: Entry) -> bool:
    return row.birth_date is None or (row.sex == Sex.unknown and entry.sex != Sex.unknown)


def _other_name(row: Participant, entry: Entry) -> tuple[Problem, ...]:
    if unseal(row.name_sealed).casefold() == entry.name.casefold():
        return ()
    said = say(N_("Participant {number} is known under another name, which is kept"), number=row.number)
    return (Problem(entry.line, "name", said, doubt=True),)


def _new_facts(
    who: int, entry: Entry, stands: Standing, listed: set[tuple[int, str]], reached: Mapping[int, ContactDetails]
) -> tuple[tuple[Fact, ...], tuple[Problem, ...]]:
    """What the row tells that was not known, and what it says against what is known."""
    said = entry.told or Told()
    doubts = [Problem(entry.line, column, text, doubt=True) for column, text in _against(said, stands)]
    facts = [Fact(who, kind, value, day) for kind, value, day in said.facts(today()) if not _holds(who, kind, value, stands, listed)]
    if said.contact is not None and (details := completed(reached.get(who), said.contact)) != reached.get(who):
        facts.append(Fact(who, CONTACT_DETAILS, dict(details.sealed()), today()))
    return tuple(facts), tuple(doubts)


def _against(said: Told, stands: Standing) -> Iterator[tuple[str, Sentence]]:
    if said.takes_part and stands.opted_out:
        yield "opted_out", say(N_("Opted out here and not in the list; the opt-out stays"))
    if said.died and stands.died and said.died != stands.died:
        yield "died_on", say(N_("Died on {known} as known here; this is kept"), known=stands.died)


def _holds(who: int, kind: str, value: Mapping[str, Any], stands: Standing, listed: set[tuple[int, str]]) -> bool:
    if kind == "opted_out":
        return set([value["programme"]] if value["programme"] else cards()) <= stands.opted_out
    if kind == "died":
        return stands.died is not None
    return stands.moved_away if kind == "moved_away" else (who, kind) in listed


def _listed(session: Session, ids: Any) -> set[tuple[int, str]]:
    kinds = [f"listed_{card_id}" for card_id in cards()]
    rows = select(ParticipantFact.participant_id, ParticipantFact.kind).where(col(ParticipantFact.participant_id).in_(set(ids)))
    return {(who, kind) for who, kind in session.exec(rows.where(col(ParticipantFact.kind).in_(kinds)))}


def _reached(session: Session, person: Person, ids: Any, entries: Any) -> dict[int, ContactDetails]:
    told = any(entry.told and entry.told.contact for entry in entries)
    return contact_details.of(session, person, set(ids), today()) if told else {}

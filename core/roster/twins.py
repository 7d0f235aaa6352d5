"""Doubts about new rows: the same name and date of birth under another number, in the list or among those who are known."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sqlmodel import Session, col, select

from core.batches import batches
from core.cohorts.standing import present
from core.roster.entry import Entry, Problem
from core.sealing import unseal
from core.words import N_, Sentence, say
from db.tables import Participant

AT_ONCE = 500  # days of one query


def doubts(session: Session, site_id: int, new: Sequence[Entry]) -> Iterator[Problem]:
    """One for each new row that has a twin."""
    seen: dict[tuple[str, date], int] = {}
    for entry in new:
        twin = seen.setdefault((letters(entry.name), entry.birth_date), entry.line)
        if twin != entry.line:
            yield _twin(entry, say(N_("The same name and date of birth stand in line {line} under another number"), line=twin))
    born: dict[date, list[Entry]] = {}
    for entry in new:
        born.setdefault(entry.birth_date, []).append(entry)
    for days in batches(sorted(born), AT_ONCE):
        rows = select(Participant).where(Participant.site_id == site_id, col(Participant.birth_date).in_(days), present())
        yield from _known_twins([entry for day in days for entry in born[day]], session.exec(rows))


def letters(name: str) -> str:
    """The parts of a name in one order, however it is written."""
    return " ".join(sorted(name.casefold().replace(",", " ").replace("^", " ").split()))


def _known_twins(new: Sequence[Entry], rows: Iterable[Participant]) -> Iterator[Problem]:
    known = {(letters(unseal(row.name_sealed)), row.birth_date): row.number for row in rows}
    for entry in new if known else ():
        number = known.get((letters(entry.name), entry.birth_date))
        if number:
            template = N_("Participant {number} has the same name and date of birth under another patient number")
            yield _twin(entry, say(template, number=number))


def _twin(entry: Entry, said: Sentence) -> Problem:
    return Problem(entry.line, "name", said, doubt=True)

"""The dry run: what every row of a list would do, compared with the participants that are known."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, select

from core.access import Act, Person
from core.batches import batches
from core.clock import today
from core.roster import columns
from core.roster.columns import Mapping
from core.roster.entry import Entry, Problem, read
from core.roster.sheet import Sheet
from core.sealing import keyed_hash, unseal
from core.words import N_, Sentence, say
from db.enums import Sex
from db.tables import Participant

AT_ONCE = 500  # keys of one query
Progress = Callable[[int], None]


@dataclass
class Plan:
    """What would happen. `new` go in; `fill` complete what is known (participant id, entry); `known` change nothing."""

    site_id: int
    new: list[Entry] = field(default_factory=list)
    fill: list[tuple[int, Entry]] = field(default_factory=list)
    known: int = 0
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.new) + len(self.fill) + self.known + len({problem.line for problem in self.problems})


def plan(
    session: Session, person: Person, sheet: Sheet, site_id: int, mapping: Mapping | None = None, progress: Progress | None = None
) -> Plan:
    """Look through every row; nothing is written. NotAllowed outside the person's sites, Rejected when a needed column is missing."""
    person.must(Act.upload, site_id)
    chosen = mapping or columns.guess(sheet.head)
    columns.check(chosen, sheet.head)
    made, seen = Plan(site_id), dict[str, int]()
    for rows in batches(_read(sheet, chosen, made, today()), AT_ONCE):
        first = [entry for entry in rows if _first_time(entry, seen, made)]
        _compare(session, made, first)
        if progress is not None:
            progress(rows[-1].line)
    _same_person(session, made)
    return made


def _read(sheet: Sheet, mapping: Mapping, made: Plan, day: date) -> Iterator[Entry]:
    for line, cells in sheet.rows():
        found = read(line, cells, mapping, day)
        if isinstance(found, Entry):
            yield found
        else:
            made.problems.extend(found)


def _first_time(entry: Entry, seen: dict[str, int], made: Plan) -> bool:
    """Whether the number stands for the first time in this list."""
    key = keyed_hash(entry.identifier)
    earlier = seen.setdefault(key, entry.line)
    if earlier == entry.line:
        return True
    said = say(N_("The same patient number stands in line {line} already"), line=earlier)
    made.problems.append(Problem(entry.line, "identifier", said))
    return False


def _compare(session: Session, made: Plan, entries: Sequence[Entry]) -> None:
    keys = {keyed_hash(entry.identifier): entry for entry in entries}
    rows = select(Participant).where(Participant.site_id == made.site_id, col(Participant.identifier_key).in_(keys))
    known = {row.identifier_key: row for row in session.exec(rows)}
    for key, entry in keys.items():
        if key in known:
            _known(made, known[key], entry)
        else:
            made.new.append(entry)


def _known(made: Plan, row: Participant, entry: Entry) -> None:
    if row.birth_date is not None and row.birth_date != entry.birth_date:
        said = say(
            N_("Participant {number} has another date of birth, {known}; check whose number this is"),
            number=row.number,
            known=row.birth_date,
        )
        made.problems.append(Problem(entry.line, "birth_date", said))
        return
    if Sex.unknown not in (row.sex, entry.sex) and row.sex != entry.sex:
        said = say(N_("Participant {number} is known as {known}; check whose number this is"), number=row.number, known=row.sex.value)
        made.problems.append(Problem(entry.line, "sex", said))
        return
    if unseal(row.name_sealed).casefold() != entry.name.casefold():
        said = say(N_("Participant {number} is known under another name, which is kept"), number=row.number)
        made.doubts.append(Problem(entry.line, "name", said, doubt=True))
    if row.birth_date is None or (row.sex == Sex.unknown and entry.sex != Sex.unknown):
        made.fill.append((row.id or 0, entry))
    else:
        made.known += 1


def _same_person(session: Session, made: Plan) -> None:
    """Doubts about new rows: the same name and date of birth under another number, in the list or among those who are known."""
    seen: dict[tuple[str, date], int] = {}
    for entry in made.new:
        twin = seen.setdefault((_letters(entry.name), entry.birth_date), entry.line)
        if twin != entry.line:
            made.doubts.append(
                _twin(entry, say(N_("The same name and date of birth stand in line {line} under another number"), line=twin))
            )
    for days in batches(sorted({entry.birth_date for entry in made.new}), AT_ONCE):
        rows = select(Participant).where(Participant.site_id == made.site_id, col(Participant.birth_date).in_(days))
        _known_twins(made, session.exec(rows), set(days))


def _known_twins(made: Plan, rows: Iterable[Participant], days: set[date]) -> None:
    known = {(_letters(unseal(row.name_sealed)), row.birth_date): row.number for row in rows}
    for entry in made.new if known else ():
        number = known.get((_letters(entry.name), entry.birth_date)) if entry.birth_date in days else None
        if number:
            said = say(N_("Participant {number} has the same name and date of birth under another patient number"), number=number)
            made.doubts.append(_twin(entry, said))


def _twin(entry: Entry, said: Sentence) -> Problem:
    return Problem(entry.line, "name", said, doubt=True)


def _letters(name: str) -> str:
    """The parts of a name in one order, however it is written."""
    return " ".join(sorted(name.casefold().replace(",", " ").replace("^", " ").split()))

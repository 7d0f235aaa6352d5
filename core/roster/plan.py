"""The dry run: what every row of a list would do, compared with the participants that are known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session

from core.access import Act, Person
from core.batches import batches
from core.clock import today
from core.roster import columns, twins
from core.roster.columns import Mapping
from core.roster.entry import Entry, Problem, read
from core.roster.known import Fact, Known, compared
from core.roster.sheet import Sheet
from core.sealing import keyed_hash
from core.words import N_, say

AT_ONCE = 500  # keys of one query
Progress = Callable[[int], None]


@dataclass
class Plan:
    """What would happen. `new` go in; `fill` complete what is known (participant id, entry); `known` change nothing."""

    site_id: int
    new: list[Entry] = field(default_factory=list)
    fill: list[tuple[int, Entry]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    """What is new about those who are known; what is told of new participants lies in their entries."""
    known: int = 0
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)

    @property
    def out(self) -> int:
        """How many rows stay out."""
        return len({problem.line for problem in self.problems})

    @property
    def rows(self) -> int:
        return len(self.new) + len(self.fill) + self.known + self.out

    @property
    def told(self) -> int:
        """How many facts would be written, contact details among them."""
        day = today()
        return len(self.facts) + sum(len(one.told.facts(day)) + (one.told.contact is not None) for one in self.new if one.told)


def plan(
    session: Session, person: Person, sheet: Sheet, site_id: int, mapping: Mapping | None = None, progress: Progress | None = None
) -> Plan:
    """Look through every row; nothing is written. NotAllowed outside the person's sites, Rejected when a needed column is missing."""
    person.must(Act.upload, site_id)
    chosen = mapping or columns.guess(sheet.head)
    columns.check(chosen, sheet.head)
    made, seen = Plan(site_id), dict[str, int]()
    for rows in batches(_read(sheet, chosen, made, today()), AT_ONCE):
        first = {keyed_hash(entry.identifier): entry for entry in rows if _first_time(entry, seen, made)}
        for known in compared(session, person, site_id, first):
            _sort_in(made, known)
        if progress is not None:
            progress(rows[-1].line)
    made.doubts.extend(twins.doubts(session, site_id, made.new))
    return made


def _read(sheet: Sheet, mapping: Mapping, made: Plan, day: date) -> Iterator[Entry]:
    for line, cells in sheet.rows():
        found = read(line, cells, mapping, len(sheet.head), day)
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


def _sort_in(made: Plan, known: Known) -> None:
    made.doubts.extend(known.doubts)
    if known.problem is not None:
        made.problems.append(known.problem)
    elif known.participant_id is None:
        made.new.append(known.entry)
    elif known.facts or known.incomplete:
        made.fill.append((known.participant_id, known.entry))
        made.facts.extend(known.facts)
    else:
        made.known += 1

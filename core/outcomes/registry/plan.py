"""The dry run: what every row of a registry's list would become. Nothing is written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session

from core.access import Act, Person
from core.batches import batches
from core.clock import today
from core.outcomes.registry import columns
from core.outcomes.registry.becomes import WRITES, Becomes, place
from core.outcomes.registry.exams import people
from core.outcomes.registry.row import Tumour, read
from core.roster.columns import Mapping
from core.roster.entry import Problem
from core.roster.sheet import Sheet
from core.words import N_, Sentence, say

AT_ONCE = 500  # people of one query
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Planned:
    """What one row becomes; `number` is our own number of the participant, "" where it is nobody of ours."""

    tumour: Tumour
    becomes: Becomes
    number: str = ""
    exam_id: int | None = None
    exam_date: date | None = None
    known_since: date | None = None

    @property
    def happened_on(self) -> date:
        """The day of the diagnosis; the one that is known here where the list only confirms it."""
        return self.known_since if self.becomes == Becomes.confirms and self.known_since else self.tumour.diagnosed_on


@dataclass
class Plan:
    """What would happen with every row of a list."""

    site_id: int
    rows: list[Planned] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)

    @property
    def writes(self) -> list[Planned]:
        """The rows that bring something new."""
        return [row for row in self.rows if row.becomes in WRITES]

    def counts(self) -> dict[str, int]:
        """Numbers alone, as they are kept with the list."""
        out = len({problem.line for problem in self.problems})
        of_kind = {kind.value: sum(row.becomes == kind for row in self.rows) for kind in Becomes}
        return {
            "rows": len(self.rows) + out, "new": len(self.writes), "out": out, "doubts": len({doubt.line for doubt in self.doubts}),
            **of_kind,
        }  # fmt: skip


def plan(
    session: Session, person: Person, sheet: Sheet, site_id: int, mapping: Mapping | None = None, progress: Progress | None = None
) -> Plan:
    """Look through every row. NotAllowed where the person uploads or records nothing, Rejected when a needed column is missing."""
    person.must(Act.upload, site_id)
    person.must(Act.record_outcome, site_id)
    chosen = mapping or columns.guess(sheet.head)
    columns.check(chosen, sheet.head)
    made, at_exam = Plan(site_id), dict[int, int]()
    for rows in batches(_read(sheet, chosen, made), AT_ONCE):
        _place(session, made, rows, at_exam)
        if progress is not None:
            progress(rows[-1].line)
    made.problems.sort(key=lambda one: one.line)
    return made


def _read(sheet: Sheet, mapping: Mapping, made: Plan) -> Iterator[Tumour]:
    day = today()
    for line, cells in sheet.rows():
        tumour, said = read(line, cells, mapping, len(sheet.head), day)
        made.problems.extend(one for one in said if not one.doubt)
        if tumour is not None:
            made.doubts.extend(said)
            yield tumour


def _place(session: Session, made: Plan, tumours: list[Tumour], at_exam: dict[int, int]) -> None:
    known = people(session, made.site_id, {one.identifier for one in tumours if one.card_id})
    for one in tumours:
        whose = known.get(one.identifier)
        if not one.card_id or whose is None:
            made.rows.append(Planned(one, Becomes.not_ours if one.card_id else Becomes.elsewhere))
        elif whose.birth_date != one.birth_date:
            made.problems.append(Problem(one.line, "birth_date", _other_birth(whose.number, whose.birth_date)))
        else:
            found = place(whose, one.card_id, one.diagnosed_on)
            if found.doubt is not None:
                made.doubts.append(Problem(one.line, "diagnosed_on", found.doubt, doubt=True))
            exam = found.exam
            row = Planned(one, found.becomes, whose.number, *(exam.exam_id, exam.day, exam.happened_on) if exam else ())
            _add(made, row, at_exam)


def _other_birth(number: str, known: date | None) -> Sentence:
    if known is None:
        return say(
            N_("Participant {number} has no date of birth here, so that nothing confirms the number; complete it first"), number=number
        )
    return say(N_("Participant {number} has another date of birth, {known}; check whose number this is"), number=number, known=known)


def _add(made: Plan, row: Planned, at_exam: dict[int, int]) -> None:
    """One cancer for an exam: of two in the list the earlier one is written, the other one is named."""
    earlier = at_exam.get(row.exam_id or 0) if row.becomes in WRITES else None
    if earlier is not None:
        other = made.rows[earlier]
        first, second = sorted((other, row), key=lambda one: (one.tumour.diagnosed_on, one.tumour.line))
        made.rows[earlier] = first
        row = Planned(second.tumour, Becomes.known, second.number, second.exam_id, second.exam_date)
        said = say(N_("Line {line} brings a cancer of the same exam, and that one is written"), line=first.tumour.line)
        made.doubts.append(Problem(second.tumour.line, "diagnosed_on", said, doubt=True))
    elif row.becomes in WRITES:
        at_exam[row.exam_id or 0] = len(made.rows)
    made.rows.append(row)

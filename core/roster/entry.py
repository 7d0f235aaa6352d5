"""One row of a list: who it is and what is told of them, or everything that is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.roster.columns import Mapping
from core.roster.told import Told, told
from core.roster.written import SEXES, birth_problem, day_of, line_problem, sex_problem, text_problem
from core.words import Sentence
from db.enums import Sex


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that can be taken in; `told` is None where it says only who it is."""

    line: int
    identifier: str
    name: str
    birth_date: date
    sex: Sex
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row stays out, or (`doubt`) what a person should look at although it goes in. `column` is a field, "" for the whole row."""

    line: int
    column: str
    said: Sentence
    doubt: bool = False


def read(line: int, cells: Sequence[str], mapping: Mapping, columns: int, today: date) -> Entry | tuple[Problem, ...]:
    """The entry, or every problem of the row."""
    broken = line_problem(list(cells), columns)
    if broken is not None:
        return (Problem(line, "", broken),)
    identifier, name = mapping.cell(cells, "identifier"), _name(cells, mapping)
    born, sex = mapping.cell(cells, "birth_date"), mapping.cell(cells, "sex").casefold()
    birth_date = day_of(born)
    more, wrong = told(cells, mapping, birth_date, today)
    found = (
        ("identifier", text_problem(identifier)), ("name", text_problem(name)),
        ("birth_date", birth_problem(born, birth_date, today)), ("sex", sex_problem(sex)), *wrong,
    )  # fmt: skip
    problems = tuple(Problem(line, column, said) for column, said in found if said is not None)
    if problems or birth_date is None:
        return problems
    return Entry(line, identifier, name, birth_date, SEXES[sex], more)


def _name(cells: Sequence[str], mapping: Mapping) -> str:
    family, given = mapping.cell(cells, "family_name"), mapping.cell(cells, "given_name")
    return mapping.cell(cells, "name") or ", ".join(part for part in (family, given) if part)

"""One row of a list: who it is, or everything that is wrong with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.roster.columns import Mapping
from core.words import N_, Sentence, say
from core.workflow.programmes import cards
from db.enums import Sex

OLDEST_YEARS = 120
LONGEST = 200
DATE = re.compile(r"(\d{4})\s*(?:[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{2})(\d{2}))(?:[ T]00:00(?::00)?)?")
GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
SEXES = {
    **dict.fromkeys(("f", "female", "w", "woman", "2", "女", "女性"), Sex.female),
    **dict.fromkeys(("m", "male", "man", "1", "男", "男性"), Sex.male),
    **dict.fromkeys(("o", "other", "9", "其他"), Sex.other),
    **dict.fromkeys(("", "u", "unknown", "0", "未知"), Sex.unknown),
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that can be taken in. `programme` is a card id or ""."""

    line: int
    identifier: str
    name: str
    birth_date: date
    sex: Sex
    programme: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row stays out, or (`doubt`) what a person should look at although it goes in."""

    line: int
    column: str
    said: Sentence
    doubt: bool = False


def read(line: int, cells: Sequence[str], mapping: Mapping, today: date) -> Entry | tuple[Problem, ...]:
    """The entry, or every problem of the row."""
    identifier, name = mapping.cell(cells, "identifier"), _name(cells, mapping)
    born, sex = mapping.cell(cells, "birth_date"), mapping.cell(cells, "sex").casefold()
    programme, birth_date = mapping.cell(cells, "programme").casefold(), _date(born)
    found = (
        ("identifier", _text_problem(identifier)),
        ("name", _text_problem(name)),
        ("birth_date", _birth_problem(born, birth_date, today)),
        ("sex", None if sex in SEXES else say(N_("{value} is no sex known here; expected female, male, other or empty"), value=sex)),
        ("programme", _programme_problem(programme)),
    )
    problems = tuple(Problem(line, column, said) for column, said in found if said is not None)
    if problems or birth_date is None:
        return problems
    return Entry(line, identifier, name, birth_date, SEXES[sex], programme)


def _name(cells: Sequence[str], mapping: Mapping) -> str:
    family, given = mapping.cell(cells, "family_name"), mapping.cell(cells, "given_name")
    return mapping.cell(cells, "name") or ", ".join(part for part in (family, given) if part)


def _text_problem(text: str) -> Sentence | None:
    if not text:
        return say(N_("Empty; a participant needs it"))
    if len(text) > LONGEST:
        return say(N_("{length} characters long; at most {limit} are expected"), length=len(text), limit=LONGEST)
    if text.startswith(FORMULA):
        return say(N_("{value} begins like a formula of a spreadsheet; expected plain text"), value=text[:20])
    if any(ord(letter) < 32 or letter == "�" for letter in text):
        return say(N_("It holds characters that are no text; the file was saved in a wrong encoding"))
    return None


def _date(text: str) -> date | None:
    """A date written year first, or day.month.year with dots; 3/4/1960 could be either and is not guessed."""
    found = DATE.fullmatch(text)
    parts = (found[1], found[2] or found[4], found[3] or found[5]) if found else None
    german = GERMAN.fullmatch(text)
    if parts is None and german is not None:
        parts = (german[3], german[2], german[1])
    try:
        return date(*(int(part) for part in parts)) if parts else None
    except ValueError:
        return None


def _birth_problem(text: str, born: date | None, today: date) -> Sentence | None:
    if not text:
        return say(N_("Empty; a participant needs it"))
    if born is None:
        return say(N_("{value} is no date that is clear; expected year-month-day such as 1960-04-03"), value=text[:30])
    if born > today:
        return say(N_("{day} lies in the future"), day=born)
    if today.year - born.year > OLDEST_YEARS:
        return say(N_("Born {day} would be more than {years} years old"), day=born, years=OLDEST_YEARS)
    return None


def _programme_problem(code: str) -> Sentence | None:
    if not code or code in cards():
        return None
    return say(N_("{value} is no programme here; expected one of {known}"), value=code[:30], known=", ".join(cards()))

"""How dates and words are written in lists, and what is wrong with those that cannot be."""

import re
from datetime import date

from core.roster.encoding import is_foreign
from core.words import N_, Sentence, say
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


def day_of(text: str) -> date | None:
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


def text_problem(text: str) -> Sentence | None:
    """Why this is no name and no number."""
    if not text:
        return say(N_("Empty; a participant needs it"))
    if len(text) > LONGEST:
        return say(N_("{length} characters long; at most {limit} are expected"), length=len(text), limit=LONGEST)
    if text.startswith(FORMULA):
        return say(N_("{value} begins like a formula of a spreadsheet; expected plain text"), value=text[:20])
    if any(ord(letter) < 32 or letter == "�" for letter in text):
        return say(N_("It holds characters that are no text; the file was saved in a wrong encoding"))
    return None


def line_problem(cells: list[str], columns: int) -> Sentence | None:
    """Why nothing of the row can be trusted."""
    if any(is_foreign(cell) for cell in cells):
        return say(N_("The line is written in another encoding than the rest of the list; save the list as “CSV UTF-8”"))
    if any(cell.strip() for cell in cells[columns:]):
        return say(
            N_("{n} cells under {columns} columns; a text with the separator in it must stand in quotes"), n=len(cells), columns=columns
        )
    return None


def birth_problem(text: str, born: date | None, today: date) -> Sentence | None:
    """Why nobody who is alive today can have been born then."""
    if not text:
        return say(N_("Empty; a participant needs it"))
    if born is None:
        return _unclear(text)
    if born > today:
        return say(N_("{day} lies in the future"), day=born)
    if today.year - born.year > OLDEST_YEARS:
        return say(N_("Born {day} would be more than {years} years old"), day=born, years=OLDEST_YEARS)
    return None


def death_problem(text: str, born: date | None, today: date) -> Sentence | None:
    """Why nobody born then can have died on that day; an empty text is no death."""
    if not text:
        return None
    died = day_of(text)
    if died is None:
        return _unclear(text)
    if died > today:
        return say(N_("{day} lies in the future"), day=died)
    if born is not None and died < born:
        return say(N_("{day} lies before the birth on {born}"), day=died, born=born)
    return None


def sex_problem(text: str) -> Sentence | None:
    """Why this is no sex known here."""
    return None if text in SEXES else say(N_("{value} is no sex known here; expected female, male, other or empty"), value=text[:30])


def _unclear(text: str) -> Sentence:
    return say(N_("{value} is no date that is clear; expected year-month-day such as 1960-04-03"), value=text[:30])

"""How alike two entries are, and why: names in any order, with or without accents, Latin or Chinese; days with a slip of the pen."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from rapidfuzz import fuzz

from core.words import N_, Sentence, say

REASONS = {
    "number": N_("The same patient number at two sites"),
    "name": N_("The same name"),
    "alike": N_("A name {percent} % alike"),
    "part": N_("One name is a part of the other"),
    "born": N_("The same date of birth"),
    "swapped": N_("Day and month of birth are swapped"),
    "digit": N_("The dates of birth differ in one digit"),
    "sex": N_("But the sex differs"),
}
ALIKE = 85  # percent from which two names may be one
LIKELY, VERY_LIKELY = 0.75, 0.9


@lru_cache(maxsize=1 << 16)
def name_key(name: str) -> str:
    """A name without accents and marks, its parts in one order; Chinese characters as single parts."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign))
    parts = re.findall(r"[^\W\d_]+|\d+", bare.replace("ß", "ss"))
    return " ".join(sorted(letter for part in parts for letter in ([part] if part.isascii() or not _is_han(part) else part)))


def near_days(born: date) -> Iterator[tuple[str, date]]:
    """Days that a slip of the pen may have made of this one: day and month swapped, or one digit of the day, month or year another."""
    if born.day <= 12 and born.day != born.month:
        yield "swapped", date(born.year, born.day, born.month)
    written = born.strftime("%Y%m%d")
    for place in range(2, 8):
        for digit in "0123456789":
            try:
                other = date.fromisoformat(f"{written[:place]}{digit}{written[place + 1 :]}")
            except ValueError:
                continue
            if other != born:
                yield "digit", other


def judged(same_number: bool, one: str, other: str, births: str, same_sex: bool) -> tuple[float, list[list[object]]] | None:
    """From 0 to 1 with the reasons as codes and values, for two name keys; None where they are not alike. `births`: "born", "swapped",
    "digit" or ""."""
    ratio = fuzz.ratio(one, other)
    part = _is_part(one, other)
    if ratio < ALIKE and not part:
        return None
    name: list[object] = ["name"] if one == other else ["part"] if part else ["alike", round(ratio)]
    named = 1.0 if one == other else 0.9 if part else ratio / 100
    score = named * {"born": 0.95, "swapped": 0.85, "digit": 0.8, "": 0.5}[births] + 0.2 * same_number - (0.0 if same_sex else 0.2)
    codes: list[list[object]] = [["number"], name, [births], ["sex"]]
    said = (same_number, True, bool(births), not same_sex)
    return min(max(score, 0.0), 1.0), [code for code, holds in zip(codes, said, strict=True) if holds]


def words(reasons: list[list[object]]) -> tuple[Sentence, ...]:
    """Reasons as sentences."""
    return tuple(say(REASONS[str(code)], **({"percent": rest[0]} if rest else {})) for code, *rest in reasons)


def _is_part(one: str, other: str) -> bool:
    """Whether one name lacks only a middle name of the other; single words are too little to tell."""
    first, second = set(one.split()), set(other.split())
    return min(len(first), len(second)) >= 2 and one != other and (first < second or second < first) and one.isascii()


def _is_han(part: str) -> bool:
    return any("\u3400" <= letter <= "\u9fff" for letter in part)

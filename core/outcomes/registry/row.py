"""One row of a registry's list: a tumour of a person, or everything that is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.outcomes.plausible import Report, problems
from core.outcomes.registry.tumour import IN_SITU, SIDES, organ, tissue
from core.roster.columns import Mapping
from core.roster.entry import Problem
from core.roster.written import birth_problem, day_of, line_problem, text_problem
from core.words import N_, Sentence, say


@dataclass(frozen=True)
class Tumour:
    """A row that can be looked up. `card_id` is "" for organs that are not screened here; `as_written` is the histology of the list."""

    line: int
    identifier: str
    birth_date: date
    diagnosed_on: date
    icd10: str
    card_id: str
    report: Report | None
    as_written: str
    source: str


def read(line: int, cells: Sequence[str], mapping: Mapping, columns: int, today: date) -> tuple[Tumour | None, tuple[Problem, ...]]:
    """The tumour and what should be looked at, or None and every problem of the row."""
    broken = line_problem(list(cells), columns)
    if broken is not None:
        return None, (Problem(line, "", broken),)
    identifier, icd10 = mapping.cell(cells, "identifier"), mapping.cell(cells, "icd10")
    born, told = mapping.cell(cells, "birth_date"), mapping.cell(cells, "diagnosed_on")
    birth_date, diagnosed_on, place = day_of(born), day_of(told), organ(icd10)
    wrong = {
        "identifier": text_problem(identifier), "birth_date": birth_problem(born, birth_date, today),
        "diagnosed_on": _diagnosis(told, diagnosed_on, birth_date, today),
        "icd10": None if place else say(N_("{value} is no ICD-10 code; expected the like of C50.4, D05.1 or C34.1"), value=icd10[:30]),
    }  # fmt: skip
    found = [Problem(line, key, said) for key, said in wrong.items() if said is not None]
    if found or birth_date is None or diagnosed_on is None or place is None:
        return None, tuple(found)
    report, more = _report(line, cells, mapping, place, diagnosed_on) if place[1] else (None, [])
    if any(not one.doubt for one in more):
        return None, tuple(more)
    made = Tumour(
        line, identifier, birth_date, diagnosed_on, icd10.strip().upper(), place[1], report, mapping.cell(cells, "histology")[:100],
        mapping.cell(cells, "source")[:150],
    )  # fmt: skip
    return made, tuple(more)


def _diagnosis(text: str, day: date | None, born: date | None, today: date) -> Sentence | None:
    if day is None:
        return say(N_("{value} is no date that is clear; expected year-month-day such as 1960-04-03"), value=text[:30])
    if day > today:
        return say(N_("{day} lies in the future"), day=day)
    return say(N_("{day} lies before the birth on {born}"), day=day, born=born) if born and day < born else None


def _report(line: int, cells: Sequence[str], mapping: Mapping, place: tuple[str, str], day: date) -> tuple[Report, list[Problem]]:
    """What the row says of the tissue, with what cannot be or should be looked at."""
    code, card_id = place
    named, known = tissue(card_id, written := mapping.cell(cells, "histology"))
    in_situ, found = code in IN_SITU, []
    if not known:
        found.append(
            Problem(line, "histology", say(N_("{value} has no name here; kept as “{name}”"), value=written[:60], name=named.name), True)
        )
    if not named.malignant or (named.invasive is not None and named.invasive == in_situ):
        found.append(Problem(line, "histology", say(N_("{name} does not go with {code}"), name=named.name, code=code)))
    side, size = mapping.cell(cells, "side").casefold(), mapping.cell(cells, "size_mm")
    if side not in SIDES:
        found.append(Problem(line, "side", say(N_("{value} is no side; expected left, right, both or nothing"), value=side[:30])))
    size_mm = _number(size)
    if size and size_mm is None:
        found.append(
            Problem(line, "size_mm", say(N_("{value} is no size in millimetres; expected a number such as 12.5"), value=size[:30]))
        )
    stage = mapping.cell(cells, "stage").upper().removeprefix("STAGE").strip()
    report = Report(histology=named.key, reported_on=day, invasive=not in_situ, size_mm=size_mm, stage=stage, side=SIDES.get(side, ""))
    if not found or all(one.doubt for one in found):
        found += [Problem(line, one.field, one.said) for one in problems(card_id, report)]
    return report, found


def _number(text: str) -> float | None:
    """A number with a point or a comma, "mm" behind it allowed."""
    try:
        return float(text.casefold().removesuffix("mm").strip().replace(",", ".")) if text else None
    except ValueError:
        return None

"""A return as a page asks for it: the figures of one year, of the year before, and what is made of them."""

from dataclasses import dataclass, replace

from sqlmodel import Session

from core.access import Person
from core.returns.checks import Check, checks
from core.returns.kc62 import Return, kc62
from core.returns.lcsr import Export, lcsr
from core.returns.years import year_before
from core.workflow.programme_figures import ProgrammeFigures, Question, figures


@dataclass(frozen=True)
class Yearly:
    """`made` is None where there is no exam, or where exams were chosen for a study: a return of those would be wrong."""

    found: ProgrammeFigures
    made: Return | None
    checks: tuple[Check, ...]
    compared: bool = False
    """Whether there was a year before to compare with."""


def yearly(session: Session, person: Person, asked: Question) -> Yearly:
    """The KC62-like return of the question's period, checked against the year before."""
    found = figures(session, person, asked)
    if not found.counts.exams or found.about:
        return Yearly(found, None, ())
    before = figures(session, person, replace(asked, period=year_before(asked.period), synthetic=found.synthetic))
    made = kc62(found)
    compared = before.counts.exams > 0
    return Yearly(found, made, checks(made, kc62(before) if compared else None), compared)


def exams(session: Session, person: Person, asked: Question) -> tuple[ProgrammeFigures, Export]:
    """The LCSR-like export of the question's period."""
    found = figures(session, person, asked)
    return found, lcsr(session, person, found)

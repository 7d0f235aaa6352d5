"""How an exam's outcome came to be what it is: every entry and check with its author, what changed by it, and which figures it flips."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from core.access import Act, Person
from core.errors import NotAllowed
from core.outcomes.checked import TABLES
from core.outcomes.known import Known, as_known_on
from core.outcomes.said import entry_said
from core.words import N_, Sentence
from db.enums import Certainty, CheckVerdict, OutcomeKind
from db.tables import Exam, SecondCheck, User

FIGURES: tuple[tuple[str, Callable[[Known], bool]], ...] = (
    (N_("cancers found by screening"), lambda k: k.kind == OutcomeKind.cancer),
    (N_("interval cancers"), lambda k: k.kind == OutcomeKind.interval_cancer),
    (N_("benign results"), lambda k: k.kind == OutcomeKind.benign),
    (N_("final outcomes"), lambda k: k.certainty == Certainty.final),
    (N_("biopsies done"), lambda k: k.biopsy is not None),
    (N_("malignant biopsies"), lambda k: k.biopsy == "malignant"),
    (N_("invasive cancers"), lambda k: k.cancer and k.invasive is True),
    (N_("cancers in situ"), lambda k: k.cancer and k.invasive is False),
    (N_("cancers with a known stage"), lambda k: k.cancer and k.stage is not None),
    (N_("stage I or less"), lambda k: k.cancer and k.stage is not None and (k.stage == "0" or k.stage.rstrip("ABC123") == "I")),
    (N_("minimal cancers"), lambda k: k.cancer and minimal(k.invasive, k.size_mm)),
    (N_("node-negative invasive cancers"), lambda k: k.cancer and k.invasive is True and k.nodes_positive is False),
)
"""What an exam is counted in: the name of the count and when it is."""


def minimal(invasive: bool | None, size_mm: float | None) -> bool:
    """Invasive of at most 1 cm, or in situ (domain/clinical-rules.md 2.8)."""
    return invasive is False or (invasive is True and size_mm is not None and size_mm <= 10)


@dataclass(frozen=True)
class Flip:
    """A count that an exam enters or leaves."""

    figure: str
    counts: bool


@dataclass(frozen=True)
class Change:
    """Something that was entered, approved or refused. `before` and `after` differ only where it counts."""

    at: datetime
    who: str
    deed: str
    """"entered", "approved" or "refused"."""
    subject: str
    row_id: int
    said: Sentence
    note: str
    list_id: str | None
    before: Known
    after: Known
    flips: tuple[Flip, ...]

    @property
    def changed(self) -> tuple[str, ...]:
        """The names of what is known otherwise afterwards; how much waits is no change of what is known."""
        names = (field.name for field in fields(Known) if field.name != "waiting")
        return tuple(name for name in names if getattr(self.before, name) != getattr(self.after, name))


def history(session: Session, exam_id: int) -> tuple[Change, ...]:
    """Every entry and every check of an exam in the order of time, with what was known before and after."""
    found, before = [], Known()
    deeds = sorted(_deeds(session, exam_id), key=lambda deed: (deed[0], deed[1] != "entered", deed[4]))  # an entry before its check
    for at, deed, who, subject, row_id, row, note in deeds:
        after = replace(before, waiting=before.waiting + 1) if deed == "entered" else as_known_on(session, exam_id, at)
        found.append(
            Change(
                at, who, deed, subject, row_id, entry_said(row), note, getattr(row, "list_id", None), before, after, flips(before, after)
            )
        )
        before = after
    return tuple(found)


def story(session: Session, person: Person, exam_id: int) -> tuple[Change, ...]:
    """The same for a page; NotAllowed outside the person's sites."""
    exam = session.get(Exam, exam_id)
    if exam is None or exam.site_id not in person.sites(Act.record_outcome):
        raise NotAllowed(N_("This exam is not at one of the sites where you record outcomes."))
    return history(session, exam_id)


def known_by_day(session: Session, exam_id: int) -> tuple[tuple[date, Known], ...]:
    """What was known at the end of every day on which something was entered or checked, oldest first."""
    days = sorted({change.at.date() for change in history(session, exam_id)})
    return tuple((day, as_known_on(session, exam_id, day)) for day in days)


def flips(before: Known, after: Known) -> tuple[Flip, ...]:
    """Which counts an exam enters or leaves when one state of knowledge follows another."""
    return tuple(Flip(name, counts(after)) for name, counts in FIGURES if counts(before) != counts(after))


def _deeds(session: Session, exam_id: int) -> list[tuple[datetime, str, str, str, int, Any, str]]:
    names: dict[int | None, str] = dict(session.exec(select(User.id, User.name)).all())
    found: list[tuple[datetime, str, str, str, int, Any, str]] = []
    for subject, table in TABLES.items():
        rows = {row.id or 0: row for row in session.exec(select(table).where(table.exam_id == exam_id))}
        found += [(row.entered_at, "entered", names.get(row.entered_by, ""), subject, id_, row, "") for id_, row in rows.items()]
        checks = select(SecondCheck).where(SecondCheck.subject == subject, col(SecondCheck.row_id).in_(rows))
        found += [
            (
                said.at, "approved" if said.verdict == CheckVerdict.approved else "refused", names.get(said.author_id, ""), subject,
                said.row_id, rows[said.row_id], said.note,
            )
            for said in session.exec(checks)
        ]  # fmt: skip
    return found

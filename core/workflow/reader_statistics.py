"""What a reader may learn from the own reads: how many, how fast, how often recalled, and how often others and the outcome agreed.

Counted are blind reads that stand (`core.workflow.blind_reads`); the others are only numbered, so that "87 and 13 excluded" can be said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from sqlmodel import Session

from core.access import Person
from core.clock import today
from core.metrics.proportions import Proportion, proportion
from core.workflow.blind_reads import BlindRead, blind_reads
from core.workflow.discordance import discordant
from core.workflow.programmes import Card, Target, card
from db.enums import OutcomeKind, ProgrammeDecision

YEAR = timedelta(days=365)
CANCERS = (OutcomeKind.cancer, OutcomeKind.interval_cancer)


@dataclass(frozen=True)
class Figures:
    """Of `reads` blind reads. A proportion of nothing has no value; a proportion of few says so (`Proportion.stable`)."""

    reads: int
    excluded: int
    """Reads with the AI result or the opinion of another in sight before signing; in no other figure here."""
    seconds_per_read: float | None
    """Median from opening to signing, of the reads that were not interrupted; None without such a read."""
    timed: int
    interrupted: int
    """Reads that took longer than the card's `statistics.pause_minutes`: counted, but not timed."""
    reading_minutes: float
    """The sum over the reads that were not interrupted."""
    first: int
    second: int
    recall: Proportion
    """Recalled for assessment or at short term, of all."""
    technical_recall: Proportion
    arbitration: Proportion
    """Settled by arbitration, of the reads whose case is decided."""
    agreed_with_reader: Proportion
    """Not discordant with the other read (domain/users.md 1.2), of the reads of decided cases on which another read stands.

    Decided ones only: whoever can still take a read back must not learn from a figure what the other reader said.
    """
    agreed_with_decision: Proportion
    """Same decision as the programme's, of the reads of decided cases that somebody else read or settled too."""
    cancers_recalled: Proportion
    """Recalled by this reader, of the reads of exams after which a cancer was recorded, interval cancers included."""


@dataclass(frozen=True)
class Progress:
    """Blind reads of the last 365 days towards a number that is expected in a year; `source` says by whom."""

    target: Target
    done: int
    since: date

    @property
    def source(self) -> str:
        return self.target.source

    @property
    def fraction(self) -> float:
        return min(self.done / self.target.a_year, 1.0)


@dataclass(frozen=True)
class Month:
    """The figures of one calendar month; `first_day` may lie before the period that was asked for."""

    first_day: date
    figures: Figures


@dataclass(frozen=True)
class ReaderStatistics:
    """A reader's own figures in one programme from `start` to `end`, by month, and the targets of the programme card."""

    card_id: str
    start: date
    end: date
    figures: Figures
    months: tuple[Month, ...]
    targets: tuple[Progress, ...]


def own_statistics(session: Session, person: Person, *, card_id: str, start: date, end: date) -> ReaderStatistics:
    """The person's own figures; nobody can ask for another's. Days are days of signing, UTC."""
    programme = card(card_id)
    found = blind_reads(session, person, card_id=card_id, start=start, end=end)
    days = [*(read.committed_at.date() for read in found.reads), *(at.date() for at in found.excluded)]
    months = []
    for first_day in sorted({day.replace(day=1) for day in days}):
        reads = [read for read in found.reads if read.committed_at.date().replace(day=1) == first_day]
        left_out = sum(at.date().replace(day=1) == first_day for at in found.excluded)
        months.append(Month(first_day, figures(reads, left_out, programme)))
    whole = figures(found.reads, len(found.excluded), programme)
    return ReaderStatistics(card_id, start, end, whole, tuple(months), progress(session, person, programme, today()))


def progress(session: Session, person: Person, programme: Card, day: date) -> tuple[Progress, ...]:
    """How far the person is with each target of the card in the 365 days until `day`; empty where the card names none."""
    since = day - YEAR + timedelta(days=1)
    if not programme.statistics.targets:
        return ()
    reads = blind_reads(session, person, card_id=programme.id, start=since, end=day).reads
    counted = {
        "cases": len(reads),
        "screening": sum(read.screening for read in reads),
        "first_reads": sum(read.screening and read.place == 1 for read in reads),
    }
    return tuple(Progress(target, counted[target.of], since) for target in programme.statistics.targets)


def figures(reads: Sequence[BlindRead], excluded: int, programme: Card) -> Figures:
    """Counted from blind reads; pure."""
    pause = timedelta(minutes=programme.statistics.pause_minutes)
    times = [read.taken.total_seconds() for read in reads if read.taken <= pause]
    decided = [read for read in reads if read.final is not None]
    doubled = [read for read in decided if read.others]
    checked = [read for read in decided if read.others or read.arbitrated]
    cancers = [read for read in reads if read.outcome is not None and read.outcome.kind in CANCERS]
    agreed = sum(not any(discordant(read.verdict, other) for other in read.others) for read in doubled)
    return Figures(
        reads=len(reads),
        excluded=excluded,
        seconds_per_read=median(times) if times else None,
        timed=len(times),
        interrupted=len(reads) - len(times),
        reading_minutes=sum(times) / 60,
        first=sum(read.place == 1 for read in reads),
        second=sum(read.place > 1 for read in reads),
        recall=proportion(sum(read.verdict.recalls for read in reads), len(reads)),
        technical_recall=proportion(sum(read.verdict.decision == ProgrammeDecision.technical_recall for read in reads), len(reads)),
        arbitration=proportion(sum(read.arbitrated for read in decided), len(decided)),
        agreed_with_reader=proportion(agreed, len(doubled)),
        agreed_with_decision=proportion(sum(read.verdict.decision == read.final for read in checked), len(checked)),
        cancers_recalled=proportion(sum(read.verdict.recalls for read in cancers), len(cancers)),
    )

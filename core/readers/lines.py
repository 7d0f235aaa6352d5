"""Every reader of a programme on one line: how many blind reads, how often recalled, what was found, and how far from the others."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlmodel import Session

from core.access import Act, Person
from core.metrics.discordant_cancers import Discordant, discordant_cancers
from core.metrics.funnel import Funnel, funnel
from core.metrics.proportions import Proportion, proportion
from core.readers.reads import BlindReadsOfAll, blind_reads_of_all
from core.words import N_
from core.workflow.programme_figures import ProgrammeFigures, Question, figures
from core.workflow.programmes import Target, card

RATES: Mapping[str, str] = {
    "recall": N_("Recalled by the reader"), "detection": N_("Cancers recalled by the reader"), "ppv": N_("Cancer among those recalled"),
    "found": N_("Cancers read that the reader recalled"), "arbitration": N_("Went to arbitration"),
}  # fmt: skip
PER_1000 = ("detection",)
YEAR_DAYS = 365


@dataclass(frozen=True)
class ReaderLine:
    """One reader. `rates` by the keys of RATES; `targets`: the card's yearly targets with how many of the last 365 days count."""

    id: int
    name: str
    reads: int
    excluded: int
    first: int
    second: int
    seconds: float | None
    rates: Mapping[str, Proportion]
    targets: tuple[tuple[Target, int], ...]
    discordant: Discordant | None


@dataclass(frozen=True)
class Readers:
    """`excluded` reads of all readers had been led and are in no figure here."""

    found: ProgrammeFigures
    lines: tuple[ReaderLine, ...]
    excluded: int

    def funnel(self, key: str) -> Funnel | None:
        """All readers against the rate of all their reads together."""
        return funnel((str(line.id), line.rates[key].numerator, line.rates[key].denominator) for line in self.lines)


def readers(session: Session, person: Person, asked: Question) -> Readers:
    """Whoever read an exam of the period at the person's sites; by name, for managers only."""
    person.must(Act.see_figures, asked.site_id)
    found = figures(session, person, asked)
    told = blind_reads_of_all(session, found)
    reads = _with_fate(told.reads, found)
    apart = {one.reader: one for one in _discordant(reads, found)}
    groups = {int(str(reader)): own for reader, own in reads.groupby("reader")}
    everyone = sorted({*groups, *told.excluded}, key=lambda reader: found.names["reader"].get(reader, ""))
    empty = reads.iloc[:0]
    lines = tuple(_line(reader, groups.get(reader, empty), told, found, apart.get(reader)) for reader in everyone)
    return Readers(found, lines, sum(told.excluded.values()))


def _with_fate(reads: pd.DataFrame, found: ProgrammeFigures) -> pd.DataFrame:
    """What became of each read's case: cancer within 365 days, outcome known. All reads of a study count, though nothing was decided."""
    cohort, row = found.tally.cohorts["exams"], reads["row"].to_numpy(dtype=np.int64)
    decided = cohort.known("decision")
    final = cohort.final | (found.gaps.chosen.get("exams", False) & ~decided)
    return reads.assign(cancer=cohort.cancer[row], resolved=cohort.true("resolved")[row], final=final[row], decided=decided[row])


def _line(reader: int, own: pd.DataFrame, told: BlindReadsOfAll, found: ProgrammeFigures, discordant: Discordant | None) -> ReaderLine:
    statistics = card(found.terms.programme).statistics
    whole = own[own.seconds <= statistics.pause_minutes * 60]
    return ReaderLine(
        id=reader, name=found.names["reader"].get(reader, str(reader)), reads=len(own), excluded=told.excluded.get(reader, 0),
        first=int((own.place == 1).sum()), second=int((own.place > 1).sum()),
        seconds=float(whole.seconds.median()) if len(whole) else None, rates=_rates(own),
        targets=tuple((target, _towards(target, own, found)) for target in statistics.targets), discordant=discordant,
    )  # fmt: skip


def _rates(own: pd.DataFrame) -> Mapping[str, Proportion]:
    final = own[own.final]
    hit = final[final.recalled & final.resolved]
    return {
        "recall": proportion(int(final.recalled.sum()), len(final)),
        "detection": proportion(int((final.recalled & final.cancer).sum()), len(final)),
        "ppv": proportion(int(hit.cancer.sum()), len(hit)),
        "found": proportion(int((final.recalled & final.cancer).sum()), int(final.cancer.sum())),
        "arbitration": proportion(int((own.arbitrated & own.decided).sum()), int(own.decided.sum())),
    }


def _towards(target: Target, own: pd.DataFrame, found: ProgrammeFigures) -> int:
    """Blind reads of the 365 days before the day of knowledge that count for a target; only those inside the period are seen."""
    last = (pd.Timestamp(found.as_of) - pd.Timestamp(0)).days
    year = own[(own.day > last - YEAR_DAYS) & (own.day <= last)]
    counted = {"cases": len(year), "screening": int(year.screening.sum()), "first_reads": int((year.screening & (year.place == 1)).sum())}
    return counted[target.of]


def _discordant(reads: pd.DataFrame, found: ProgrammeFigures) -> tuple[Discordant, ...]:
    """Cancers whose first and second read were both blind; the case mix is density and whether it is the first round."""
    two = reads[reads.cancer & reads.final & reads.place.le(2)]
    frame = found.frame.iloc[two["row"].to_numpy(dtype=np.int64)]
    density = frame.density.astype(object).fillna("–").astype(str) if "density" in frame else pd.Series("–", index=frame.index)
    mix = density.to_numpy(dtype=object) + np.where(frame["round"].eq(1), "1", "+").astype(object)
    return discordant_cancers(two["row"], two.reader, two.recalled, mix.astype(str))

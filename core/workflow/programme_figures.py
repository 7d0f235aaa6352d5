"""Everything the programme page shows, counted from one look at the cohort so that its numbers fit each other."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlmodel import Session

from core.access import Act, Person
from core.clock import today
from core.metrics import programme
from core.metrics.measures import MEASURES
from core.metrics.programme import Indicator, Tally
from core.metrics.screening import POSITIVE, Terms
from core.sites import sites
from core.words import Sentence, say
from core.workflow import cohort
from core.workflow.period import Period
from core.workflow.programmes import Card, card

QUARTERS = 12
"""The trend shows the newest so many quarters that hold exams."""


@dataclass(frozen=True)
class Question:
    """What is asked: programme, period, site (None: every site of the person), day of knowledge, and what counts as positive."""

    card_id: str
    period: Period
    site_id: int | None = None
    as_of: date | None = None
    positive: int = 0
    synthetic: bool | None = None
    """Invented exams or real ones; None: real ones where there are any. The two are never counted together."""


@dataclass(frozen=True)
class Group:
    """The indicators of a part of the exams: a site, a round or a quarter."""

    name: Sentence
    exams: int
    indicators: tuple[Indicator, ...]

    def of(self, key: str) -> Indicator:
        return next(one for one in self.indicators if one.key == key)


@dataclass(frozen=True)
class Counts:
    """Exams by how far they have come. `undecided` and `technical` are outside of most rates; `answers` are exams after a recall."""

    exams: int
    undecided: int
    technical: int
    short_term: int
    answers: int


@dataclass(frozen=True)
class ProgrammeFigures:
    """The answer. `frame` holds the exams behind every number; `both` says that real and invented exams exist side by side."""

    terms: Terms
    first: date | None
    last: date | None
    as_of: date
    synthetic: bool
    both: bool
    counts: Counts
    whole: Group
    by_site: tuple[Group, ...]
    by_round: tuple[Group, ...]
    by_quarter: tuple[Group, ...]
    exceptions: tuple[Indicator, ...]
    frame: pd.DataFrame
    rounds: pd.DataFrame


def terms_of(wanted: Card, positive: int = 0) -> Terms:
    """The programme's terms with the chosen definition of positive (the usual one when the number is not known)."""
    choices = POSITIVE[wanted.id]
    chosen = choices[positive] if 0 <= positive < len(choices) else choices[0]
    return Terms(wanted.id, chosen, wanted.queue.urgent_days, wanted.screening_interval_days)


def figures(session: Session, person: Person, asked: Question) -> ProgrammeFigures:
    """Count everything anew from the rows as they are; nothing is kept between two calls."""
    known = asked.as_of or today()
    scope = {"card_id": asked.card_id, "start": asked.period.start, "end": asked.period.end, "site_id": asked.site_id, "as_of": known}
    frame = cohort.exams_frame(session, person, **scope)  # type: ignore[arg-type]
    rounds = cohort.invitations_frame(session, person, **scope)  # type: ignore[arg-type]
    frame, synthetic, both = cohort.of_one_kind(frame, asked.synthetic)
    rounds = rounds[rounds.synthetic.eq(synthetic)]
    terms = terms_of(card(asked.card_id), asked.positive)
    names = {site.id: site.name for site in sites(session, person.sites(Act.see_figures))}
    tally = Tally(frame, terms, rounds)
    whole = _group(tally, say(asked.card_id))
    return ProgrammeFigures(
        terms=terms, first=_day(frame.exam_date.min()), last=_day(frame.exam_date.max()), as_of=known, synthetic=synthetic,
        both=both, counts=_counts(frame), whole=whole, exceptions=programme.exceptions(whole.indicators),
        by_site=tuple(_group(tally, say("{site}", site=name), "site_id", key) for key, name in names.items() if key in set(frame.site_id)),
        by_round=tuple(_group(tally, say("{round}", round=int(key)), "round", key) for key in sorted(set(frame["round"]))),
        by_quarter=tuple(_group(tally, say("{quarter}", quarter=key), "quarter", key) for key in _quarters(frame)),
        frame=frame, rounds=rounds,
    )  # fmt: skip


def cases(found: ProgrammeFigures, key: str) -> pd.DataFrame:
    """The exams (or invited rounds) behind a number, those in the numerator first, then the newest."""
    measure = next(one for one in MEASURES if one.key == key)
    rows = programme.cases(key, found.frame if measure.of == "exams" else found.rounds, found.terms)
    when = "exam_date" if measure.of == "exams" else "invited_on"
    return rows.sort_values(["counted", when], ascending=[False, False])


def _group(tally: Tally, name: Sentence, column: str = "", key: str | int = "") -> Group:
    """The whole, or the rows whose `column` is `key`."""
    if not column:
        return Group(name, len(tally.tables["exams"]), tally.indicators())
    parts = {table: rows[column].eq(key).to_numpy(dtype=bool) for table, rows in tally.tables.items()}
    return Group(name, int(parts["exams"].sum()), tally.indicators(parts))


def _quarters(frame: pd.DataFrame) -> list[str]:
    return sorted(set(frame.quarter))[-QUARTERS:]


def _counts(frame: pd.DataFrame) -> Counts:
    return Counts(
        exams=len(frame), undecided=int(frame.decision.isna().sum()), technical=int(frame.decision.eq("technical_recall").sum()),
        short_term=int(frame.decision.eq("short_term_recall").sum()), answers=int(frame.follow_up.sum()),
    )  # fmt: skip


def _day(moment: pd.Timestamp) -> date | None:
    return None if pd.isna(moment) else moment.date()

"""Everything the programme page shows, counted from one look at the cohort so that its numbers fit each other."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd
from sqlmodel import Session, col, select

from core.access import Act, Person
from core.clock import today
from core.figures import settings as figure_settings
from core.figures.cuts import Cut, Kind, Names, cut
from core.figures.registered import registered
from core.figures.round_length import since_last_exam
from core.figures.settings import Settings
from core.metrics import programme
from core.metrics.gaps import Gaps
from core.metrics.measures import BY_KEY
from core.metrics.programme import Indicator, Tally
from core.metrics.screening import Terms
from core.sites import sites
from core.words import Sentence, say
from core.workflow import cohort, not_recorded
from core.workflow.period import Period
from core.workflow.programmes import Card, card
from db.tables import User


@dataclass(frozen=True)
class Question:
    """What is asked: programme, period, site (None: every site of the person), day of knowledge, and what counts as positive."""

    card_id: str
    period: Period
    site_id: int | None = None
    as_of: date | None = None
    positive: int | None = None
    """None: the definition in force on the day of knowledge."""
    synthetic: bool | None = None
    """Invented exams or real ones; None: real ones where there are any. The two are never counted together."""
    final_only: bool = False
    """Leave out outcomes that are provisional."""


@dataclass(frozen=True)
class Group:
    """The indicators of a part of the exams: a site, a round or a quarter."""

    name: Sentence
    exams: int
    indicators: tuple[Indicator, ...]
    key: str = ""

    def of(self, key: str) -> Indicator:
        return next(one for one in self.indicators if one.key == key)

    def has(self, key: str) -> bool:
        return any(one.key == key for one in self.indicators)


@dataclass(frozen=True)
class Counts:
    """Exams by how far they have come. `undecided` and `technical` are outside of most rates; `answers` are exams after a recall."""

    exams: int
    undecided: int
    technical: int
    short_term: int
    answers: int
    unchecked: int = 0
    """Exams with an entry that waits for its second person and is not counted until then."""
    provisional: int = 0


@dataclass(frozen=True)
class ProgrammeFigures:
    """The answer. `frame` holds the exams behind every number; `both` says that real and invented exams exist side by side."""

    asked: Question
    settings: Settings
    terms: Terms
    first: date | None
    last: date | None
    as_of: date
    synthetic: bool
    both: bool
    counts: Counts
    whole: Group
    exceptions: tuple[Indicator, ...]
    frame: pd.DataFrame
    rounds: pd.DataFrame
    gaps: Gaps
    about: tuple[Sentence, ...]
    """Where the exams come from, when they were chosen for a study."""
    tally: Tally
    names: Names
    _cuts: dict[Kind, Cut] = field(default_factory=dict)
    _groups: dict[tuple[Kind, frozenset[str] | None], tuple[Group, ...]] = field(default_factory=dict)

    def cut(self, kind: Kind) -> Cut:
        if kind not in self._cuts:
            self._cuts[kind] = cut(kind, self.tally.tables, self.names)
        return self._cuts[kind]

    def by(self, kind: Kind, keys: Collection[str] | None = None) -> tuple[Group, ...]:
        """The parts of one kind with every indicator, or with those of `keys` only, which is faster; counted when first asked for."""
        wanted = (kind, None if keys is None else frozenset(keys))
        if wanted not in self._groups:
            found = self.cut(kind)
            sizes = [int((found.parts.of["exams"] == place).sum()) for place in range(found.parts.n)]
            rows = self.tally.split(found.parts, keys)
            parts = zip(found.names, sizes, rows, found.keys, strict=True)
            self._groups[wanted] = tuple(Group(name, size, row, key) for name, size, row, key in parts)
        return self._groups[wanted]

    @property
    def by_site(self) -> tuple[Group, ...]:
        return self.by("site")

    @property
    def by_round(self) -> tuple[Group, ...]:
        return self.by("round")

    @property
    def by_quarter(self) -> tuple[Group, ...]:
        return self.by("quarter")


def terms_of(wanted: Card, positive: int = 0) -> Terms:
    """The programme's terms with the chosen definition of positive (the usual one when the number is not known)."""
    plain = Settings(0, figure_settings.AGES[wanted.id], {}, frozenset())
    return figure_settings.terms(wanted, plain, positive)


def figures(session: Session, person: Person, asked: Question) -> ProgrammeFigures:
    """Count everything anew from the rows as they are; nothing is kept between two calls."""
    known = asked.as_of or today()
    scope = {"card_id": asked.card_id, "start": asked.period.start, "end": asked.period.end, "site_id": asked.site_id, "as_of": known}
    frame = cohort.exams_frame(session, person, final_only=asked.final_only, **scope)  # type: ignore[arg-type]
    rounds = cohort.invitations_frame(session, person, **scope)  # type: ignore[arg-type]
    frame, synthetic, both = cohort.of_one_kind(frame, asked.synthetic)
    rounds = since_last_exam(session, person, asked.card_id, asked.site_id, rounds[rounds.synthetic.eq(synthetic)], known)
    settings = figure_settings.in_force(session, card(asked.card_id), known)
    terms = figure_settings.terms(card(asked.card_id), settings, asked.positive)
    mine = person.sites(Act.see_figures) if asked.site_id is None else frozenset({asked.site_id})
    declared = not_recorded.records(session, asked.card_id, set(frame.site_id))
    gaps = not_recorded.gaps(declared, {"exams": frame, "invitations": rounds})
    people = registered(session, terms, mine - {one.site_id for one in declared}, synthetic=synthetic, known=known)
    growing = known if asked.period.end >= known else None
    tally = Tally(frame, terms, rounds, gaps, people=people, known=growing, bands=settings.bands)
    whole = Group(say(asked.card_id), len(frame), tally.indicators())
    return ProgrammeFigures(
        asked=replace(asked, as_of=known), settings=settings, terms=terms, first=_day(frame.exam_date.min()),
        last=_day(frame.exam_date.max()), as_of=known, synthetic=synthetic, both=both, counts=_counts(frame), whole=whole,
        exceptions=programme.exceptions(whole.indicators), frame=frame, rounds=rounds, gaps=gaps,
        about=not_recorded.about(declared), tally=tally, names=_names(session, person),
    )  # fmt: skip


def cases(found: ProgrammeFigures, key: str, kind: Kind | None = None, part: str = "") -> pd.DataFrame:
    """The exams (or invited rounds) behind a number, of all or of one part, those in the numerator first, then the newest.

    `counted` says which stand in the numerator. Empty for figures of the register, which is counted and not listed.
    """
    of = BY_KEY[key].of
    table = found.tally.tables[of]
    if of == "people":
        return table.iloc[:0].assign(counted=False)
    top, bottom = found.tally.rows(key)
    if kind is not None and part in found.cut(kind).keys and of in found.cut(kind).parts.of:
        bottom = bottom[found.cut(kind).parts.of[of][bottom] == found.cut(kind).keys.index(part)]
    rows = table.iloc[bottom].assign(counted=np.isin(bottom, top))
    return rows.sort_values(["counted", "exam_date" if of == "exams" else "invited_on"], ascending=False, kind="stable")


def _names(session: Session, person: Person) -> Names:
    readers = session.exec(select(col(User.id), col(User.name)).order_by(col(User.name))).all()
    return {
        "site": {site.id: site.name for site in sites(session, person.sites(Act.see_figures))},
        "reader": {reader or 0: name for reader, name in readers},
    }


def _counts(frame: pd.DataFrame) -> Counts:
    return Counts(
        exams=len(frame), undecided=int(frame.decision.isna().sum()), technical=int(frame.decision.eq("technical_recall").sum()),
        short_term=int(frame.decision.eq("short_term_recall").sum()), answers=int(frame.follow_up.sum()),
        unchecked=int(frame.unchecked.sum()) if "unchecked" in frame else 0,
        provisional=int(frame.outcome_certainty.eq("provisional").sum()),
    )  # fmt: skip


def _day(moment: pd.Timestamp) -> date | None:
    return None if pd.isna(moment) else moment.date()

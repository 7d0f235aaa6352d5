"""How a programme counts, from a day on: what it calls positive, whose coverage it counts, and bands of its own. Each with its author.

Figures as of a past day take the settings of that day, so that they come out as they were.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import NotAllowed, Rejected
from core.metrics import benchmark
from core.metrics.benchmark import BANDS, Band
from core.metrics.measures import BY_KEY, MEASURES
from core.metrics.screening import POSITIVE, Terms
from core.words import N_
from core.workflow.cohort import end_of
from core.workflow.programmes import Card
from db.tables import IndicatorSetting, Site, User

COUNTING = "2"
"""Version of how rows are picked; raised with every change of a definition that its words do not show."""
AGES: Mapping[str, tuple[int, int]] = {"breast": (50, 70), "lung": (50, 80)}
"""Whose coverage is counted unless the programme says otherwise, whole years, both included."""


@dataclass(frozen=True)
class Settings:
    """What is in force on a day. `positive` is the place of the definition among those in print."""

    positive: int
    ages: tuple[int, int]
    bands: Mapping[str, Band]
    own: frozenset[str]
    """Keys of the bands that are the programme's own."""

    @property
    def version(self) -> str:
        """A name for exactly these definitions, such as "2-1f0c9a3e": the same words, bands and settings have the same name."""
        said = [(one.key, one.definition, one.unit, one.needs) for one in MEASURES], benchmark.VERSION, self.positive, self.ages
        bands = sorted((key, band.low, band.high, band.source, band.verified) for key, band in self.bands.items())
        return f"{COUNTING}-{hashlib.sha256(repr((said, bands)).encode()).hexdigest()[:8]}"


def in_force(session: Session, card: Card, on: date) -> Settings:
    """The settings that stood at the end of that day."""
    rows = select(IndicatorSetting).where(IndicatorSetting.card_id == card.id, IndicatorSetting.at < end_of(on))
    newest = {row.key: row.value for row in session.exec(rows.order_by(col(IndicatorSetting.id)))}
    own = {key.removeprefix("band-"): value for key, value in newest.items() if key.startswith("band-")}
    bands = dict(BANDS.get(card.id, {})) | {key: _band(value) for key, value in own.items() if value}
    ages = newest.get("ages", {})
    return Settings(
        positive=int(newest.get("positive", {}).get("place", 0)),
        ages=(int(ages["least"]), int(ages["most"])) if ages else AGES[card.id],
        bands=bands,
        own=frozenset(key for key, value in own.items() if value),
    )


def terms(card: Card, settings: Settings, positive: int | None = None) -> Terms:
    """The programme's terms; a definition of positive may be looked at that is not the one in force."""
    choices = POSITIVE[card.id]
    place = settings.positive if positive is None or not 0 <= positive < len(choices) else positive
    return Terms(card.id, choices[place], card.queue.urgent_days, card.screening_interval_days, settings.ages)


def set_positive(session: Session, person: Person, card: Card, place: int) -> None:
    """From now on this definition of positive is the programme's own."""
    if not 0 <= place < len(POSITIVE[card.id]):
        raise Rejected(N_("There is no definition of positive number {place}; expected one of those in print"), place=place)
    _set(session, person, card, "positive", {"place": place, "categories": list(POSITIVE[card.id][place])})


def set_ages(session: Session, person: Person, card: Card, least: int, most: int) -> None:
    """From now on coverage is counted for these ages, whole years, both included."""
    if not 18 <= least <= most <= 110:
        raise Rejected(N_("Ages {least} to {most} cannot be; expected whole years from 18 to 110"), least=least, most=most)
    _set(session, person, card, "ages", {"least": least, "most": most})


def set_band(
    session: Session, person: Person, card: Card, key: str, *, low: float | None, high: float | None, source: str, verified: bool = False
) -> None:
    """From now on this figure is held against a band of the programme's own; without a limit the built-in one counts again.

    Limits are shares (0.05 for 5 % or 50 per 1000).
    """
    if key not in BY_KEY or BY_KEY[key].unit not in ("%", "per 1000"):
        raise Rejected(N_("There is no rate called {key} to hold against a band"), key=key)
    if low is None and high is None:
        _set(session, person, card, f"band-{key}", {})
        return
    if not 0 <= (low or 0.0) <= (1.0 if high is None else high) <= 1:
        raise Rejected(N_("A band from {low} to {high} cannot be; expected shares from 0 to 1, the lower first"), low=low, high=high)
    if not source.strip():
        raise Rejected(N_("A band needs its source; say who set it and where it can be read"))
    _set(session, person, card, f"band-{key}", {"low": low, "high": high, "source": source.strip()[:200], "verified": verified})


@dataclass(frozen=True)
class Change:
    """One change of the settings as a list shows it."""

    key: str
    author: str
    at: datetime


def history(session: Session, card_id: str) -> tuple[Change, ...]:
    """Every change that a person made, the newest first."""
    rows = select(IndicatorSetting, User.name).join(User, col(User.id) == IndicatorSetting.author_id)
    rows = rows.where(IndicatorSetting.card_id == card_id).order_by(col(IndicatorSetting.id).desc())
    return tuple(Change(row.key, name, row.at) for row, name in session.exec(rows))


def _set(session: Session, person: Person, card: Card, key: str, value: Mapping[str, Any]) -> None:
    """One row more; whoever changes how a programme counts must be manager of every (real) site."""
    person.must(Act.set_policy)
    sites = session.exec(select(Site)).all()
    bound = {site.id for site in sites if not site.synthetic} or {site.id for site in sites}
    if not bound <= person.sites(Act.set_policy):
        raise NotAllowed(N_("These definitions count for every site; only a manager of all of them can change them."))
    session.add(IndicatorSetting(card_id=card.id, key=key, value=dict(value), author_id=person.user_id, at=now()))
    session.flush()
    audit.record(session, person, "definition_changed", "programme", card.id, key=key, **value)


def _band(value: Mapping[str, Any]) -> Band:
    return Band(value["low"], value["high"], value["source"], bool(value.get("verified")))

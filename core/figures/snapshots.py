"""Figures kept as they were given out, and held against what the same question is answered with now.

The same day of knowledge and the same definitions give the same bytes. A snapshot of today may differ by what is entered later the same
day; where definitions have changed since, both answers are shown.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import NotAllowed, Rejected
from core.metrics.indicator import Indicator
from core.words import N_, say
from core.workflow.period import Period
from core.workflow.programme_figures import Group, ProgrammeFigures, Question, figures
from core.workflow.programmes import card
from db.tables import FigureSnapshot, User

KINDS = ("site", "round", "quarter")
MOST_NAME = 120


@dataclass(frozen=True)
class Kept:
    """A snapshot as a list shows it."""

    id: int
    name: str
    card_id: str
    as_of: date
    definitions: str
    author: str
    at: datetime


@dataclass(frozen=True)
class Change:
    """One figure whose answer is another now: (numerator, denominator, value, low, high), None where it did not exist."""

    part: str
    key: str
    then: tuple[Any, ...] | None
    now: tuple[Any, ...] | None


@dataclass(frozen=True)
class Comparison:
    """A snapshot beside today's answer to the same question; `same` says that both are the same to the byte."""

    kept: Kept
    definitions_now: str
    same: bool
    changes: tuple[Change, ...]


def keep(session: Session, person: Person, found: ProgrammeFigures, name: str) -> int:
    """Store what is shown, under a name; its id."""
    person.must(Act.see_figures, found.asked.site_id)
    if not name.strip():
        raise Rejected(N_("A snapshot needs a name, such as what the figures were given out for"))
    row = FigureSnapshot(
        asked=_asked(found.asked, person), answered=answer(found), definitions=found.settings.version, name=name.strip()[:MOST_NAME],
        author_id=person.user_id, at=now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(session, person, "figures_kept", "snapshot", row.id, site_id=found.asked.site_id, definitions=row.definitions)
    return row.id or 0


def snapshots(session: Session, person: Person, card_id: str) -> tuple[Kept, ...]:
    """Those of a programme that cover no other sites than the person's, the newest first."""
    person.must(Act.see_figures)
    rows = select(FigureSnapshot, User.name).join(User, col(User.id) == FigureSnapshot.author_id).order_by(col(FigureSnapshot.id).desc())
    mine = person.sites(Act.see_figures)
    found = [(row, name) for row, name in session.exec(rows) if row.asked["card_id"] == card_id and set(row.asked["sites"]) <= mine]
    return tuple(_kept(row, name) for row, name in found)


def compare(session: Session, person: Person, snapshot_id: int) -> Comparison:
    """Ask the same question again, for the same sites; NotAllowed for sites that are not the person's."""
    row = session.get(FigureSnapshot, snapshot_id)
    if row is None:
        raise Rejected(N_("There is no snapshot number {id}"), id=snapshot_id)
    if not set(row.asked["sites"]) <= person.sites(Act.see_figures):
        raise NotAllowed(N_("This snapshot covers sites that are not yours."))
    found = figures(session, _at_sites(person, row.asked["sites"]), _question(row.asked))
    fresh = answer(found)
    author = session.get(User, row.author_id)
    kept = _kept(row, author.name if author else "")
    return Comparison(kept, found.settings.version, _bytes(fresh) == _bytes(row.answered), _changes(row.answered, fresh))


def answer(found: ProgrammeFigures) -> dict[str, Any]:
    """Every figure of the whole and of each site, round and quarter, as plain values."""
    parts = {"all": _plain(found.whole)}
    for kind in KINDS:
        parts |= {f"{kind} {group.key}": _plain(group) for group in found.by(kind)}  # type: ignore[arg-type]
    return {"positive": list(found.terms.positive), "parts": parts}


def _plain(group: Group) -> dict[str, Any]:
    return {"exams": group.exams, "figures": {one.key: _numbers(one) for one in group.indicators}}


def _numbers(one: Indicator) -> list[Any]:
    limits = [one.interval.value, one.interval.low, one.interval.high] if one.interval else [None, None, None]
    return [one.numerator, one.denominator, *limits]


def _bytes(answered: Mapping[str, Any]) -> bytes:
    return json.dumps(answered, sort_keys=True).encode()


def _changes(then: Mapping[str, Any], now_: Mapping[str, Any]) -> tuple[Change, ...]:
    old, new = (
        {(part, key): tuple(values) for part, group in answered["parts"].items() for key, values in group["figures"].items()}
        for answered in (then, now_)
    )
    return tuple(Change(*place, old.get(place), new.get(place)) for place in {**old, **new} if old.get(place) != new.get(place))


def _asked(asked: Question, person: Person) -> dict[str, Any]:
    sites = person.sites(Act.see_figures) if asked.site_id is None else {asked.site_id}
    return {
        "card_id": asked.card_id, "start": asked.period.start.isoformat(), "end": asked.period.end.isoformat(), "site_id": asked.site_id,
        "as_of": asked.as_of.isoformat() if asked.as_of else None, "positive": asked.positive, "synthetic": asked.synthetic,
        "final_only": asked.final_only, "sites": sorted(sites),
    }  # fmt: skip


def _question(asked: Mapping[str, Any]) -> Question:
    period = Period(say("{start}"), date.fromisoformat(asked["start"]), date.fromisoformat(asked["end"]))
    return Question(
        card(asked["card_id"]).id, period, asked["site_id"], date.fromisoformat(asked["as_of"]), asked["positive"], asked["synthetic"],
        asked["final_only"],
    )  # fmt: skip


def _at_sites(person: Person, sites: list[int]) -> Person:
    """The person with the grants for these sites only, so that a site granted since does not join in."""
    return replace(person, grants=tuple((role, site) for role, site in person.grants if site in sites))


def _kept(row: FigureSnapshot, author: str) -> Kept:
    as_of = date.fromisoformat(row.asked["as_of"])
    return Kept(row.id or 0, row.name, row.asked["card_id"], as_of, row.definitions, author, row.at)

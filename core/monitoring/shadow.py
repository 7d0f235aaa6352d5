"""Versions that run in shadow, and beside which version each is to be judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from core.access import Act, Person
from core.workflow.performance import Candidate, full_name
from db.enums import ModelState
from db.tables import ModelStatus, ModelVersion


@dataclass(frozen=True)
class Shadow:
    """A version in shadow, since when, and the version "name.tag" that it would replace (None: none has scores)."""

    key: str
    since: datetime
    beside: str | None


def shadows(session: Session, person: Person, versions: Sequence[Candidate]) -> tuple[Shadow, ...]:
    """Of the versions with runs in a programme those in shadow, the newest first.

    Each is compared with the version of its own kind, simulated or not, that is in force; with the one with most scores where none is.
    """
    person.must(Act.see_figures)
    waiting = [one.key for one in versions if one.state == ModelState.shadow]
    rows = select(full_name, col(ModelStatus.at)).join(ModelVersion, col(ModelVersion.id) == ModelStatus.version_id)
    said = session.execute(rows.where(full_name.in_(waiting)).order_by(col(ModelStatus.at), col(ModelStatus.id)))
    found = {row[0]: row[1] for row in said}
    by_key = {one.key: one for one in versions}
    made = [Shadow(key, found[key], _beside(by_key[key], versions)) for key in waiting]
    return tuple(sorted(made, key=lambda one: one.since, reverse=True))


def _beside(shadow: Candidate, versions: Sequence[Candidate]) -> str | None:
    others = [one for one in versions if one.state != ModelState.shadow and one.synthetic == shadow.synthetic]
    best = min(others, key=lambda one: (one.state != ModelState.active, -one.scored), default=None)
    return best.key if best else None

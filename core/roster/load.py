"""What the dry run promised, written in one transaction: all rows that are right, or none when something came between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from core import audit
from core.access import Act, Person
from core.batches import batches
from core.clock import now
from core.errors import Conflict
from core.roster.entry import Entry
from core.roster.plan import Plan
from core.sealing import keyed_hash, seal, tokens
from core.words import N_
from db.enums import Sex
from db.tables import Participant, ParticipantToken, Site

AT_ONCE = 1000  # participants of one statement
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Loaded:
    """How many participants were made, and how many completed."""

    made: int
    completed: int


def load(session: Session, person: Person, plan: Plan, *, source: str, progress: Progress | None = None) -> Loaded:
    """Write the plan. Conflict when a number was registered meanwhile: then nothing was written, and the list is looked through again."""
    person.must(Act.upload, plan.site_id)
    synthetic = session.get_one(Site, plan.site_id).synthetic
    try:
        for number, entries in enumerate(batches(plan.new, AT_ONCE)):
            _insert(session, entries, plan.site_id, synthetic)
            if progress is not None:
                progress(number * AT_ONCE + len(entries))
    except IntegrityError as taken:
        raise Conflict(
            N_("A patient number of this list was registered a moment ago; nothing was taken in, look through it again")
        ) from taken
    for participant_id, entry in plan.fill:
        _complete(session, participant_id, entry)
    loaded = Loaded(len(plan.new), len(plan.fill))
    audit.record(session, person, "roster_loaded", "site", plan.site_id, site_id=plan.site_id, source=source, **vars(loaded))
    return loaded


def _insert(session: Session, entries: Sequence[Entry], site_id: int, synthetic: bool) -> None:
    moment, connection = now(), session.connection()
    rows: list[dict[str, Any]] = [
        {
            "number": uuid4().hex, "site_id": site_id, "birth_date": entry.birth_date, "sex": entry.sex, "synthetic": synthetic,
            "created_at": moment, "name_sealed": seal(entry.name), "identifier_sealed": seal(entry.identifier),
            "identifier_key": keyed_hash(entry.identifier),
        }
        for entry in entries
    ]  # fmt: skip
    made = connection.execute(insert(Participant).returning(col(Participant.id), sort_by_parameter_order=True), rows)
    ids = [int(one) for one in made.scalars() if one is not None]
    numbered = update(Participant).where(col(Participant.id) == bindparam("own")).values(number=bindparam("named"))
    connection.execute(numbered, [{"own": one, "named": f"FL-{one:06d}"} for one in ids])
    searched = [
        {"participant_id": one, "token": token}
        for one, entry in zip(ids, entries, strict=True)
        for token in sorted(tokens(entry.name, entry.identifier))
    ]
    connection.execute(insert(ParticipantToken), searched)


def _complete(session: Session, participant_id: int, entry: Entry) -> None:
    row = session.get_one(Participant, participant_id)
    row.birth_date = row.birth_date or entry.birth_date
    row.sex = entry.sex if row.sex == Sex.unknown else row.sex
    session.add(row)

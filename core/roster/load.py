"""What the dry run promised, written in one transaction: all rows that are right, or none when something came between.

Names and numbers are sealed before the transaction begins (`sealed`), because the one writer that SQLite allows must not wait for that.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from core import audit
from core.access import Act, Person
from core.batches import batches
from core.clock import now, today
from core.cohorts.standing import CONTACT_DETAILS
from core.errors import Conflict
from core.roster.entry import Entry
from core.roster.plan import Plan
from core.sealing import keyed_hash, seal, tokens
from core.words import N_
from db.enums import Sex
from db.tables import Participant, ParticipantFact, ParticipantToken, Site

AT_ONCE = 1000  # participants of one statement
CACHE_KB = 128 * 1024
Progress = Callable[[int], None]
Row = dict[str, Any]


@dataclass(frozen=True)
class Loaded:
    """How many participants were made, and how many completed; how many facts were written."""

    made: int
    completed: int
    told: int = 0


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """A new participant ready to be written: its row, the hashes it is found by, and its facts without the participant."""

    row: Row
    tokens: tuple[str, ...]
    facts: tuple[Row, ...]


def sealed(plan: Plan, progress: Progress | None = None) -> list[SealedEntry]:
    """Every new entry sealed; the slow part of `load` that needs no database."""
    ready = []
    for entry in plan.new:
        ready.append(SealedEntry(_row(entry, plan.site_id), tuple(sorted(tokens(entry.name, entry.identifier))), tuple(_facts(entry))))
        if progress is not None and len(ready) % AT_ONCE == 0:
            progress(len(ready))
    return ready


def load(
    session: Session,
    person: Person,
    plan: Plan,
    *,
    source: str,
    progress: Progress | None = None,
    ready: Sequence[SealedEntry] | None = None,
) -> Loaded:
    """Write the plan. Conflict when a number was registered meanwhile: then nothing was written, and the list is looked through again."""
    person.must(Act.upload, plan.site_id)
    synthetic = session.get_one(Site, plan.site_id).synthetic
    written = 0
    _make_room(session)
    try:
        for some in batches(sealed(plan) if ready is None else ready, AT_ONCE):
            _insert(session, some, person, synthetic)
            written += len(some)
            if progress is not None:
                progress(written)
    except IntegrityError as taken:
        raise Conflict(
            N_("A patient number of this list was registered a moment ago; nothing was taken in, look through it again")
        ) from taken
    for participant_id, entry in plan.fill:
        _complete(session, participant_id, entry)
    _insert_facts(session, person, ({"participant_id": one.participant_id, "kind": one.kind, "value": one.value,
                                     "valid_from": one.valid_from} for one in plan.facts))  # fmt: skip
    loaded = Loaded(len(plan.new), len(plan.fill), plan.told)
    audit.record(session, person, "roster_loaded", "site", plan.site_id, site_id=plan.site_id, source=source, **vars(loaded))
    return loaded


def _make_room(session: Session) -> None:
    """SQLite keeps 2 MB of pages by default; the index of prefixes is written all over, and thrashes the disk without more."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KB}")


def _row(entry: Entry, site_id: int) -> Row:
    return {
        "site_id": site_id, "birth_date": entry.birth_date, "sex": entry.sex, "name_sealed": seal(entry.name),
        "identifier_sealed": seal(entry.identifier), "identifier_key": keyed_hash(entry.identifier),
    }  # fmt: skip


def _facts(entry: Entry) -> Iterator[Row]:
    if entry.told is None:
        return
    for kind, value, day in entry.told.facts(today()):
        yield {"kind": kind, "value": value, "valid_from": day}
    if entry.told.contact is not None:
        yield {"kind": CONTACT_DETAILS, "value": entry.told.contact.sealed(), "valid_from": today()}


def _insert(session: Session, entries: Sequence[SealedEntry], person: Person, synthetic: bool) -> None:
    moment, connection = now(), session.connection()
    pairs = list(zip(_ids(session, len(entries)), entries, strict=True))
    own = {"synthetic": synthetic, "created_at": moment}
    connection.execute(insert(Participant), [{**entry.row, **own, "id": one, "number": f"FL-{one:06d}"} for one, entry in pairs])
    connection.execute(insert(ParticipantToken), [{"participant_id": one, "token": key} for one, entry in pairs for key in entry.tokens])
    _insert_facts(session, person, ({"participant_id": one, **fact} for one, entry in pairs for fact in entry.facts))


def _ids(session: Session, count: int) -> Sequence[int]:
    """Ids that nobody else gets, so that a participant's own number is known before the row is written."""
    if session.get_bind().dialect.name == "sqlite":  # the only writer there is
        first = (session.exec(select(func.max(Participant.id))).one() or 0) + 1
        return range(first, first + count)
    drawn = text("SELECT nextval(pg_get_serial_sequence('participant', 'id')) FROM generate_series(1, :count)")
    return [int(one) for one in session.execute(drawn, {"count": count}).scalars()]


def _insert_facts(session: Session, person: Person, facts: Iterator[Row]) -> None:
    moment = now()
    for some in batches(facts, AT_ONCE):
        session.connection().execute(
            insert(ParticipantFact), [{**fact, "entered_at": moment, "author_id": person.user_id} for fact in some]
        )


def _complete(session: Session, participant_id: int, entry: Entry) -> None:
    row = session.get_one(Participant, participant_id)
    row.birth_date = row.birth_date or entry.birth_date
    row.sex = entry.sex if row.sex == Sex.unknown else row.sex
    session.add(row)

"""One upload, one folder or one association: where its files wait, who sent them, and when it was done."""

from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlmodel import Session

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Rejected
from core.settings import settings
from core.words import N_
from core.workflow.programmes import card
from db.tables import IntakeBatch, Participant, Site

PHANTOM = "Procedural phantom"  # source of images that no scanner made


@dataclass(frozen=True)
class Batch:
    """What every file of a batch needs to know about it."""

    id: str
    site_id: int
    programme: str | None
    source: str
    author_id: int | None
    participant_id: int | None
    synthetic: bool

    @property
    def phantom(self) -> bool:
        return self.source == PHANTOM


def folder(batch_id: str) -> Path:
    """Where the upload route puts the files of a batch; emptied when they have been taken in."""
    return settings().incoming / batch_id


def open_batch(
    session: Session, person: Person, *, site_id: int, programme: str | None, source: str, participant_id: int | None = None
) -> str:
    """A new batch for files that `person` is about to upload to a site."""
    person.must(Act.upload, site_id)
    batch_id = begin(session, site_id=site_id, programme=programme, source=source, participant_id=participant_id, author_id=person.user_id)
    audit.record(session, person, "opened upload", "intake", batch_id, site_id=site_id, participant_id=participant_id)
    return batch_id


def begin(
    session: Session,
    *,
    site_id: int,
    programme: str | None,
    source: str,
    participant_id: int | None = None,
    author_id: int | None = None,
) -> str:
    """A new batch; the command line, the receiver and the demonstration have no person behind them."""
    if programme is not None:
        card(programme)
    if session.get(Site, site_id) is None:
        raise Rejected(N_("There is no site {site}; choose one of the sites that are set up"), site=site_id)
    participant = None if participant_id is None else session.get(Participant, participant_id)
    if participant_id is not None and (participant is None or participant.site_id != site_id):
        raise Rejected(N_("The chosen participant does not belong to this site; choose the participant again"))
    batch = IntakeBatch(
        id=str(uuid4()),
        site_id=site_id,
        programme=programme,
        source=source[:200],
        author_id=author_id,
        participant_id=participant_id,
        created_at=now(),
    )
    session.add(batch)
    session.flush()
    return batch.id


def load(session: Session, batch_id: str) -> Batch:
    """The batch of that id; Rejected when there is none."""
    row = session.get(IntakeBatch, batch_id)
    site = session.get(Site, row.site_id) if row else None
    if row is None or site is None:
        raise Rejected(N_("There is no upload {batch}"), batch=batch_id)
    return Batch(row.id, row.site_id, row.programme, row.source, row.author_id, row.participant_id, site.synthetic)

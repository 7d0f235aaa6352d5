"""Where an upload's bytes go while they come: into the batch's own folder under their own relative path, piece by piece."""

import re
from pathlib import Path, PurePosixPath

from sqlmodel import Session, select

from core.access import Act, Person
from core.errors import Conflict, NotAllowed, Rejected
from core.settings import settings
from core.words import N_
from core.workflow.intake.batch import folder
from db.tables import IntakeBatch

LONGEST_NAME, LONGEST_PATH, DEEPEST = 200, 1000, 24
FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # names that Windows keeps for itself


def own_batch(session: Session, person: Person, batch_id: str) -> IntakeBatch:
    """The open batch that this person opened; NotAllowed when it is someone else's, Conflict when it was handed over already."""
    found = select(IntakeBatch).where(IntakeBatch.id == batch_id, IntakeBatch.author_id == person.user_id)
    batch = session.exec(found).first()
    if batch is None or not person.may(Act.upload) or batch.site_id not in person.sites(Act.upload):
        raise NotAllowed(N_("This upload is not yours."))
    if batch.workflow_id is not None or batch.finished_at is not None:
        raise Conflict(N_("This upload was handed over already; start a new one"))
    return batch


def place(batch_id: str, relative: str) -> Path:
    """The file under the batch's folder for a path as the browser names it; Rejected when the path is not plain and relative."""
    parts = PurePosixPath(relative.replace("\\", "/")).parts
    if not relative or len(relative) > LONGEST_PATH or not parts or len(parts) > DEEPEST or relative.startswith("/"):
        raise Rejected(N_("The file name {name} cannot be used; a relative path was expected"), name=relative[:80])
    for part in parts:
        if part in ("..", ".") or FORBIDDEN.search(part) or RESERVED.fullmatch(part) or len(part.encode()) > LONGEST_NAME:
            raise Rejected(N_("The file name {name} cannot be used; rename it and upload it again"), name=part[:80])
    root = folder(batch_id).resolve()
    path = root.joinpath(*parts)
    if not path.resolve().is_relative_to(root):
        raise Rejected(N_("The file name {name} cannot be used; a relative path was expected"), name=relative[:80])
    return path


def check_size(size: int) -> None:
    """Rejected when an upload of so many bytes is larger than this installation takes."""
    limit = settings().upload_limit_gb
    if size > limit * 1e9:
        raise Rejected(N_("The upload is larger than {limit} GB; send it in parts or by DICOM"), limit=limit)


def check_room(batch_id: str, more: int) -> None:
    """Rejected when the batch would grow beyond the limit by `more` bytes."""
    check_size(sum(file.stat().st_size for file in folder(batch_id).rglob("*") if file.is_file()) + more)

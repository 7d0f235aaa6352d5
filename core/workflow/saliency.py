"""Where a model saw evidence in a CT, as a small volume on its own grid; handed out only to those who may see the AI result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from core.access import Person
from core.errors import NotAllowed
from core.objects import store
from core.words import N_
from core.workflow.blind import ai_hidden
from core.workflow.images import exam_in_sight
from core.workflow.registry import public_ids
from db.enums import RunOutcome
from db.tables import ModelRun

Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Saliency:
    """Strength 0 to 255 on a grid. `size`: columns, rows, slices; `affine` 4 × 4: (x, y, z, 1) of the grid → LPS mm."""

    run_id: int
    size: tuple[int, int, int]
    affine: Rows
    name: str  # in the object store


def saliency(session: Session, person: Person, exam_id: int, run_id: int) -> Saliency | None:
    """The saliency that a run of this exam stored; None when it stored none, gave no result, or AI is hidden from this person."""
    exam = exam_in_sight(session, person, exam_id)
    if ai_hidden(session, person, [exam_id]):
        return None
    run = session.exec(select(ModelRun).where(ModelRun.id == run_id, ModelRun.exam_id == exam.id)).first()
    if run is None or run.outcome is not RunOutcome.scored or run.version_id not in public_ids(session):
        return None
    return _read(run.result.get("saliency"), run_id)


def values(session: Session, person: Person, exam_id: int, run_id: int) -> bytes:
    """(Z, Y, X) uint8; NotAllowed when there is none that this person may see."""
    found = saliency(session, person, exam_id, run_id)
    content = store().get_named(found.name) if found else None
    if found is None or content is None or len(content) != found.size[0] * found.size[1] * found.size[2]:
        raise NotAllowed(N_("There is no saliency map."))
    return content


def _read(kept: Any, run_id: int) -> Saliency | None:
    """As a worker's record names it: {"shape": [slices, rows, columns], "affine": (k, j, i, 1) → LPS mm, "object": name in the store}."""
    if not isinstance(kept, Mapping) or len(kept.get("shape", ())) != 3 or len(kept.get("affine", ())) != 4 or not kept.get("object"):
        return None
    depth, rows, columns = (int(side) for side in kept["shape"])
    turned = tuple(tuple(float(row[i]) for i in (2, 1, 0, 3)) for row in kept["affine"])
    return Saliency(run_id, (columns, rows, depth), turned, str(kept["object"]))

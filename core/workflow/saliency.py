"""What a model's suspicion of a finding reacted to: a small signed map, handed out only to those who may see the AI result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from core.access import Person
from core.errors import NotAllowed
from core.objects import store
from core.words import N_
from core.workflow.blind import ai_hidden
from core.workflow.images import exam_in_sight
from core.workflow.registry import public_ids
from db.enums import RunOutcome
from db.tables import Finding, ModelRun

Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Saliency:
    """-127 (against malignancy) to 127 (for it) on a grid. `size`: columns, rows, slices; `affine` 4 × 4: (x, y, z, 1) → LPS mm.

    `full_logit`: the change of the log-odds by one place that 127 stands for.
    """

    run_id: int
    number: int  # of the finding
    size: tuple[int, int, int]
    affine: Rows
    full_logit: float
    name: str  # in the object store


def maps(session: Session, person: Person, exam_id: int, run_id: int) -> dict[int, Saliency]:
    """Number of a finding → its map, of those that a run of this exam explained; empty when AI is hidden from this person."""
    exam = exam_in_sight(session, person, exam_id)
    if ai_hidden(session, person, [exam_id]):
        return {}
    run = session.exec(select(ModelRun).where(ModelRun.id == run_id, ModelRun.exam_id == exam.id)).first()
    if run is None or run.outcome is not RunOutcome.scored or run.version_id not in public_ids(session):
        return {}
    findings = session.exec(select(Finding).where(Finding.run_id == run_id).order_by(col(Finding.number)))
    read = (_read(one.detail.get("explanation"), run_id, one.number) for one in findings)
    return {one.number: one for one in read if one is not None}


def values(session: Session, person: Person, exam_id: int, run_id: int, number: int) -> bytes:
    """(Z, Y, X) int8 of one finding; NotAllowed when there is none that this person may see."""
    found = maps(session, person, exam_id, run_id).get(number)
    content = store().get_named(found.name) if found else None
    if found is None or content is None or len(content) != found.size[0] * found.size[1] * found.size[2]:
        raise NotAllowed(N_("There is no saliency map."))
    return content


def _read(kept: Any, run_id: int, number: int) -> Saliency | None:
    """As a worker's record names it: {"shape": [slices, rows, columns], "affine": (k, j, i, 1) → LPS mm, "object": its name, …}."""
    if not isinstance(kept, Mapping) or len(kept.get("shape", ())) != 3 or len(kept.get("affine", ())) != 4 or not kept.get("object"):
        return None
    depth, rows, columns = (int(side) for side in kept["shape"])
    turned = tuple(tuple(float(row[i]) for i in (2, 1, 0, 3)) for row in kept["affine"])
    return Saliency(run_id, number, (columns, rows, depth), turned, float(kept.get("full_logit", 0)), str(kept["object"]))

"""Heat maps of mammograms, handed out only to those who may see the AI result."""

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
from db.tables import Instance, ModelRun


@dataclass(frozen=True)
class Heat:
    """Warmth 0 to 255 on a grid over the whole view, rows from the top. `size`: columns, rows."""

    size: tuple[int, int]
    name: str  # in the object store
    version: str


def heats(session: Session, person: Person, exam_id: int, run_id: int) -> dict[str, Heat]:
    """SOP instance UID → heat map of one run of this exam; empty when AI is hidden from this person or the run has no result."""
    exam = exam_in_sight(session, person, exam_id)
    if ai_hidden(session, person, [exam_id]):
        return {}
    run = session.exec(select(ModelRun).where(ModelRun.id == run_id, ModelRun.exam_id == exam.id)).first()
    if run is None or run.outcome is not RunOutcome.scored or run.version_id not in public_ids(session):
        return {}
    views = (view for view in run.result.get("views", ()) if isinstance(view, Mapping))
    found = {str(view.get("sop_uid", "")): _heat(view.get("heat"), f"run-{run.id}") for view in views}
    return {sop_uid: heat for sop_uid, heat in found.items() if sop_uid and heat is not None}


def values(session: Session, person: Person, exam_id: int, instance_id: int, run_id: int) -> tuple[bytes, str]:
    """(rows, columns) uint8 of one view, and its version; NotAllowed when there is none that this person may see."""
    instance = session.get(Instance, instance_id)
    heat = heats(session, person, exam_id, run_id).get(instance.sop_uid) if instance else None
    content = store().get_named(heat.name) if heat else None
    if heat is None or content is None or len(content) != heat.size[0] * heat.size[1]:
        raise NotAllowed(N_("There is no heat map."))
    return content, heat.version


def _heat(kept: Any, version: str) -> Heat | None:
    """A heat map as the worker's record names it: {"shape": [rows, columns], "object": name in the store}."""
    if not isinstance(kept, Mapping) or len(kept.get("shape", ())) != 2 or not kept.get("object"):
        return None
    rows, columns = (int(side) for side in kept["shape"])
    return Heat((columns, rows), str(kept["object"]), version)

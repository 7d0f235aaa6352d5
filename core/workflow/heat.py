"""Heat maps of mammograms, handed out only to those who may see the AI result."""

import base64
import binascii
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
from db.enums import RunOutcome
from db.tables import Instance, ModelRun, ModelVersion


@dataclass(frozen=True)
class Heat:
    """Warmth 0 to 255 on a grid over the whole view, rows from the top. `size`: columns, rows."""

    size: tuple[int, int]
    content: bytes
    version: str


def heats(session: Session, person: Person, exam_id: int) -> dict[str, Heat]:
    """SOP instance UID → heat map of the last result that this person may see; empty when AI is hidden or has no result."""
    exam = exam_in_sight(session, person, exam_id)
    if ai_hidden(session, person, [exam_id]):
        return {}
    runs = select(ModelRun).join(ModelVersion, col(ModelVersion.id) == ModelRun.version_id).where(ModelRun.exam_id == exam.id)
    run = session.exec(runs.where(col(ModelVersion.synthetic).is_(False)).order_by(col(ModelRun.id).desc()).limit(1)).first()
    if run is None or run.outcome is not RunOutcome.scored:
        return {}
    views = run.result.get("views", ())
    found = ((str(view.get("sop_uid", "")), _heat(view.get("heat"), f"{run.id}")) for view in views if isinstance(view, Mapping))
    return {sop_uid: heat for sop_uid, heat in found if sop_uid and heat is not None}


def values(session: Session, person: Person, exam_id: int, instance_id: int) -> tuple[bytes, str]:
    """(rows, columns) uint8 of one view, and its version; NotAllowed when there is none that this person may see."""
    instance = session.get(Instance, instance_id)
    heat = heats(session, person, exam_id).get(instance.sop_uid) if instance else None
    if heat is None:
        raise NotAllowed(N_("There is no heat map."))
    return heat.content, heat.version


def _heat(kept: Any, version: str) -> Heat | None:
    """A heat map as a run keeps it: {"shape": [rows, columns], "base64": bytes} or {"shape": …, "object": name in the store}."""
    if not isinstance(kept, Mapping) or len(kept.get("shape", ())) != 2:
        return None
    rows, columns = (int(side) for side in kept["shape"])
    try:
        content = store().get_named(str(kept["object"])) if "object" in kept else base64.b64decode(kept.get("base64", ""), validate=True)
    except binascii.Error:
        return None
    return Heat((columns, rows), content, version) if content is not None and len(content) == rows * columns else None

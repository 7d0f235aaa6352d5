"""The volume of a CT exam: decoded once, kept encrypted, and opened slice by slice by the viewer and as a whole by the worker."""

import hashlib
from functools import partial

from sqlmodel import Session, col, select

from core.errors import Rejected
from core.imaging.volume import read_volume
from core.imaging.volume_cache import CachedVolume, open_volume_cache, write_volume_cache
from core.objects import store
from core.words import N_
from core.workflow.runs import SPARE
from db.tables import ExamInstance, Instance


def inputs(session: Session, exam_id: int) -> dict[str, str]:
    """SOP instance UID → object key of the images that the exam is read and scored from."""
    used = select(col(Instance.sop_uid), col(Instance.object_key)).join(ExamInstance, col(ExamInstance.instance_id) == Instance.id)
    return dict(session.exec(used.where(ExamInstance.exam_id == exam_id, ExamInstance.part != SPARE).order_by(Instance.sop_uid)).all())


def volume_name(exam_id: int, keys: dict[str, str]) -> str:
    """The name of the cache; other images make another name, so that an old volume is never shown for new images."""
    return f"exam/{exam_id}-{hashlib.sha256(''.join(sorted(keys.values())).encode()).hexdigest()[:16]}"


def cached_volume(session: Session, exam_id: int) -> CachedVolume | None:
    """The exam's volume when it has been decoded already."""
    return open_volume_cache(store(), volume_name(exam_id, inputs(session, exam_id)))


def decoded_volume(exam_id: int, keys: dict[str, str]) -> CachedVolume:
    """The exam's volume, decoded now when it is not there yet; Rejected with the reason when the images make no volume.

    Takes the answer of `inputs` instead of a session, because decoding takes seconds and must not hold a transaction open.
    """
    if not keys:
        raise Rejected(N_("The exam has no CT slices to decode"))
    name = volume_name(exam_id, keys)
    known = open_volume_cache(store(), name)
    return known or write_volume_cache(store(), name, read_volume([partial(store().get, key) for key in keys.values()]))

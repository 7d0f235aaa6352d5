"""Mammograms as the viewer shows them: stored values with the window of the file, at full resolution, decoded once and kept encrypted."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from core.access import Person
from core.errors import NotAllowed
from core.imaging.mammogram import Mammogram, read_mammogram
from core.imaging.pixels import Window, windowed
from core.objects import store
from core.words import N_, Sentence, say
from core.workflow.images import exam_in_sight
from core.workflow.runs import SPARE
from db.enums import ExamKind
from db.tables import ExamInstance, Instance

FORM = 1  # of what is kept; a change makes old copies unknown instead of wrong
FULL = 65535
AGREES = 1.0 / 512  # grey, of 1: how far window and stored values may be from what `core.imaging` displays
STEP = 7  # every so many pixels are compared
SURE = 2.0  # one half of the image holds so many times the tissue of the other: that half is the breast


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One view. `window`: centre and width in the units of the pixels; `inverted`: low values are bright."""

    instance_id: int
    sop_uid: str
    version: str
    part: str
    laterality: str
    view: str
    size: tuple[int, int]  # columns, rows
    spacing_mm: tuple[float, float] | None  # between columns, between rows
    window: tuple[float, float]
    function: str  # LINEAR, LINEAR_EXACT or SIGMOID
    inverted: bool
    chest_wall: str  # "left" or "right" edge of the stored image, "" where neither header nor image tells
    warnings: tuple[Sentence, ...]


def pictures(session: Session, person: Person, exam_id: int) -> tuple[Picture, ...]:
    """The views of an exam; decodes those that have not been looked at yet."""
    return tuple(_description(instance, part) for instance, part in _instances(session, person, exam_id))


def pixels(session: Session, person: Person, exam_id: int, instance_id: int) -> tuple[bytes, Picture]:
    """Little-endian uint16 (Y, X) of one view, and its description; NotAllowed when the exam has no such view in the person's sight."""
    for instance, part in _instances(session, person, exam_id):
        if instance.id == instance_id:
            picture = _description(instance, part)
            content = store().get_named(_name(instance.object_key, "pixels"))
            assert content is not None  # the description is written after the pixels
            return content, picture
    raise NotAllowed(N_("This exam has no such images."))


def keep(object_key: str, mammogram: Mammogram) -> bytes:
    """Keep a decoded view for the viewer: pixels first, so that a description never stands without them. Gives the description."""
    values, window, function, inverted = _values(mammogram)
    chest_wall, doubt = _chest_wall(mammogram)
    described = {
        "laterality": mammogram.view.laterality,
        "view": mammogram.view.view,
        "size": [values.shape[1], values.shape[0]],
        "spacing_mm": mammogram.view.spacing_mm,
        "window": window,
        "function": function,
        "inverted": inverted,
        "chest_wall": chest_wall,
        "warnings": [(one.template, dict(one.values)) for one in (*mammogram.warnings, *doubt)],
    }
    store().put_named(_name(object_key, "pixels"), np.ascontiguousarray(values, "<u2").tobytes())
    content = json.dumps(described).encode()
    store().put_named(_name(object_key, "description"), content)
    return content


def shown(content: bytes, picture: Picture) -> NDArray[np.float32]:
    """(Y, X) in [0, 1] as the viewer draws it with the window of the file."""
    values = np.frombuffer(content, "<u2").reshape(picture.size[1], picture.size[0])
    grey = windowed(values, Window(*picture.window, picture.function))
    return np.asarray(1 - grey if picture.inverted else grey, np.float32)


def _instances(session: Session, person: Person, exam_id: int) -> list[tuple[Instance, str]]:
    exam = exam_in_sight(session, person, exam_id)
    joined = select(Instance, ExamInstance.part).join(ExamInstance, col(ExamInstance.instance_id) == Instance.id)
    joined = joined.where(ExamInstance.exam_id == exam.id, ExamInstance.part != SPARE).order_by(col(Instance.id))
    rows = list(session.exec(joined).all()) if exam.kind is ExamKind.mammography else []
    if not rows:
        raise NotAllowed(N_("This exam has no such images."))
    return rows


def _name(object_key: str, what: str) -> str:
    return f"picture/{FORM}-{object_key}/{what}"


def _description(instance: Instance, part: str) -> Picture:
    kept = store().get_named(_name(instance.object_key, "description"))
    kept = kept or keep(instance.object_key, read_mammogram(store().get(instance.object_key)))
    known: dict[str, Any] = json.loads(kept)
    spacing = known.pop("spacing_mm")
    return Picture(
        instance_id=instance.id or 0,
        sop_uid=instance.sop_uid,
        version=f"{FORM}-{instance.object_key[:16]}",
        part=part,
        size=tuple(known.pop("size")),
        window=tuple(known.pop("window")),
        spacing_mm=(spacing[1], spacing[0]) if spacing else None,
        warnings=tuple(Sentence(template, values) for template, values in known.pop("warnings")),
        **known,
    )


def _values(mammogram: Mammogram) -> tuple[NDArray[np.uint16], tuple[float, float], str, bool]:
    """Stored values with the window of the file where both together show what was meant; else the displayed grey itself."""
    window, stored = mammogram.window, mammogram.stored
    low, high = int(stored.min()), int(stored.max())
    offset = min(low, 0)
    if window is not None and high - offset <= FULL:
        grey = windowed(stored[::STEP, ::STEP], window)
        grey = 1 - grey if mammogram.inverted else grey
        meant = mammogram.pixels[::STEP, ::STEP]
        is_image = meant > 0  # padding is shown black whatever its value
        if not is_image.any() or float(np.abs(grey - meant)[is_image].max()) <= AGREES:
            values = (stored.astype(np.int32) - offset).astype(np.uint16)
            return _black_padding(values, mammogram), (window.center - offset, window.width), window.function, mammogram.inverted
    return np.rint(mammogram.pixels * FULL).astype(np.uint16), (FULL / 2 + 0.5, FULL + 1.0), "LINEAR", False


def _black_padding(values: NDArray[np.uint16], mammogram: Mammogram) -> NDArray[np.uint16]:
    """Padding set to the darkest value, so that no window makes it bright."""
    pixel_format = mammogram.header.pixel_format
    if pixel_format is not None and pixel_format.padding is not None:
        low, high = pixel_format.padding
        values[(mammogram.stored >= low) & (mammogram.stored <= high)] = FULL if mammogram.inverted else 0
    return values


def _chest_wall(mammogram: Mammogram) -> tuple[str, tuple[Sentence, ...]]:
    """The edge at which the breast stands by the header, else by the image; a contradiction is named and the image believed."""
    half = mammogram.pixels.shape[1] // 2
    small = mammogram.pixels[::16, ::16] > 0.05
    left, right = float(small[:, : half // 16].sum()), float(small[:, half // 16 :].sum())
    seen = "left" if left > SURE * right else "right" if right > SURE * left else ""
    said = mammogram.view.chest_wall
    if said and seen and said != seen:
        return seen, (say(N_("The header and the image disagree about where the chest wall is; check the side")),)
    return said or seen, ()

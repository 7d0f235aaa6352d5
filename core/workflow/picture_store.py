"""What is kept of a decoded mammogram for the viewer: packed values, the table of its VOI LUT and a description; encrypted, made anew
whenever it is gone or damaged."""

import json
from dataclasses import asdict
from typing import Any

import imagecodecs
import numpy as np

from core.imaging import presented
from core.imaging.mammogram import Mammogram, read_mammogram
from core.imaging.sealed import CorruptObject
from core.imaging.side import breast_edge, side_doubts
from core.imaging.view import MammogramView
from core.objects import store
from core.words import Sentence

FORM = 2  # of what is kept; a change makes old copies unknown instead of wrong
PACKED = 1  # zstd level: a third of the size in 50 ms for a view of 4096 × 3072


def keep(object_key: str, mammogram: Mammogram) -> bytes:
    """Keep a decoded view for the viewer: pixels first, so that a description never stands without them. Gives the description."""
    ready, view = presented.presented(mammogram), mammogram.view
    seen = breast_edge(mammogram.pixels)
    described = {
        **of_view(view),
        "size": [ready.values.shape[1], ready.values.shape[0]],
        "curve": asdict(ready.curve),
        "chest_wall": seen or view.chest_wall,
        "doubts": _plain(side_doubts(view, seen)),
        "warnings": _plain(mammogram.warnings),
    }
    if ready.table is not None:
        store().put_named(_name(object_key, "table"), np.ascontiguousarray(ready.table, "<u2").tobytes())
    store().put_named(
        _name(object_key, "pixels"), bytes(imagecodecs.zstd_encode(np.ascontiguousarray(ready.values, "<u2").tobytes(), PACKED))
    )
    content = json.dumps(described).encode()
    store().put_named(_name(object_key, "description"), content)
    return content


def kept(object_key: str, what: str) -> bytes:
    """What is kept of an image; made anew from the image when it is not there or was damaged."""
    try:
        content = store().get_named(_name(object_key, what))
    except CorruptObject:
        content = None
    if content is None:
        description = keep(object_key, read_mammogram(store().get(object_key)))
        content = description if what == "description" else store().get_named(_name(object_key, what))
    assert content is not None  # `keep` wrote it
    return content


def unpacked(content: bytes) -> bytes:
    """Little-endian uint16 (Y, X)."""
    return bytes(imagecodecs.zstd_decode(content))


def of_view(view: MammogramView) -> dict[str, Any]:
    names = ("laterality", "view", "modifiers", "spacing_mm", "spacing_source", "magnification")
    return {name: getattr(view, name) for name in names}


def _name(object_key: str, what: str) -> str:
    return f"picture/{FORM}-{object_key}/{what}"


def _plain(sentences: tuple[Sentence, ...]) -> list[tuple[str, dict[str, Any]]]:
    return [(one.template, dict(one.values)) for one in sentences]

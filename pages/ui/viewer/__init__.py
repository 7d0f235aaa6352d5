"""The image viewer: a WebGL2 component without a build step, served from this machine alone."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui.viewer.scene import Scene
from pages.ui.viewer.words import words

FOLDER = Path(__file__).parent
MODULES = (
    "shaders", "ct_shaders", "mg_shaders", "gl", "plane", "fetching", "volume", "cut", "picture", "hanging", "scale", "truesize",
    "magnifier", "mask", "overlay", "side", "link", "labels", "legend", "measure", "mg_measure", "mg_overlay", "saliency", "painter",
    "pointing", "mg_buttons", "mg_canvas", "ct_texts", "ct_buttons", "ct", "mg", "help", "buttons", "input", "shell", "plain_picture",
    "plain_ct", "plain_mg", "plain", "main",
)  # fmt: skip
IMPORT = re.compile(r"^import .*\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


@cache
def script() -> str:
    """The ES modules in the order of their needs as one module, because a component is one file."""
    parts = ((FOLDER / "js" / f"{name}.js").read_text("utf-8") for name in MODULES)
    return "\n".join(EXPORT.sub("", IMPORT.sub("", part)) for part in parts)


_viewer = st.components.v2.component(
    "firstlight_viewer",
    html=(FOLDER / "viewer.html").read_text("utf-8"),
    css=(FOLDER / "viewer.css").read_text("utf-8"),
    js=script(),
)


def viewer(scene: Scene, *, key: str) -> Any:
    """Show a scene. New marks or a new `goto` reach the viewer without its images being sent again.

    What the reader measures lies in `st.session_state["measured-<exam>"]` until it is signed, and is drawn again when the page runs again.
    """
    kept = measured_key(scene.get("exam"))

    def keep() -> None:
        told = st.session_state[key].get("measured")
        if told is not None:
            st.session_state[kept] = told

    def keep_place() -> None:
        told = st.session_state[key].get("placed")
        if told is not None:
            st.session_state[placed_key(scene.get("exam"))] = dict(told)

    drawn = {"measurements": st.session_state.get(kept, []), **scene, "words": words(scene["kind"])}
    return _viewer(key=key, data=drawn, on_measured_change=keep, on_placed_change=keep_place)


def measured_key(exam_id: int | None) -> str:
    """Where in the session the measurements of an exam lie: [{id, kind, image, exam, plane, slice, points (mm LPS), mm}, …]."""
    return f"measured-{exam_id}"


def placed_key(exam_id: int | None) -> str:
    """Where the place lies that a reader pointed to last: {exam, view, point} in pixels of a mammogram or {exam, lps} in mm of a CT."""
    return f"placed-{exam_id}"

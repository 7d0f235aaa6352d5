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
    "shaders", "mg_shaders", "gl", "plane", "fetching", "volume", "picture", "hanging", "scale", "truesize", "magnifier", "mask", "overlay",
    "mg_overlay", "mg_buttons", "mg_canvas", "ct", "mg", "buttons", "input", "shell",
    "plain", "main",
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
    """Show a scene. New marks or a new `goto` reach the viewer without its images being sent again."""
    return _viewer(key=key, data={**scene, "words": words(scene["kind"])})

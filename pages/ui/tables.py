"""Tables whose rows open something: chips, score bars and wrapping text in the theme's colours, changed in place by live updates.

Streamlit's own grid is a canvas: it cuts long reasons off and no assistive technology can read it, so cases and people use this one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import streamlit as st

from pages.ui.i18n import _
from pages.ui.shell import ASSETS

Kind = Literal["text", "strong", "muted", "chip", "score", "steps", "number", "actions"]
Tone = Literal["red", "orange", "blue", "violet", "green", "gray"]


@dataclass(frozen=True)
class Column:
    """`align` may be "right", "nowrap" or both; `link` makes the text the row's link."""

    key: str
    label: str
    kind: Kind = "text"
    width: str = ""
    align: str = ""
    help: str = ""
    link: bool = False


@dataclass(frozen=True)
class Row:
    """`href` is where the row leads; `opens` makes a row without an address clickable; `tone` "action" or "attention" marks its edge."""

    id: str
    cells: Mapping[str, Any]
    href: str = ""
    opens: bool = False
    tone: str = ""


@dataclass(frozen=True)
class Picked:
    """What the person did: the row opened, the action pressed as (row, action), the rows ticked."""

    opened: str | None
    action: tuple[str, str] | None
    selected: tuple[str, ...]


_TABLE = st.components.v2.component(
    "firstlight_table",
    html='<div class="frame"></div>',
    css=(ASSETS / "table.css").read_text("utf-8"),
    js=(ASSETS / "table.js").read_text("utf-8"),
)


def chip(text: str, tone: Tone = "gray", shape: str = "") -> dict[str, str]:
    """A word with a colour and a shape; never the colour alone."""
    return {"text": text, "tone": tone, "shape": shape}


def two(text: str, sub: str, tone: str = "") -> dict[str, str]:
    """A cell of two lines, the second one quieter."""
    return {"text": text, "sub": sub, "tone": tone}


def table(
    key: str, columns: Sequence[Column], rows: Sequence[Row], *, label: str, selectable: bool = False, height: str = "", cleared: int = 0
) -> Picked:
    """Show the rows; `label` names the table for assistive technology, `cleared` counts up to untick every row."""
    drawn = {
        "columns": [asdict(column) for column in columns],
        "rows": [asdict(row) for row in rows],
        "label": label,
        "selectable": selectable,
        "height": height,
        "cleared": cleared,
        "words": {"pick": _("Choose this row")},
    }
    result = _TABLE(key=key, data=drawn, on_opened_change=_noted, on_acted_change=_noted, on_selected_change=_noted)
    present = {row.id for row in rows}
    acted = result.get("acted")
    ticked = tuple(row for row in result.get("selected") or () if row in present)
    return Picked(result.get("opened"), (acted["row"], acted["action"]) if acted else None, ticked)


def _noted() -> None:
    """A component's value exists only when somebody listens to it."""

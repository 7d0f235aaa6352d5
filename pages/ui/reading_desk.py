"""The reader's desk beside the viewer: progress and time, what can be done with the case, and the keys for it, in one small component."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from pages.ui.i18n import _
from pages.ui.reading_keys import END, HELP, OPINION, groups
from pages.ui.shell import ASSETS

HEAD, NORMAL, OTHERS = "desk-head", "desk-normal", "desk-others"

_DESK = st.components.v2.component(
    "firstlight_desk",
    html='<div class="desk"></div>',
    css=(ASSETS / "desk.css").read_text("utf-8"),
    js=(ASSETS / "desk.js").read_text("utf-8"),
)


@dataclass(frozen=True)
class Deed:
    """Something a reader can do: `effect` is said below it, `locks` holds it back during the lock-out, `off` for good."""

    id: str
    label: str
    hint: str
    key: str = ""
    effect: str = ""
    locks: bool = False
    off: bool = False


@dataclass(frozen=True)
class Clocks:
    """What the desk counts on from: seconds since the case and the sitting were opened, and until an opinion may be signed."""

    case: int
    sitting: int
    case_seconds: float
    sitting_seconds: float
    locked_seconds: float
    turn: int


@dataclass(frozen=True)
class LastRead:
    """The line about the read before this one, with what can still be done about it."""

    text: str
    deeds: tuple[Deed, ...]


def head(clocks: Clocks, done: int, size: int, kind: str, last: LastRead | None, on_act: Callable[[], None]) -> None:
    """How far the sitting is, the clocks, the last read, the keys and the way out."""
    words = {
        "count": _("{n} of {size}", n=min(done + 1, size), size=size),
        "progress": _("{n} of {size} cases done", n=done, size=size),
        "time": _("{case} · {n} min", case="{case}", n="{n}"),
        "time_hint": _("Time with this case · time of this sitting"),
        "keys": _("Keys"),
        "close": _("Close"),
    }
    deeds = (
        Deed("keys", "?", _("Show every key"), HELP),
        Deed("end", _("End"), _("End this sitting; the case in hand goes back to the list"), END),
    )
    said = {"text": last.text, "acts": [asdict(deed) for deed in last.deeds]} if last else None
    _show(HEAD, {"part": "head", "done": done, "size": size, "last": said, "keys": groups(kind)}, words, deeds, clocks, on_act)


def normal(clocks: Clocks, deed: Deed, on_act: Callable[[], None]) -> None:
    """The one-click normal with its consequence; held back while the lock-out lasts."""
    words = {"locked": _("Locked for a moment, so that a second click signs nothing.")}
    focus = {"key": OPINION, "at": ".st-key-reading_opinion button, .st-key-reading_opinion input"}
    _show(NORMAL, {"part": "normal", "focus": focus}, words, (deed,), clocks, on_act)


def others(clocks: Clocks, deeds: Sequence[Deed], on_act: Callable[[], None]) -> None:
    """What else can be done with the case."""
    _show(OTHERS, {"part": "others"}, {}, deeds, clocks, on_act)


def acted(key: str) -> tuple[str, int] | None:
    """What was pressed, and for which case it was shown."""
    said = st.session_state.get(key, {}).get("acted")
    return (str(said["what"]), int(said["case"])) if said else None


def _show(key: str, part: dict[str, Any], words: dict[str, str], deeds: Sequence[Deed], clocks: Clocks, on_act: Callable[[], None]) -> None:
    data = {
        **part, "words": words, "acts": [asdict(deed) for deed in deeds], "case": clocks.case, "sitting": clocks.sitting,
        "caseSeconds": clocks.case_seconds, "sittingSeconds": clocks.sitting_seconds, "lockedSeconds": clocks.locked_seconds,
        "turn": clocks.turn,
    }  # fmt: skip
    _DESK(key=key, data=data, on_acted_change=on_act)

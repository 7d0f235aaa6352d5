"""English and 简体中文: the catalogue, and how sentences, dates and numbers are written in each.

The source text is English; `pages/ui/locale/<language>/LC_MESSAGES/firstlight.po` is read once at start, nothing is compiled.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from babel.messages.pofile import read_po
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.tongue import Tongue
from core.words import N_, Sentence

LANGUAGES = {"en": "English", "zh_CN": "中文"}
LOCALE = Path(__file__).parent / "locale"

KEY = "firstlight_language"
_of_request: ContextVar[str] = ContextVar("language", default="en")


def use(language: str) -> None:
    """Speak `language` from here on: in this browser tab, or in this request outside of pages. An unknown one means English."""
    known = language if language in LANGUAGES else "en"
    if get_script_run_ctx(suppress_warning=True):
        st.session_state[KEY] = known
    else:
        _of_request.set(known)


def language() -> str:
    """The present language; kept in the session because fragments and callbacks run without `app.py`."""
    return str(st.session_state.get(KEY, "en")) if get_script_run_ctx(suppress_warning=True) else _of_request.get()


@cache
def catalogue(name: str) -> Mapping[str, str]:
    """Every translated message of a language; empty for English, whose text is the source."""
    path = LOCALE / name / "LC_MESSAGES" / "firstlight.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        messages = [message for message in read_po(file) if message.id and not message.fuzzy]
    pairs = [(m.id, m.string) for m in messages if isinstance(m.id, str)]
    pairs += [(m.id[0], m.string[0]) for m in messages if not isinstance(m.id, str)]
    return {str(key): str(text) for key, text in pairs if text}


def tongue(name: str | None = None) -> Tongue:
    """The present language, or the named one, with its catalogue: for what is written down in a language, such as a report."""
    spoken = name or language()
    return Tongue(spoken, catalogue(spoken))


def _(template: str, **values: Any) -> str:
    """`template` in the present language, filled with `values` written in that language."""
    return tongue().say(template, **values)


def n_(one: str, many: str, n: int, **values: Any) -> str:
    """Like `_`, for text that depends on a count `n`; Chinese has one form."""
    if language() == "en":
        return tongue().fill(one if n == 1 else many, {"n": n, **values})
    return tongue().say(one, n=n, **values)


def show(sentence: Sentence | str | None, empty: str = "–") -> str:
    """A sentence of `core` in the present language; `empty` where there is none."""
    return tongue().show(sentence, empty)


def plain(value: Any) -> str:
    """One value as a person of the present language writes it."""
    return tongue().plain(value)


def day(value: date | None, empty: str = "–") -> str:
    """12 Nov 2026 · 2026年11月12日."""
    return tongue().day(value, empty)


def moment(value: datetime | None, empty: str = "–") -> str:
    """12 Nov 2026, 14:05 in the time zone of the server."""
    return tongue().moment(value, empty)


def number(value: float | None, digits: int = 0, empty: str = "–") -> str:
    """1,234 or 12.3; at most `digits` decimals for floats unless they need more to be true."""
    return tongue().number(value, digits, empty)


def days(n: int) -> str:
    """Ages of things: today, 1 day, 3 days."""
    return _("today") if n <= 0 else n_("{n} day", "{n} days", n)


def literal(text: str) -> str:
    """What people or files are called, kept from being read as markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-!$:~<>|" else sign for sign in text)


def oldest(n: int) -> str:
    """How long the oldest of several things waits."""
    return _("the oldest since today") if n <= 0 else n_("the oldest for {n} day", "the oldest for {n} days", n)


__all__ = [
    "LANGUAGES", "N_", "_", "day", "days", "language", "literal", "moment", "n_", "number", "oldest", "plain", "show", "tongue", "use",
]  # fmt: skip

"""English and 简体中文: the catalogue, and how sentences, dates and numbers are written in each.

The source text is English; `pages/ui/locale/<language>/LC_MESSAGES/firstlight.po` is read once at start, nothing is compiled.
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import streamlit as st
from babel import Locale
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.words import N_, Sentence

LANGUAGES = {"en": "English", "zh_CN": "中文"}
LOCALE = Path(__file__).parent / "locale"
DATE = {"en": "d MMM y", "zh_CN": "y年M月d日"}
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}\S*)?")

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


def _(template: str, **values: Any) -> str:
    """`template` in the present language, filled with `values` written in that language."""
    return fill(catalogue(language()).get(template, template), values)


def n_(one: str, many: str, n: int, **values: Any) -> str:
    """Like `_`, for text that depends on a count `n`; Chinese has one form."""
    if language() == "en":
        return fill(one if n == 1 else many, {"n": n, **values})
    return fill(catalogue(language()).get(one, many), {"n": n, **values})


def show(sentence: Sentence | str | None, empty: str = "–") -> str:
    """A sentence of `core` in the present language; `empty` where there is none."""
    if sentence is None or sentence == "":
        return empty
    return _(sentence) if isinstance(sentence, str) else _(sentence.template, **sentence.values)


def fill(template: str, values: Mapping[str, Any]) -> str:
    return _Filler().vformat(template, (), values) if values else template


class _Filler(Formatter):
    """Fills templates with dates, numbers, sentences and enum members written in the present language."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return format(value, format_spec) if format_spec and isinstance(value, int | float) else plain(value)


def plain(value: Any) -> str:
    """One value as a person of the present language writes it."""
    if isinstance(value, Sentence):
        return show(value)
    if isinstance(value, Enum):
        return _(str(value.value))
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return _(value) if isinstance(value, str) and value else str(value)


def day(value: date | None, empty: str = "–") -> str:
    """12 Nov 2026 · 2026年11月12日."""
    return format_date(value, DATE[language()], locale=_locale()) if value else empty


def moment(value: datetime | None, empty: str = "–") -> str:
    """12 Nov 2026, 14:05 in the time zone of the server."""
    if value is None:
        return empty
    here = value.replace(tzinfo=value.tzinfo or UTC).astimezone()
    return f"{day(here.date())}{' ' if language() == 'zh_CN' else ', '}{here:%H:%M}"


def number(value: float | None, digits: int = 0, empty: str = "–") -> str:
    """1,234 or 12.3; at most `digits` decimals for floats unless they need more to be true."""
    if value is None:
        return empty
    pattern = "#,##0" if isinstance(value, int) else "#,##0." + "0" * digits if digits else "#,##0.###"
    return format_decimal(value, format=pattern, locale=_locale())


def days(n: int) -> str:
    """Ages of things: today, 1 day, 3 days."""
    return _("today") if n <= 0 else n_("{n} day", "{n} days", n)


def literal(text: str) -> str:
    """What people or files are called, kept from being read as markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-!$:~<>|" else sign for sign in text)


def oldest(n: int) -> str:
    """How long the oldest of several things waits."""
    return _("the oldest since today") if n <= 0 else n_("the oldest for {n} day", "the oldest for {n} days", n)


def _locale() -> Locale:
    return Locale.parse(language())


__all__ = ["LANGUAGES", "N_", "_", "day", "days", "language", "literal", "moment", "n_", "number", "oldest", "plain", "show", "use"]

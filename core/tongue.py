"""Sentences, dates and numbers as a person of one language writes them. Whoever knows the catalogue hands it in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from string import Formatter
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from core.words import Sentence

DATE = {"en": "d MMM y", "zh_CN": "y年M月d日"}
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}\S*)?")


@dataclass(frozen=True)
class Tongue:
    """`language` is "en" or "zh_CN"; `catalogue` English message → translation, empty for English."""

    language: str
    catalogue: Mapping[str, str] = field(default_factory=dict, repr=False)

    def say(self, template: str, /, **values: Any) -> str:
        """`template` in this language, filled with `values` written in this language."""
        return self.fill(self.catalogue.get(template, template), values)

    def show(self, sentence: Sentence | str | None, empty: str = "–") -> str:
        """A sentence of `core`; `empty` where there is none."""
        if sentence is None or sentence == "":
            return empty
        return self.say(sentence) if isinstance(sentence, str) else self.say(sentence.template, **sentence.values)

    def fill(self, template: str, values: Mapping[str, Any]) -> str:
        return _Filler(self).vformat(template, (), values) if values else template

    def plain(self, value: Any) -> str:
        """One value as a person of this language writes it."""
        if isinstance(value, Sentence):
            return self.show(value)
        if isinstance(value, Enum):
            return self.say(str(value.value))
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, date):
            return self.day(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.number(value)
        return self.say(value) if isinstance(value, str) and value else str(value)

    def day(self, value: date | None, empty: str = "–") -> str:
        """12 Nov 2026 · 2026年11月12日."""
        return format_date(value, DATE[self.language], locale=self._locale) if value else empty

    def moment(self, value: datetime | None, empty: str = "–") -> str:
        """12 Nov 2026, 14:05 in the time zone of the server."""
        if value is None:
            return empty
        here = value.replace(tzinfo=value.tzinfo or UTC).astimezone()
        return f"{self.day(here.date())}{' ' if self.language == 'zh_CN' else ', '}{here:%H:%M}"

    def number(self, value: float | None, digits: int = 0, empty: str = "–") -> str:
        """1,234 or 12.3; at most `digits` decimals for floats unless they need more to be true."""
        if value is None:
            return empty
        pattern = "#,##0" if isinstance(value, int) else "#,##0." + "0" * digits if digits else "#,##0.###"
        return format_decimal(value, format=pattern, locale=self._locale)

    @property
    def _locale(self) -> Locale:
        return Locale.parse(self.language)


class _Filler(Formatter):
    """Fills templates with dates, numbers, sentences and enum members written in one language."""

    def __init__(self, tongue: Tongue) -> None:
        self._tongue = tongue

    def format_field(self, value: Any, format_spec: str) -> str:
        return format(value, format_spec) if format_spec and isinstance(value, int | float) else self._tongue.plain(value)

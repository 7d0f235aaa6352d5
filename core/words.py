"""Sentences that people read, kept apart from their values, so that a page can show them in the reader's language.

`core` writes English templates; `pages.ui.i18n` looks the template up in its catalogue and fills in the values. A sentence can be
stored as a row's column (JSON) and shown years later in another language.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


def N_(template: str) -> str:
    """Mark a template for the translation catalogue without translating it now."""
    return template


@dataclass(frozen=True)
class Sentence:
    """An English template such as "{missing} slices are missing" with the values it is filled with."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format_map(dict(self.values)) if self.values else self.template

    def to_json(self) -> str:
        return json.dumps([self.template, dict(self.values)], ensure_ascii=False, default=_plain)

    @classmethod
    def from_json(cls, text: str | None) -> "Sentence | None":
        if not text:
            return None
        template, values = json.loads(text)
        return cls(template, values)


def say(template: str, **values: Any) -> Sentence:
    """Shorthand for a sentence with its values."""
    return Sentence(template, values)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)

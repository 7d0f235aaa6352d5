"""Why a rule said what it said: an English template and its values, so that a page can show it in the reader's language.

The same shape as `core.words.Sentence`, kept here because the rules import nothing of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(template: str) -> str:
    """Mark a template for the translation catalogue without translating it now."""
    return template


@dataclass(frozen=True, slots=True)
class Reason:
    """A template such as "Nodule {name}: solid, {size} mm" and what it is filled with (numbers and names, no words to translate)."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format_map(dict(self.values))


def say(template: str, **values: object) -> Reason:
    """Shorthand for a reason with its values."""
    return Reason(template, values)

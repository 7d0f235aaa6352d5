"""The letters' words, one TOML file for each programme and language; read strictly, so that no letter can leave with an open field."""

import string
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from core.errors import Rejected
from core.words import N_
from db.enums import ProgrammeDecision

FOLDER = Path(__file__).parent
FIELDS = frozenset({"name", "exam_date", "due", "site"})


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Part):
    """Subject and body; paragraphs are parted by an empty line."""

    subject: str = Field(min_length=1)
    body: str = Field(min_length=1)


class Decided(Words):
    """The words for one decision, and others for single categories."""

    category: Mapping[str, Words] = {}


class Template(_Part):
    """One version of the letters of a programme in one language."""

    programme: str
    language: str
    version: str
    dear: str
    symptoms: str
    questions: str
    close: str
    sender: str
    routine_recall: Decided
    short_term_recall: Decided
    assessment: Decided
    technical_recall: Decided

    def words(self, decision: ProgrammeDecision, category: str) -> tuple[str, Words]:
        """The name of the words that fit, such as "assessment" or "assessment.6", and the words."""
        decided: Decided = getattr(self, decision.value)
        if category in decided.category:
            return f"{decision.value}.{category}", decided.category[category]
        return decision.value, decided


@cache
def templates() -> Mapping[tuple[str, str], Template]:
    """Every template by programme and language."""
    found = [Template.model_validate(tomllib.loads(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.toml"))]
    return {(one.programme, one.language): one for one in found}


def template(programme: str, language: str) -> Template:
    """The letters of a programme in a language; Rejected when nobody has written them."""
    found = templates().get((programme, language))
    if found is None:
        raise Rejected(N_("There is no letter of the programme {programme} in this language"), programme=programme)
    return found


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with every field filled; Rejected when one is unknown or its value is empty."""
    for _, name, form, conversion in string.Formatter().parse(text):
        if name is not None and (name not in FIELDS or form or conversion):
            raise Rejected(N_("A letter has a field {field} that nobody fills; an administrator must correct the template"), field=name)
        if name is not None and not values.get(name, "").strip():
            raise Rejected(N_("The letter cannot be written: {field} is not known"), field=name)
    return text.format_map(dict(values))

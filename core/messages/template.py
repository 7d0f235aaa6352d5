"""The words of messages, one TOML file for each template and language; read strictly, so that no message leaves with an open field."""

import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.errors import Rejected
from core.exchange import templates as letters
from core.words import N_
from db.enums import Channel, ProgrammeDecision

FOLDER = Path(__file__).parent / "templates"
FIELDS = frozenset({"name", "site", "exam", "when", "place", "exam_date", "due", "invited_on"})
WRITTEN = (Channel.letter, Channel.email, Channel.text)
"""Channels that a mailing may take."""
FIELD_WORDS = {
    "name": N_("the name"), "site": N_("the site"), "exam": N_("the exam"), "when": N_("the time of the appointment"),
    "place": N_("the place of the clinic"), "exam_date": N_("the day of the exam"), "due": N_("the day by which it is due"),
    "invited_on": N_("the day of the invitation"),
}  # fmt: skip


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Letter(_Part):
    """Subject and body of a letter or an e-mail; paragraphs are parted by an empty line."""

    subject: str = Field(min_length=1)
    body: str = Field(min_length=1)


class Text(_Part):
    body: str = Field(min_length=1, max_length=306)


class Template(_Part):
    """One version of one template in one language; `letter_of` takes the letter's words from the letters about that decision."""

    id: str = Field(max_length=64)
    version: str = Field(max_length=16)
    language: str
    fields: tuple[str, ...]
    letter: Letter | None = None
    letter_of: ProgrammeDecision | None = None
    text: Text

    @model_validator(mode="after")
    def _whole(self) -> "Template":
        if (self.letter is None) == (self.letter_of is None):
            raise ValueError(f"{self.id}: either [letter] or letter_of")
        used = placeholders(self.text.body) | (placeholders(self.letter.subject, self.letter.body) if self.letter else set())
        unknown = (used | set(self.fields)) - FIELDS
        if unknown or not used <= set(self.fields):
            raise ValueError(f"{self.id} uses {sorted(used)}, declares {sorted(self.fields)}; known are {sorted(FIELDS)}")
        return self


class Frame(_Part):
    """What stands around every message of a language; `exam` says by programme what is offered."""

    language: str
    version: str
    dear: str
    questions: str
    close: str
    sender: str
    mail_subject: str
    demonstration: str
    foot: str
    page: str
    exam: Mapping[str, str]


@dataclass(frozen=True)
class Message:
    """A message in full: `paragraphs` of a letter or e-mail from “Dear” to the last line before the close, or the one of a text."""

    template: str
    version: str
    language: str
    channel: Channel
    subject: str
    paragraphs: Sequence[str]
    close: str = ""
    sender: str = ""

    @property
    def words(self) -> str:
        """Everything below the subject, as plain text."""
        return "\n\n".join([*self.paragraphs, *([f"{self.close}\n{self.sender}"] if self.close else [])])


@cache
def templates() -> Mapping[tuple[str, str], Template]:
    """Every template by id and language, those of appointments first."""
    paths = [path for path in sorted(FOLDER.glob("*.toml")) if not path.name.startswith("frame.")]
    found = [Template.model_validate(tomllib.loads(path.read_text("utf-8"))) for path in paths]
    return {(one.id, one.language): one for one in found}


@cache
def frame(language: str) -> Frame:
    """What stands around the messages of a language; Rejected when nobody has written it."""
    path = FOLDER / f"frame.{language}.toml"
    if language not in {one.language for one in templates().values()} or not path.is_file():
        raise Rejected(N_("There are no messages in the language {language}"), language=language)
    return Frame.model_validate(tomllib.loads(path.read_text("utf-8")))


def template(template_id: str, language: str) -> Template:
    """One template; Rejected naming those that there are."""
    found = templates().get((template_id, language))
    if found is None:
        known = ", ".join(sorted({one for one, _ in templates()}))
        raise Rejected(N_("There is no template {name} in this language; expected one of {known}"), name=template_id, known=known)
    return found


def version_of(template_id: str, language: str, channel: Channel, card_id: str) -> str:
    """The version of the words that a message of this kind would have."""
    one = template(template_id, language)
    if one.letter_of is None or channel == Channel.text:
        return one.version
    return letters.template(card_id, language).version


def render(template_id: str, language: str, channel: Channel, card_id: str, values: Mapping[str, str], *, category: str = "") -> Message:
    """The message with every field filled by `values` (already in its language); Rejected naming the field that is missing or unknown."""
    one, around = template(template_id, language), frame(language)
    if channel not in WRITTEN:
        raise Rejected(N_("Nothing can be written for {channel}; expected a letter, an e-mail or a text"), channel=channel.value)
    given = {"exam": around.exam.get(card_id, ""), **values}
    for name in one.fields:
        if not given.get(name, "").strip():
            raise Rejected(N_("The message cannot be written: {field} is not known"), field=FIELD_WORDS[name])
    version = version_of(template_id, language, channel, card_id)
    if channel == Channel.text:
        return Message(one.id, version, language, channel, "", [_filled(one.text.body, given)])
    subject, paragraphs, close, sender = _written(one, around, card_id, category)
    subject = around.mail_subject if channel == Channel.email else subject  # whoever looks over a shoulder reads the subject first
    return Message(
        one.id, version, language, channel, _filled(subject, given), [_filled(part, given) for part in paragraphs],
        _filled(close, given), _filled(sender, given),
    )  # fmt: skip


def placeholders(*texts: str) -> set[str]:
    """The names of the fields in these texts; ValueError for one that is formatted."""
    found = [part for text in texts for part in string.Formatter().parse(text)]
    if any(name is not None and (form or conversion) for _, name, form, conversion in found):
        raise ValueError("a field of a message has a format; give its name alone")
    return {name for _, name, _, _ in found if name is not None}


def _written(one: Template, around: Frame, card_id: str, category: str) -> tuple[str, list[str], str, str]:
    if one.letter is not None:
        body = [" ".join(part.split()) for part in one.letter.body.strip().split("\n\n")]
        return one.letter.subject, [around.dear, *body, around.questions], around.close, around.sender
    assert one.letter_of is not None
    words = letters.template(card_id, one.language)
    _name, chosen = words.words(one.letter_of, category)
    body = [" ".join(part.split()) for part in chosen.body.strip().split("\n\n")]
    return chosen.subject, [words.dear, *body, words.symptoms, words.questions], words.close, words.sender


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name in placeholders(text):
        if not values.get(name, "").strip():
            raise Rejected(N_("The message cannot be written: {field} is not known"), field=FIELD_WORDS.get(name, name))
    return text.format_map(dict(values))

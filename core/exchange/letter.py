"""The letter to a participant: plain words about what was decided and what happens next. It says nothing of what an AI found."""

import unicodedata
from dataclasses import dataclass
from datetime import date

from core.exchange.content import Content, Section, Signature, Text
from core.exchange.templates import filled, template
from core.tongue import Tongue
from core.words import N_
from db.enums import ProgrammeDecision


@dataclass(frozen=True)
class LetterFacts:
    """What a letter is about. `due`: the next round or the appointment; `written`: the day on it; `invented`: nobody real."""

    programme: str
    name: str
    number: str
    site: str
    exam_date: date
    decision: ProgrammeDecision
    category: str
    due: date
    written: date
    invented: bool


@dataclass(frozen=True)
class Letter:
    """The letter with the template that it was written from, such as "lung.assessment" 1.0."""

    content: Content
    template: str
    version: str


DEMONSTRATION = N_("Demonstration: this person is invented. Not a real letter.")


def spoken(name: str) -> str:
    """A name as it is said: "Doe, Jane" is Jane Doe, "陈, 美玲" is 陈美玲."""
    family, _, given = (part.strip() for part in name.partition(","))
    if not given:
        return family
    chinese = not any(unicodedata.name(sign, "").startswith("LATIN") for sign in family + given)
    return family + given if chinese and any("\u4e00" <= sign <= "\u9fff" for sign in name) else f"{given} {family}"


def letter(facts: LetterFacts, tongue: Tongue) -> Letter:
    """Every field is filled, or the letter is refused."""
    words = template(facts.programme, tongue.language)
    name, chosen = words.words(facts.decision, facts.category)
    name_said = spoken(facts.name)
    values = {"name": name_said, "site": facts.site, "exam_date": tongue.day(facts.exam_date), "due": tongue.day(facts.due)}
    paragraphs = [filled(one, values) for one in (words.dear, *chosen.body.strip().split("\n\n"), words.symptoms, words.questions)]
    source = f"{facts.programme}.{name}"
    content = Content(
        language=tongue.language,
        title=filled(chosen.subject, values),
        subtitle=f"{name_said} · {facts.number} · {tongue.day(facts.written)}",
        running=facts.site,
        foot=tongue.say("Letter {template}, version {version}", template=source, version=words.version),
        page=tongue.catalogue.get(PAGE, PAGE),
        warnings=[tongue.say(DEMONSTRATION)] if facts.invented else [],
        sections=[
            Section("", [Text(" ".join(one.split())) for one in paragraphs]),
            Section("", [Text(filled(words.close, values)), Signature(filled(words.sender, values))]),
        ],
        letter=True,
    )
    return Letter(content, source, words.version)


PAGE = N_("Page {n} of {all}")

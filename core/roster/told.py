"""What a row tells beside who it is: programme, opt-out, death, moving away, and how to reach the participant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from core.cohorts import contact_details
from core.cohorts.contact_details import ContactDetails
from core.errors import Rejected
from core.roster.columns import CONTACT, Mapping
from core.roster.written import day_of, death_problem
from core.words import N_, Sentence, say
from core.workflow.programmes import cards

YES = ("yes", "y", "true", "1", "x", "是", "已退出", "已迁出")
NO = ("", "no", "n", "false", "0", "否")
LANGUAGES = {**dict.fromkeys(("", "-"), ""), **dict.fromkeys(("en", "english", "英语", "英文"), "en"),
             **dict.fromkeys(("zh", "zh_cn", "zh-cn", "chinese", "中文", "汉语", "简体中文"), "zh_CN")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What a list says of a participant. `opted_out` is a card id, "" for all programmes, None where nothing is said."""

    listed: str = ""
    opted_out: str | None = None
    takes_part: bool = False
    """Whether the list says in so many words that there is no opt-out."""
    died: date | None = None
    moved_away: bool = False
    contact: ContactDetails | None = None

    def facts(self, today: date) -> list[tuple[str, dict[str, Any], date]]:
        """Kind, value and day of every fact, the contact details apart."""
        said = {
            f"listed_{self.listed}": ({"said": True}, today) if self.listed else None,
            "opted_out": None if self.opted_out is None else ({"said": True, "programme": self.opted_out}, today),
            "died": ({"on": self.died.isoformat()}, self.died) if self.died else None,
            "moved_away": ({"said": True, "to": ""}, today) if self.moved_away else None,
        }
        return [(kind, *found) for kind, found in said.items() if found is not None]


Problems = list[tuple[str, Sentence]]


def told(cells: Sequence[str], mapping: Mapping, born: date | None, today: date) -> tuple[Told | None, Problems]:
    """What the row tells, None for nothing; and what is wrong with it, by field."""
    problems: Problems = []
    programme = mapping.cell(cells, "programme").casefold()
    if programme and programme not in cards():
        problems.append(("programme", say(N_("{value} is no programme here; expected one of {known}"), value=programme[:30],
                                          known=", ".join(cards()))))  # fmt: skip
    opted, moved = mapping.cell(cells, "opted_out").casefold(), mapping.cell(cells, "moved_away").casefold()
    for key, text in (("opted_out", opted if opted not in cards() else ""), ("moved_away", moved)):
        if text not in YES + NO:
            problems.append((key, say(N_("{value} is neither yes nor no"), value=text[:30])))
    died = mapping.cell(cells, "died_on")
    if (said := death_problem(died, born, today)) is not None:
        problems.append(("died_on", said))
    contact = _contact(cells, mapping, problems)
    out = opted if opted in cards() else programme if opted in YES else None
    found = Told(programme, out, bool(opted) and opted in NO, day_of(died), moved in YES, contact)
    return (found if found != Told() else None), problems


def _contact(cells: Sequence[str], mapping: Mapping, problems: Problems) -> ContactDetails | None:
    written = {key: mapping.cell(cells, key) for key in CONTACT}
    if not any(written.values()):
        return None
    lines = tuple(line.strip(" ,") for line in written["address"].replace("\r", "\n").split("\n") if line.strip(" ,"))
    language = LANGUAGES.get(written["language"].casefold(), written["language"])
    for key, one in (("address", ContactDetails(lines)), ("email", ContactDetails(email=written["email"])),
                     ("phone", ContactDetails(phone=written["phone"])), ("language", ContactDetails(language=language))):  # fmt: skip
        try:
            contact_details.check(one)
        except Rejected as problem:
            problems.append((key, problem.sentence))
    return ContactDetails(lines, written["email"], written["phone"], language)


def completed(known: ContactDetails | None, said: ContactDetails) -> ContactDetails:
    """What is known, replaced by what the list says; what it leaves out stays."""
    return replace(known or ContactDetails(), **{key: getattr(said, key) for key in CONTACT if getattr(said, key)})

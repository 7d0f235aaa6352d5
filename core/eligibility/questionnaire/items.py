"""What is asked, in the order in which it is asked (NHS digital lung health check): each question with its words and its kind of answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from core.words import N_

VERSION = "1.0"
Kind = Literal["yes_no", "yes_no_unknown", "choice", "many", "number", "month"]
Answers = Mapping[str, Any]

YES, NO, UNKNOWN = "yes", "no", "unknown"
WORDS = {YES: N_("Yes"), NO: N_("No"), UNKNOWN: N_("Not known")}
RACES = {
    "white": N_("White"),
    "black": N_("Black"),
    "hispanic": N_("Hispanic"),
    "asian": N_("Asian"),
    "american indian": N_("American Indian or Alaskan Native"),
    "pacific islander": N_("Native Hawaiian or Pacific Islander"),
    UNKNOWN: N_("Another one, or not said"),
}
LEARNT = {
    "1": N_("Left school before the final examinations"),
    "2": N_("Finished school"),
    "3": N_("Training after school"),
    "4": N_("Some college or university"),
    "5": N_("College or university degree"),
    "6": N_("Postgraduate degree"),
    UNKNOWN: N_("Not said"),
}
TOBACCO = {
    "cigarettes": N_("Cigarettes"),
    "rolled": N_("Rolled cigarettes"),
    "pipe": N_("Pipe"),
    "cigars": N_("Cigars or cigarillos"),
    "shisha": N_("Shisha"),
}
COUNTED = ("cigarettes", "rolled")
"""The models count cigarettes; what else was smoked is written down and not counted."""
SECTIONS = {"smoking": N_("Smoking"), "about": N_("About the person"), "health": N_("Health and work"), "family": N_("Family")}


@dataclass(frozen=True)
class Item:
    """One question. `words` of its answers; numbers lie between `low` and `high`; asked only while `when` = (item, answers) holds."""

    key: str
    section: str
    words: str
    kind: Kind
    answers: Mapping[str, str] | None = None
    low: float = 0
    high: float = 0
    unit: str = ""
    when: tuple[str, tuple[str, ...]] | None = None
    optional: bool = False
    help: str = ""


def _amounts(kind: str, usual: str, more: str, less: str) -> tuple[Item, ...]:
    """How much of one tobacco: usually, and in the years in which it was more or less."""
    when = ("tobacco", (kind,))
    years = N_("for how many years")
    return (
        Item(f"{kind}_usual", "smoking", usual, "number", None, 0, 150, N_("a day"), when),
        Item(f"{kind}_more", "smoking", more, "number", None, 0, 150, N_("a day"), when, optional=True),
        Item(f"{kind}_more_years", "smoking", years, "number", None, 0, 80, N_("years"), when, optional=True),
        Item(f"{kind}_less", "smoking", less, "number", None, 0, 150, N_("a day"), when, optional=True),
        Item(f"{kind}_less_years", "smoking", years, "number", None, 0, 80, N_("years"), when, optional=True),
    )


SMOKED = ("ever_smoked", (YES,))
ILLNESSES = {
    "copd": N_("COPD"),
    "emphysema": N_("Emphysema"),
    "bronchitis": N_("Chronic bronchitis"),
    "pneumonia": N_("Pneumonia"),
    "tuberculosis": N_("Tuberculosis"),
}
ITEMS: tuple[Item, ...] = (
    Item("ever_smoked", "smoking", N_("100 cigarettes or more in the whole life"), "yes_no"),
    Item("current", "smoking", N_("Smokes now"), "yes_no", when=SMOKED),
    Item("started_age", "smoking", N_("Age at which regular smoking began"), "number", None, 5, 90, N_("years"), SMOKED),
    Item("quit_on", "smoking", N_("Month of the last cigarette"), "month", when=("current", (NO,))),
    Item(
        "pause_years", "smoking", N_("Years in between without smoking"), "number", None, 0, 80, N_("years"), SMOKED,
        help=N_("All pauses together; 0 for none"),
    ),
    Item("tobacco", "smoking", N_("What was smoked"), "many", TOBACCO, when=SMOKED),
    *_amounts("cigarettes", N_("Cigarettes, usually"), N_("When it was more"), N_("When it was less")),
    *_amounts("rolled", N_("Rolled cigarettes, usually"), N_("When it was more"), N_("When it was less")),
    Item("education", "about", N_("Education"), "choice", LEARNT, when=SMOKED),
    Item("race", "about", N_("Ethnic group"), "choice", RACES, when=SMOKED, help=N_("One of the models was made with these groups")),
    Item("height_cm", "about", N_("Height"), "number", None, 120, 230, N_("cm"), SMOKED),
    Item(
        "weight_kg", "about", N_("Weight"), "number", None, 30, 300, N_("kg"), SMOKED,
        help=N_("Leave both empty after an amputation and tick the box below"),
    ),
    Item("unmeasured", "about", N_("Height and weight say nothing here"), "many", {"yes": N_("cannot be measured")}, when=SMOKED,
         optional=True),
    *(Item(key, "health", words, "yes_no_unknown", when=SMOKED) for key, words in ILLNESSES.items()),
    Item("asbestos", "health", N_("Worked with asbestos"), "yes_no_unknown", when=SMOKED),
    Item("cancer", "health", N_("Any cancer so far"), "yes_no_unknown", when=SMOKED),
    Item("cancer_elsewhere", "health", N_("Outside the chest and more than five years ago"), "yes_no_unknown", when=("cancer", (YES,))),
    Item("relatives", "family", N_("Lung cancer of a parent, brother, sister or child"), "yes_no_unknown", when=SMOKED),
    Item("relatives_before_60", "family", N_("One of them before the age of 60"), "yes_no_unknown", when=("relatives", (YES,))),
)  # fmt: skip
BY_KEY = {item.key: item for item in ITEMS}


def asked(item: Item, answers: Answers) -> bool:
    """Whether the question is put, by what was answered before; what it depends on must itself be asked."""
    if item.when is None:
        return True
    key, wanted = item.when
    given = answers.get(key)
    fits = any(one in wanted for one in given) if isinstance(given, list) else given in wanted
    return fits and asked(BY_KEY[key], answers)

"""What is said of one participant: yes, no, or that it cannot be said and what is missing; with every rule and risk behind it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from core.words import N_, Sentence, say

INPUTS = {
    "birth_date": N_("the date of birth"),
    "sex": N_("the sex"),
    "age": N_("the age"),
    "ever_smoker": N_("whether ever a smoker"),
    "current_smoker": N_("whether smoking now"),
    "cigarettes_per_day": N_("the cigarettes a day"),
    "smoking_years": N_("the smoking years"),
    "quit_years": N_("when smoking stopped"),
    "race": N_("the ethnic group"),
    "education": N_("the education"),
    "bmi": N_("height and weight"),
    "copd": N_("COPD"),
    "personal_cancer": N_("an earlier cancer"),
    "family_history": N_("lung cancer in the family"),
    "relatives": N_("whether a relative had it before 60"),
    "pneumonia": N_("pneumonia"),
    "asbestos": N_("work with asbestos"),
    "high_risk_ages": N_("the ages between which a high risk is screened"),
}
"""One phrase for each input, to be put into a sentence."""


@dataclass(frozen=True)
class Risk:
    """A risk model on one day: `value` 0–1 over `years`, or None with what is `missing` or the `problem`. From `limit` on it decides."""

    rule: str
    version: str
    source: str
    years: int
    value: float | None = None
    limit: float | None = None
    missing: tuple[str, ...] = ()
    problem: Sentence | None = None
    given: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class RuleSaid:
    """A rule of eligibility on one day: yes, no or None; `against` are its reasons, `missing` the inputs that would decide."""

    rule: str
    version: str
    source: str
    eligible: bool | None
    against: tuple[Sentence, ...] = ()
    missing: tuple[str, ...] = ()
    problem: Sentence | None = None
    given: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """Whether one participant is to be screened in one programme on one day, by the programme's own rule.

    `eligible` None means that it cannot be said. `others`: what further rules say, for comparison only. `interval_days` or
    `interval_months` where a band prescribes one.
    """

    participant_id: int
    card_id: str
    on: date
    eligible: bool | None
    because: Sentence
    rule: str
    version: str
    source: str
    missing: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()
    others: tuple[RuleSaid, ...] = ()
    given: Mapping[str, object] = field(default_factory=dict)
    interval_days: int | None = None
    interval_months: int | None = None
    asked: bool = True
    """Whether the questionnaire that this programme needs has been answered."""


def listed(parts: Iterable[Sentence], between: str = ", ") -> Sentence:
    """Several phrases one after the other, each translated by itself."""
    found = list(parts)
    return say(between.join(f"{{part{place}}}" for place in range(len(found))), **{f"part{place}": one for place, one in enumerate(found)})


def named(missing: Iterable[str]) -> Sentence:
    """The missing inputs as phrases with commas."""
    return listed(say(INPUTS.get(name, name)) for name in missing)


def cannot_be_said(missing: Iterable[str]) -> Sentence:
    """ "It cannot be said, because this is not known: the smoking years"."""
    return say(N_("It cannot be said, because this is not known: {missing}"), missing=named(missing))

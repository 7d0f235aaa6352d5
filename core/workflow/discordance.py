"""Whether two opinions on one case differ in what matters (domain/users.md 1.2), and in which words. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from core.words import N_, Sentence, say
from db.enums import ProgrammeDecision

SIDES = {"R": N_("right"), "L": N_("left")}
DECISIONS = {
    ProgrammeDecision.routine_recall: N_("routine recall"),
    ProgrammeDecision.short_term_recall: N_("short-term recall"),
    ProgrammeDecision.assessment: N_("recall for assessment"),
    ProgrammeDecision.technical_recall: N_("technical recall"),
}
ASSESSMENTS = {"normal": N_("normal"), "clinical": N_("clinical"), "abnormal": N_("abnormal"), "": N_("not said")}
RECALLS = frozenset({ProgrammeDecision.assessment, ProgrammeDecision.short_term_recall})


@dataclass(frozen=True)
class Verdict:
    """What of an opinion is compared. `assessments`: "L" and "R" to normal, clinical or abnormal; `views`: to be taken again."""

    decision: ProgrammeDecision
    category: str = ""
    assessments: Mapping[str, str] = field(default_factory=dict)
    views: frozenset[str] = frozenset()

    @property
    def recalls(self) -> bool:
        """Whether the participant would be called back because of what was seen."""
        return self.decision in RECALLS

    @property
    def normal(self) -> bool:
        return self.decision == ProgrammeDecision.routine_recall

    def assessed(self, side: str) -> str:
        """A side that was left out is normal when the other was named; "" when neither was."""
        return self.assessments.get(side, "normal") if self.assessments else ""


def verdict(decision: ProgrammeDecision, category: str, opinion: Mapping[str, Any]) -> Verdict:
    """What is compared of a stored opinion (`Opinion.to_json`)."""
    assessments = {side: said for side, said in (opinion.get("assessments") or {}).items() if said}
    views = frozenset(one["view"] if isinstance(one, Mapping) else one for one in opinion.get("views") or ())
    return Verdict(decision, category, assessments, views)


def discordant(first: Verdict, second: Verdict) -> bool:
    """Different decisions; or two technical recalls of different views; or two assessments that differ in a breast."""
    return bool(differences(first, second))


def differences(first: Verdict, second: Verdict) -> tuple[Sentence, ...]:
    """In which words two opinions are discordant; empty when they are not."""
    if first.decision != second.decision:
        return (say(N_("The decisions differ: {first} and {second}"), first=_decision(first), second=_decision(second)),)
    if first.decision == ProgrammeDecision.technical_recall and first.views != second.views:
        return (say(N_("The views to repeat differ: {first} and {second}"), first=_views(first), second=_views(second)),)
    if first.decision != ProgrammeDecision.assessment:
        return ()
    template = N_("The {side} breast is assessed differently: {first} and {second}")
    said = ((side, first.assessed(side), second.assessed(side)) for side in SIDES)
    return tuple(say(template, side=say(SIDES[side]), first=_assessment(a), second=_assessment(b)) for side, a, b in said if a != b)


def all_differences(verdicts: Sequence[Verdict]) -> tuple[Sentence, ...]:
    """The differences of every pair of reads, each said once."""
    found = (one for first, second in combinations(verdicts, 2) for one in differences(first, second))
    return tuple({one.to_json(): one for one in found}.values())


def category_differs(first: Verdict, second: Verdict) -> Sentence | None:
    """Two opinions that lead to the same decision from other categories: worth knowing, no reason for arbitration."""
    if first.category == second.category or first.decision != second.decision:
        return None
    return say(N_("The categories differ: {first} and {second}"), first=first.category, second=second.category)


def _decision(one: Verdict) -> Sentence:
    return say(DECISIONS[one.decision])


def _assessment(said: str) -> Sentence:
    return say(ASSESSMENTS[said]) if said in ASSESSMENTS else say("{said}", said=said)


def _views(one: Verdict) -> Sentence:
    return say("{views}", views=", ".join(sorted(one.views))) if one.views else say(ASSESSMENTS[""])

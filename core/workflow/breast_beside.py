"""The next step that belongs to a BI-RADS category, and where the parts of an opinion on breasts do not fit together."""

from collections.abc import Iterator

from core.rules import birads
from core.words import N_, Sentence, say
from core.workflow.opinion import Opinion
from core.workflow.opinion_parts import SIDES
from core.workflow.rule_line import RuleLine
from db.enums import ProgrammeDecision as Decision

RULE = f"{birads.NAME} {birads.VERSION}"
FITS = {
    "0": (Decision.assessment, Decision.technical_recall),
    "1": (Decision.routine_recall,),
    "2": (Decision.routine_recall,),
    "3": (Decision.short_term_recall,),
    "4": (Decision.assessment,),
    "5": (Decision.assessment,),
    "6": (Decision.assessment,),
}
"""Decisions that carry out the next step of a category (domain/users.md 1.8): further imaging, routine, short interval, biopsy."""
WORDS = {
    Decision.routine_recall: N_("routine recall"),
    Decision.short_term_recall: N_("short-term recall"),
    Decision.assessment: N_("recall for assessment"),
    Decision.technical_recall: N_("technical recall"),
}
CONCERNED, LOW = 4, ("1", "2", "3")
NORMAL = ("1", "2")


def breast(category: str, decision: Decision | None, opinion: Opinion | None) -> RuleLine:
    """What the category asks for, with everything in the opinion that says otherwise."""
    known = birads.CATEGORIES[category]
    template = N_("BI-RADS {category}, {meaning} ({likelihood}): {step}")
    said = say(template, category=category, meaning=say(known.meaning), likelihood=known.likelihood, step=say(known.next_step))
    warnings = (*_decided(category, decision), *(_within(opinion) if opinion else ()))
    return RuleLine(RULE, birads.SOURCE, said, category, warnings=warnings)


def _decided(category: str, decision: Decision | None) -> Iterator[Sentence]:
    fitting = FITS[category[0]]
    if decision is not None and decision not in fitting:
        template = N_("Category {category} leads to {usual}; you chose {chosen}")
        yield say(template, category=category, usual=say(WORDS[fitting[0]]), chosen=say(WORDS[decision]))


def _within(opinion: Opinion) -> Iterator[Sentence]:
    """Lesions, assessments and categories of the same breast that point different ways."""
    for side, word in SIDES.items():
        code, assessed = opinion.per_side.get(side, opinion.category), opinion.assessments.get(side)
        concern = max((lesion.concern for lesion in opinion.lesions if lesion.side == side), default=0)
        if concern >= CONCERNED and code in LOW:
            template = N_("A lesion of concern {concern} in the {side} breast, but category {category}")
            yield say(template, concern=concern, side=say(word), category=code)
        if concern >= CONCERNED and assessed == "normal":
            yield say(
                N_("A lesion of concern {concern} in the {side} breast, which is assessed as normal"), concern=concern, side=say(word)
            )
        if assessed == "abnormal" and code in NORMAL:
            yield say(N_("The {side} breast is abnormal, but category {category}"), side=say(word), category=code)
        if assessed == "normal" and code[0] in "45" and side in opinion.per_side:
            yield say(N_("The {side} breast is normal, but category {category}"), side=say(word), category=code)

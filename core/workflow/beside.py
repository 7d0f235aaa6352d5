"""What published rules say beside a reader's opinion while it is being written: never filled in, never in the way of signing."""

from typing import TYPE_CHECKING

from core.rules.conformance import unsound
from core.words import N_, say
from core.workflow.breast_beside import WORDS, breast
from core.workflow.lung_beside import LUNG_RADS, lung_rads_line, other_protocols
from core.workflow.lung_risk import brock_known, risk_lines
from core.workflow.opinion import NoduleFinding, Opinion
from core.workflow.risk_facts import Facts
from core.workflow.rule_line import RuleLine, worded
from db.enums import ExamKind, ProgrammeDecision

if TYPE_CHECKING:
    from core.workflow.reading import Case


def beside(
    case: "Case",
    *,
    category: str = "",
    decision: ProgrammeDecision | None = None,
    nodules: tuple[NoduleFinding, ...] = (),
    opinion: Opinion | None = None,
    facts: Facts | None = None,
) -> tuple[RuleLine, ...]:
    """From what the reader has said so far. `nodules` are the reader's own; the AI's unconfirmed drafts are not among them."""
    if case.kind is ExamKind.mammography:
        return (_sound(breast(category, decision, opinion)),) if category else ()
    known = facts or Facts()
    others = other_protocols(nodules, baseline=case.baseline, brock=brock_known(nodules, known))
    lines = [lung_rads_line(nodules, baseline=case.baseline, chosen=category), *others, *risk_lines(nodules, known)]
    return (*(map(_sound, lines) if nodules else ()), *_decided(case, category, decision))


def _sound(line: RuleLine) -> RuleLine:
    """The line, or why its rule must not be used on this machine."""
    problem = unsound(line.rule)
    if problem is None:
        return line
    return RuleLine(line.rule, line.source, worded(problem), gaps=(worded(problem),), folded=line.folded)


def _decided(case: "Case", category: str, decision: ProgrammeDecision | None) -> tuple[RuleLine, ...]:
    """The programme's usual decision, where the reader takes another one."""
    known = case.card.category(category) if category else None
    if known is None or decision is None or decision == known.usual:
        return ()
    template = N_("Category {category} leads to {usual}; you chose {chosen}")
    said = say(template, category=category, usual=say(WORDS[known.usual]), chosen=say(WORDS[decision]))
    return (RuleLine(LUNG_RADS, case.card.name, said, warnings=(said,)),)

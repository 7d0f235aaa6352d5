"""What the rules say beside the reader's opinion: one line while they agree, a warning where they do not, the rest one click away."""

from collections.abc import Sequence

import streamlit as st

from core.access import Person
from core.workflow.beside import beside
from core.workflow.opinion import Opinion
from core.workflow.reading import Case
from core.workflow.risk_facts import Facts, facts_of
from core.workflow.rule_line import RuleLine
from db.enums import ExamKind, ProgrammeDecision
from pages.ui.case_parts.draft import own
from pages.ui.case_parts.keys import key
from pages.ui.i18n import n_, show
from pages.ui.session import read

REASONS = 3


def said_now(case: Case, user: Person | None, chosen: Opinion | None = None) -> tuple[RuleLine, ...]:
    """From what the form holds at this moment; risks only where `user` may know the participant's facts and nodules are described."""
    category = chosen.category if chosen else str(st.session_state.get(key(case, "category")) or "")
    decision = chosen.decision if chosen else st.session_state.get(key(case, "decision"))
    nodules = own(case)
    facts = _facts(case, user) if user is not None and nodules else None
    decided = ProgrammeDecision(decision) if decision else None
    return beside(case, category=category, decision=decided, nodules=nodules, opinion=chosen, facts=facts)


def _facts(case: Case, user: Person) -> Facts:
    return read(facts_of, user, case.participant.id, case.exam_date)


def rules(case: Case, user: Person) -> None:
    """The section among the evidence; nothing while the reader has described nothing."""
    lines = said_now(case, user)
    shown = [line for line in lines if not line.folded and (line.because or line.gaps or case.kind is ExamKind.mammography)]
    if not shown:
        return
    with st.container(key="case_rules", gap=None):
        for line in shown:
            st.markdown(f":material/rule: {show(line.said)}", help=_source(line))
            for text in [*map(show, line.gaps), *map(show, line.because)][:REASONS]:
                st.caption(text)
        folded = [line for line in lines if line.folded]
        if folded:
            with st.popover(n_("{n} other protocol or model", "{n} other protocols and models", len(folded)), type="tertiary"):
                _others(folded)


def _others(lines: Sequence[RuleLine]) -> None:
    for line in lines:
        st.markdown(f"**{show(line.said)}**", help=line.source)
        parts = [*map(show, line.because), *(f":orange[{show(one)}]" for one in line.warnings), *map(show, line.gaps)]
        st.caption("  \n".join(parts))


def warnings(lines: Sequence[RuleLine]) -> None:
    """Where reader and rule part, or an error of measurement would change the category; said above the button, in nobody's way."""
    found = list(dict.fromkeys(show(warning) for line in lines if not line.folded for warning in line.warnings))
    for text in found:
        st.markdown(f":orange[:material/warning:] {text}")


def _source(line: RuleLine) -> str:
    return "  \n".join([*map(show, line.because), *map(show, line.gaps), line.source])

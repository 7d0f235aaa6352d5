"""Signed opinions side by side, with what each reader had in sight, where they differ, and how the case was settled."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.access import Person
from core.workflow.comparison import between, lesion_words, nodule_words
from core.workflow.differences import in_words
from core.workflow.opinion import Opinion
from core.workflow.opinion_parts import ASSESSMENTS, REASONS, SIDES
from core.workflow.reading import Case, ReadLine
from core.workflow.settled import settlement
from pages.ui.i18n import _, literal, moment, n_, show
from pages.ui.session import read as ask
from pages.ui.words import DECISION


def reads(case: Case, user: Person) -> None:
    """Every opinion that may be seen; two stand beside each other."""
    if not case.reads:
        return
    with st.container(key="case_reads", gap=None):
        st.header(_("Reads"), anchor=False)
        shown = case.reads
        places = st.columns(2, gap="small") if len(shown) == 2 else [st.container() for _one in shown]
        for place, line in zip(places, shown, strict=True):
            with place:
                _read(line, case)
        if len(shown) == 2:
            _differ(shown[0].said, shown[1].said)
        if case.decision is not None:
            _settled(case, user)


def _read(line: ReadLine, case: Case) -> None:
    st.markdown(f"**{literal(line.reader)}**  \n{case.card.scheme} {line.category} · {_(DECISION[line.decision])}")
    st.caption(f"{moment(line.committed_at)} · {seen_words(line.seen, saw_ai=line.saw_ai)}")
    _details(line.said)


def _details(said: Opinion) -> None:
    """Findings, views and text, a line each; nothing where nothing was described."""
    lines = [f"{_(SIDES[side])}: {_(ASSESSMENTS[one])}" for side, one in said.assessments.items() if side in SIDES and one in ASSESSMENTS]
    lines += [f"{_(SIDES[side])}: {code}" for side, code in said.per_side.items() if side in SIDES]
    lines += [_("density {letter}", letter=said.density)] if said.density else []
    lines += [f"{literal(nodule.name)}: {show(nodule_words(nodule))}" for nodule in said.nodules]
    lines += [f"{_(SIDES.get(lesion.side, lesion.side))}: {show(lesion_words(lesion))}" for lesion in said.lesions]
    lines += [_("repeat {view}: {reason}", view=one.view, reason=_(REASONS.get(one.reason, one.reason))) for one in said.views]
    if lines:
        st.caption("  \n".join(lines))
    if said.note:
        st.text(said.note)
    if said.differences:
        label = n_("{n} entry on the AI's marks", "{n} entries on the AI's marks", len(said.differences))
        with st.popover(label, type="tertiary"):
            st.markdown("\n".join(f"- {show(in_words(one))}" for one in said.differences))


def seen_words(seen: Mapping[str, Any], *, saw_ai: bool) -> str:
    """What was in sight while an opinion was formed: AI, earlier exams, the other reads."""
    parts = [_("AI result in sight") if saw_ai else _("without AI")]
    priors, others = seen.get("priors") or (), seen.get("reads") or ()
    parts += [n_("{n} earlier exam in sight", "{n} earlier exams in sight", len(priors))] if priors else []
    parts += [n_("{n} other read in sight", "{n} other reads in sight", len(others))] if others else []
    return ", ".join(parts)


def _differ(first: Opinion, second: Opinion) -> None:
    found = between(first, second)
    if not found:
        st.caption(_("= Both say the same."))
        return
    st.markdown(f":orange[**≠**] {n_('They differ in {n} point', 'They differ in {n} points', len(found))}")
    st.caption(_listed([f"**{show(one.what)}**: {show(one.first)} ≠ {show(one.second)}" for one in found]))


def _settled(case: Case, user: Person) -> None:
    found = ask(settlement, user, case.exam_id)
    if found is None:
        return
    st.header(_("Arbitration"), anchor=False)
    names = ", ".join(map(literal, found.authors))
    st.markdown(f"**{names}**  \n{case.card.scheme} {found.said.category} · {_(DECISION[found.said.decision])}")
    st.caption(f"{moment(found.at)} · {seen_words(found.seen, saw_ai=found.seen.get('run') is not None)}")
    _details(found.said)


def _listed(lines: Sequence[str]) -> str:
    return "  \n".join(lines)

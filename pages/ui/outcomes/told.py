"""How an outcome came to be known: every entry and check, what changed by it, and the figures that the exam enters or leaves."""

import streamlit as st

from core.access import Person
from core.outcomes.checked import SUBJECTS
from core.outcomes.desk import Desk
from core.outcomes.history import Change, story
from pages.ui.i18n import N_, _, day, literal, moment, show
from pages.ui.outcomes.words import KNOWN, summary, value
from pages.ui.session import read

DEEDS = {"entered": (N_("entered"), "gray", "○"), "approved": (N_("approved"), "green", "●"), "refused": (N_("refused"), "red", "✕")}


def panel(user: Person, found: Desk) -> None:
    """What was known on a day that may be chosen, then every change, the newest first."""
    changes = read(story, user, found.exam_id)
    if not changes:
        st.markdown(f":gray[{_('Nothing was entered or checked yet.')}]")
        return
    days = sorted({change.at.date() for change in changes})
    on = (
        st.select_slider(_("As known on"), days, value=days[-1], format_func=day, key=f"known-{found.exam_id}-{len(days)}")
        if len(days) > 1
        else days[0]
    )
    last = [change for change in changes if change.at.date() <= on][-1]
    st.markdown(f"**{day(on)}:** {summary(last.after)}")
    for change in reversed(changes):
        _change(change)


def _change(change: Change) -> None:
    deed, tone, shape = DEEDS[change.deed]
    who = literal(change.who or _("an import or an earlier version"))
    with st.container(border=True, gap="xxsmall"):
        said = f":{tone}[{shape} {_(deed)}] **{_(SUBJECTS[change.subject])}:** {literal(show(change.said))}"
        st.markdown(f"{said}  \n:gray[{who} · {moment(change.at)}]")
        if change.note:
            st.markdown(f"“{literal(change.note)}”")
        for field in change.changed:
            st.markdown(f"{_(KNOWN[field])}: {literal(value(change.before, field))} → **{literal(value(change.after, field))}**")
        if change.flips:
            flips = [(_("+ {figure}") if flip.counts else _("− {figure}")).format(figure=_(flip.figure)) for flip in change.flips]
            st.markdown(f":gray[{_('Figures that count this exam')}: {literal(', '.join(flips))}]")

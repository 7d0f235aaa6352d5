"""The questionnaire as a form: only what applies is asked, every answer is kept at once, and what is open or impossible stands below."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

import streamlit as st

from core.access import Person
from core.clock import today
from core.eligibility import questionnaire
from core.eligibility.questionnaire import Sheet
from core.eligibility.questionnaire.items import COUNTED, ITEMS, NO, SECTIONS, UNKNOWN, WORDS, YES, Item, asked
from pages.ui.i18n import _, moment, n_, show
from pages.ui.session import act

ROW, AMOUNTS = 3, 5
UNITS = ("a day", "cm", "kg")
"""Units that the question itself does not name."""


def form(user: Person, sheet: Sheet) -> bool:
    """Show it; whether it was handed in now."""
    if _state(sheet.participant_id) not in st.session_state:
        load(sheet)
    answers: dict[str, Any] = {}
    for section, words in SECTIONS.items():
        if any(asked(item, answers) for item in ITEMS if item.section == section):
            st.header(_(words), anchor=False)
            _section(sheet.participant_id, section, answers)
    _keep(user, sheet, answers)
    return _end(user, sheet, answers)


def _section(participant_id: int, section: str, answers: dict[str, Any]) -> None:
    """Three questions a row, the amounts of one tobacco in a row of their own; a question may depend on the answer before it."""
    items = [item for item in ITEMS if item.section == section]
    for amounts, group in groupby(items, lambda item: item.key.split("_")[0] if item.key.split("_")[0] in COUNTED else ""):
        slots: Iterator[Any] = iter(())
        for item in group:
            if asked(item, answers):
                slot = st.container() if item.kind == "many" else next(slots, None)
                if slot is None:
                    slots = iter(st.columns(AMOUNTS if amounts else ROW, vertical_alignment="bottom"))
                    slot = next(slots)
                with slot:
                    answers[item.key] = _ask(item, _key(participant_id, item.key))


def _ask(item: Item, key: str) -> Any:
    """One question with the widget of its kind; None while it is open."""
    label = f"{_(item.words)} ({_(item.unit)})" if item.unit in UNITS else _(item.words)
    note = _(item.help) if item.help else None
    if item.kind == "number":
        return st.number_input(label, value=None, step=1.0, format="%g", key=key, help=note)
    if item.kind == "month":
        return st.text_input(label, key=key, placeholder="2012-06", help=_("Year and month, such as 2012-06"))
    if item.kind == "many":
        options = item.answers or {}
        return st.pills(label, list(options), selection_mode="multi", format_func=lambda one: _(options[one]), key=key, help=note)
    if item.kind == "choice":
        words = item.answers or {}
        return st.selectbox(
            label, list(words), index=None, format_func=lambda one: _(words[one]), key=key, placeholder=_("Choose"), help=note
        )
    known = [YES, NO, *([UNKNOWN] if item.kind == "yes_no_unknown" else [])]
    return st.segmented_control(label, known, format_func=lambda one: _(WORDS[one]), key=key, help=note)


def load(sheet: Sheet) -> None:
    """Fill the widgets from what is stored."""
    for item in ITEMS:
        value = sheet.answers.get(item.key)
        empty: Any = [] if item.kind == "many" else "" if item.kind == "month" else None
        st.session_state[_key(sheet.participant_id, item.key)] = empty if value is None else value
    st.session_state[_state(sheet.participant_id)] = (sheet.saved_at, dict(sheet.answers))


def forget(participant_id: int) -> None:
    """The widgets' values, so that the next look begins with what is stored."""
    for key in [_state(participant_id), *(_key(participant_id, item.key) for item in ITEMS)]:
        st.session_state.pop(key, None)


def _keep(user: Person, sheet: Sheet, answers: Mapping[str, Any]) -> None:
    """Keep the draft as soon as an answer changed."""
    seen, before = _stored(sheet)
    now = {key: value for key, value in answers.items() if value not in (None, "", [])}
    if now == before:
        return
    saved = act(questionnaire.save, user, sheet.participant_id, now, seen)
    if saved is not None:
        st.session_state[_state(sheet.participant_id)] = (saved, now)
    elif st.button(_("Load what is stored"), key=f"load-{sheet.participant_id}", icon=":material/refresh:"):
        forget(sheet.participant_id)
        st.rerun()


def _end(user: Person, sheet: Sheet, answers: dict[str, Any]) -> bool:
    """What is still open, what cannot be, and the button."""
    wrong = questionnaire.problems(answers, sheet.birth, today())
    gaps = questionnaire.missing(answers)
    st.divider()
    for problem in wrong:
        st.error(show(problem), icon=":material/edit:")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(_progress(gaps), width="stretch")
        pressed = st.button(_("Hand in"), type="primary", icon=":material/task_alt:", key=f"submit-{sheet.participant_id}")
    saved, _before = _stored(sheet)
    st.caption(_("Kept as a draft: {moment}", moment=moment(saved)) if saved else _("Answers are kept as a draft as you give them."))
    if not pressed:
        return False
    return act(questionnaire.submit, user, sheet.participant_id, answers, saved, done=_("The questionnaire is handed in.")) is not None


def _progress(gaps: tuple[Item, ...]) -> str:
    if not gaps:
        return _("Everything is answered.")
    named = ", ".join(_(item.words) for item in gaps[:6]) + (" …" if len(gaps) > 6 else "")
    return n_("**{n} question** is open: {named}", "**{n} questions** are open: {named}", len(gaps), named=named)


def _stored(sheet: Sheet) -> tuple[datetime | None, dict[str, Any]]:
    found: tuple[datetime | None, dict[str, Any]] = st.session_state[_state(sheet.participant_id)]
    return found


def _key(participant_id: int, name: str) -> str:
    return f"answer-{participant_id}-{name}"


def _state(participant_id: int) -> str:
    return f"questionnaire-{participant_id}"

"""One task in a drawer: why it exists, what was tried, and what can be done about it."""

from pathlib import Path

import streamlit as st

from core.access import Person
from core.safety_net import acts, events
from core.safety_net.events import HistoryLine
from core.safety_net.lists import TaskRow
from core.safety_net.reasons import BY_HAND, LOST, WORDS
from core.safety_net.rules import RULES
from core.workflow.programmes import card
from db.enums import Channel
from pages.ui.i18n import _, days, literal, moment, n_, show
from pages.ui.safety_net.words import CHANNEL, REACHED, STEP, TASK
from pages.ui.session import did, read
from pages.ui.words import PROGRAMME, word

PAGES = Path(__file__).resolve().parents[2]
ANSWERS: dict[str, bool | None] = {"reached": True, "not_reached": False, "unknown": None}


def drawer(user: Person, row: TaskRow) -> None:
    """Why, the contact history, an attempt, closing with a reason, lost to follow-up."""

    @st.dialog(literal(row.participant_name), position="right", width=560)
    def open_drawer() -> None:
        _head(row)
        _links(row)
        _try_form(user, row)
        _history(read(events.history, user, row.task_id))
        _close_form(user, row)
        _found_form(user, row) if row.told.lost else _lost_form(user, row)

    open_drawer()


def _head(row: TaskRow) -> None:
    badges = [f":red-badge[▲ {_('overdue for {age}', age=days(row.days_overdue))}]"] if row.days_overdue and not row.told.lost else []
    badges += [f":red-badge[▲ {_('escalated')}]"] if row.told.level and not row.told.lost else []
    badges += [f":orange-badge[◆ {_('lost: {reason}', reason=word(WORDS, row.told.lost))}]"] if row.told.lost else []
    window = _("best between {first} and {last}", first=row.window_from, last=row.window_until)
    lines = [
        " ".join([*badges, f"**{_(TASK[row.kind])}**, {_('due {day}', day=row.due)}"]),
        f"{row.number} · {_(PROGRAMME[row.programme])} · {window}",
        f"**{_('Why')}:** {literal(show(row.why))}. {_(RULES[row.kind].asks)}.",
    ]
    st.markdown("  \n".join(lines))
    st.caption(_("Rule {rule}, version {version}; made on {day}", rule=row.rule, version=row.rule_version, day=row.made_on))


def _links(row: TaskRow) -> None:
    with st.container(horizontal=True, gap="small"):
        if row.exam_id is not None and row.exam_date is not None:
            label = _("Open the case of {day}", day=row.exam_date)
            st.page_link("pages/doctor/case.py", label=label, query_params={"exam": str(row.exam_id)})
        record = "coordinator/record" if _there("coordinator/record") else "doctor/participant"
        st.page_link(f"pages/{record}.py", label=_("Record of the participant"), query_params={"participant": str(row.participant_id)})
        if row.recall_id is not None:
            st.page_link("pages/coordinator/recalls.py", label=_("The recall"), query_params={"search": row.number})
        if _there("coordinator/clinics"):
            asked = {"participant": str(row.participant_id), **({"recall": str(row.recall_id)} if row.recall_id is not None else {})}
            st.page_link("pages/coordinator/clinics.py", label=_("Book an appointment"), icon=":material/event:", query_params=asked)


def _there(page: str) -> bool:
    return (PAGES / f"{page}.py").is_file()


def _try_form(user: Person, row: TaskRow) -> None:
    with st.form(f"try-{row.task_id}", border=False, clear_on_submit=True):
        st.subheader(_("Record an attempt"), anchor=False)
        channel = st.segmented_control(
            _("By"), list(Channel), format_func=lambda one: _(CHANNEL[Channel(one)]), default=Channel.phone, label_visibility="collapsed"
        )
        answer = st.segmented_control(
            _("Reached"), list(ANSWERS), format_func=lambda one: _(REACHED[ANSWERS[one]]), label_visibility="collapsed"
        )
        note = st.text_input(_("Note"), max_chars=500, placeholder=_("For example: will call back on Tuesday"))
        if not st.form_submit_button(_("Record the attempt"), type="primary"):
            return
        if channel is None or answer is None:
            st.error(_("Choose how, and whether the participant was reached."))
        elif did(acts.tried, user, row.task_id, Channel(channel), reached=ANSWERS[answer], note=note, done=_("The attempt is recorded.")):
            st.rerun()


def _history(lines: tuple[HistoryLine, ...]) -> None:
    st.subheader(_("What has happened"), anchor=False)
    if not any(line.channel for line in lines):
        st.markdown(f":gray[{_('Nobody has tried to reach the participant for this yet.')}]")
    for line in lines:
        head = f"{_(CHANNEL[line.channel])}, {_(REACHED[line.reached])}" if line.channel else _step(line)
        parts = [f"**{head}**", f":gray[{moment(line.at)} · {literal(line.author) or 'Firstlight'}]"]
        st.markdown(" ".join([*parts, *([f"  \n{literal(line.note)}"] if line.note else [])]))


def _step(line: HistoryLine) -> str:
    said = _(STEP[line.step]) if line.step else ""
    return f"{said}: {word(WORDS, line.reason)}" if line.reason in WORDS else said


def _close_form(user: Person, row: TaskRow) -> None:
    with st.expander(_("Close with a reason")), st.form(f"close-{row.task_id}", border=False):
        reason = st.selectbox(_("Reason"), list(BY_HAND), format_func=lambda one: _(BY_HAND[one]), index=None, placeholder=_("Choose"))
        note = st.text_input(_("Known from"), max_chars=500, placeholder=_("For example: letter of the family doctor, 3 Nov"))
        st.caption(_("The recall that asked for it is closed too.") if row.recall_id else _("The task leaves every list."))
        if st.form_submit_button(_("Close")):
            if reason is None:
                st.error(_("Choose the reason first."))
            elif did(acts.close, user, row.task_id, reason, note, done=_("The task is closed.")):
                st.rerun()


def _lost_form(user: Person, row: TaskRow) -> None:
    needed = card(row.programme).safety_net.attempts
    with st.expander(_("Lost to follow-up")), st.form(f"lost-{row.task_id}", border=False):
        had = n_("{n} attempt is recorded", "{n} attempts are recorded", row.told.attempts)
        st.caption(_("The programme asks for {needed} attempts first; {had}.", needed=needed, had=had))
        reason = st.selectbox(_("Reason"), list(LOST), format_func=lambda one: _(LOST[one]), index=None, placeholder=_("Choose"))
        note = st.text_input(_("Note"), max_chars=500)
        if st.form_submit_button(_("Mark as lost to follow-up"), disabled=row.told.attempts < needed):
            if reason is None:
                st.error(_("Choose the reason first."))
            elif did(acts.lose, user, row.task_id, reason, note, done=_("Marked as lost to follow-up; it stays in its list.")):
                st.rerun()


def _found_form(user: Person, row: TaskRow) -> None:
    with st.expander(_("Found again"), expanded=True), st.form(f"found-{row.task_id}", border=False):
        note = st.text_input(_("How the participant was found"), max_chars=500)
        if st.form_submit_button(_("Take the task up again")) and did(
            acts.found_again, user, row.task_id, note, done=_("The task is open again.")
        ):
            st.rerun()

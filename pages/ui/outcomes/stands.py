"""Where an exam's outcome stands: what counts now, every entry with its check, and what the entries speak for."""

import streamlit as st

from core.access import Person
from core.outcomes import checking
from core.outcomes.checked import SUBJECTS
from core.outcomes.desk import Desk, EntryLine
from core.outcomes.proposal import Proposal
from core.workflow import outcomes
from pages.ui.i18n import _, day, literal, moment, n_, show
from pages.ui.outcomes import review_form
from pages.ui.outcomes.words import summary
from pages.ui.session import did
from pages.ui.words import CERTAINTY, OUTCOME


def _known(found: Desk) -> None:
    n = found.known.waiting
    waiting = f":orange-badge[◆ {n_('{n} entry waits for its check', '{n} entries wait for their check', n)}]" if n else ""
    st.markdown(f"**{_('Counts now')}:** {literal(summary(found.known))} {waiting}")


def panel(user: Person, found: Desk) -> None:
    """What counts, what is proposed, the entries."""
    _known(found)
    for entry in found.refused:
        _refused(user, entry)
    if found.proposal is not None:
        _proposal(user, found, found.proposal)
    for entry in found.entries:
        _entry(user, entry)
    if not found.entries:
        st.markdown(f":gray[{_('Nothing is entered yet. Begin with what was done: the assessment or the biopsy.')}]")
    if found.may_review:
        review_form.form(user, found.exam_id, found.known.review)


def _proposal(user: Person, found: Desk, said: Proposal) -> None:
    what = {"kind": _(OUTCOME[said.kind]), "certainty": _(CERTAINTY[said.certainty]), "day": day(said.happened_on)}
    with st.container(border=True):
        st.markdown(f"{_('Proposed: **{kind}, {certainty}**, {day}', **what)}  \n:gray[{_('because {reason}', reason=show(said.because))}]")
        label = _("Record the proposed outcome")
        if st.button(label, key=f"propose-{found.exam_id}", type="primary") and did(
            outcomes.record,
            user,
            found.exam_id,
            kind=said.kind,
            certainty=said.certainty,
            happened_on=said.happened_on,
            source=said.source,
            done=_("Recorded. It waits for the check by another person."),
        ):
            st.rerun()


def _refused(user: Person, entry: EntryLine) -> None:
    """An own entry that somebody refused: put it right in its part of the drawer, or take note."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            f":red[▲ {_('Refused by {who}', who=literal(entry.checked_by))}] “{literal(entry.note)}”  \n"
            f"**{_(SUBJECTS[entry.subject])}:** {literal(show(entry.said))}"
        )
        st.caption(_("Enter it anew in its part above if it was wrong; it never counts as it is."))
        if st.button(_("Lay it aside"), key=f"aside-{entry.subject}-{entry.row_id}") and did(
            checking.lay_aside, user, entry.subject, entry.row_id, done=_("Laid aside; it stays in the history.")
        ):
            st.rerun()


def _entry(user: Person, entry: EntryLine) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{_(SUBJECTS[entry.subject])}:** {literal(show(entry.said))}  \n:gray[{_made(entry)}]")
        for doubt in entry.doubts:
            st.markdown(f":orange-badge[◆ {_('look twice')}] {literal(show(doubt))}")
        if entry.state == "approved":
            st.markdown(f":green[● {_('Approved')}] :gray[{literal(entry.checked_by or _('before entries were checked'))}]")
        elif entry.own:
            st.markdown(f":orange[◆ {_('Waits for another person; it counts in no figure until then')}]")
        else:
            _check(user, entry)


def _made(entry: EntryLine) -> str:
    who = _("entered by {who}, {moment}", who=literal(entry.by or "–"), moment=moment(entry.at))
    origin = _(" from a registry list") if entry.list_id else ""
    return f"{who}{origin} · {_('known from {source}', source=literal(_(entry.source)))}"


def _check(user: Person, entry: EntryLine) -> None:
    """Approve or refuse; the consequence stands on the buttons."""
    st.markdown(f":orange[◆ {_('Waits for your check')}]")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"{entry.subject}-{entry.row_id}"
        approve = st.button(
            _("Approve"),
            key=f"approve-{key}",
            type="primary",
            icon=":material/check:",
            help=_("The entry counts in every figure from now on"),
        )
        note = st.text_input(
            _("What is wrong with it"),
            key=f"note-{key}",
            max_chars=500,
            label_visibility="collapsed",
            placeholder=_("What is wrong with it"),
        )
        refuse = st.button(_("Refuse"), key=f"refuse-{key}", help=_("The entry never counts and goes back to its author with your note"))
    if approve and did(checking.approve, user, entry.subject, entry.row_id, done=_("Approved; it counts from now on.")):
        st.rerun()
    if refuse and did(checking.refuse, user, entry.subject, entry.row_id, note, done=_("Refused; it goes back to its author.")):
        st.rerun()

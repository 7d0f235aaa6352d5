"""Inviting: into clinics or without a day, with which words, and what it will do, said before the click."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from core.access import Person
from core.clinics import inviting
from core.clinics.day import clinics
from core.clinics.due import Ask, Kind
from core.clinics.inviting import AT_MOST, Invited
from core.clock import now, today
from core.messages import sending
from core.messages.mailings import Plan
from db.enums import Channel
from pages.ui.clinics.contact_form import CHANNEL
from pages.ui.i18n import LANGUAGES, _, language, literal, moment, n_, number, show
from pages.ui.session import act, read

DONE = "invited-summary"
CHANNELS = (Channel.letter, Channel.email, Channel.text)
AHEAD_DAYS = 120


def dialog(user: Person, ask: Ask, chosen: Sequence[int], first: int, total: int) -> None:
    """`chosen` are the ticked participants; without them the first ones of the list, as many as are asked for."""

    @st.dialog(_("Invite"), position="right", width=560)
    def drawer() -> None:
        free = _clinics(user, ask)
        clinic_ids = st.multiselect(
            _("Clinics to fill"), list(free), format_func=lambda one: free[one][0], placeholder=_("None: an invitation without a day")
        )
        places = sum(free[one][1] for one in clinic_ids)
        n = len(chosen) or int(st.number_input(_("How many, from the top of the list"), 1, min(total, AT_MOST), _first(total, places)))
        left, right = st.columns(2)
        channel = left.selectbox(_("As"), CHANNELS, format_func=lambda one: _(CHANNEL[one]))
        spoken = right.selectbox(_("Language, if none is known"), list(LANGUAGES), format_func=LANGUAGES.__getitem__,
                                 index=list(LANGUAGES).index(language()))  # fmt: skip
        if channel == Channel.email and not sending.is_on():
            st.warning(_("No mail server is set up, so e-mails wait. An administrator can set one up."), icon=":material/mail_off:")
        plan = Plan(ask.card_id, _template(ask, bool(clinic_ids)), channel, spoken)
        with st.expander(_("What the first one reads")):
            message = read(inviting.preview, user, ask, plan, chosen[0] if chosen else first, clinic_ids)
            st.markdown(f"**{literal(message.subject)}**\n\n{literal(message.words)}" if message.subject else literal(message.words))
        st.markdown(_consequence(ask, n, places, bool(clinic_ids)))
        if st.button(n_("Invite {n} person", "Invite {n} people", n), type="primary"):
            done = act(inviting.invite, user, ask, plan, ids=list(chosen) or None, clinic_ids=clinic_ids, at_most=n)
            if done is not None:
                st.session_state[DONE] = done
                st.rerun()

    drawer()


def summary() -> None:
    """What the last act did, shown once above the list."""
    done: Invited | None = st.session_state.pop(DONE, None)
    if done is None:
        return
    parts = [n_("**{n} person** is invited.", "**{n} people** are invited.", done.invited)]
    if done.without_place:
        parts.append(n_("{n} found no place and stays on the list.", "{n} found no place and stay on the list.", done.without_place))
    reasons = Counter(show(why) for _who, why in done.left_out)
    parts += [_("{n} left out: {reason}.", n=n, reason=reason) for reason, n in reasons.most_common()]
    st.success("  \n".join(parts), icon=":material/check:")
    st.page_link("pages/coordinator/messages.py", label=_("Open the mailing"), icon=":material/outgoing_mail:",
                 query_params={"mailing": str(done.mailings[0])})  # fmt: skip


def _clinics(user: Person, ask: Ask) -> dict[int, tuple[str, int]]:
    """Coming clinics with a free place → what to choose by, and how many places are free."""
    span = today(), today() + timedelta(days=AHEAD_DAYS)
    found = read(clinics, user, *span, site_id=ask.site_id, card_id=ask.card_id, assessment=False)
    return {
        line.id: (f"{moment(line.starts_at)} · {line.name}, {line.site_name} ({line.places - line.held})", line.places - line.held)
        for line in found
        if not line.called_off and line.held < line.places and line.ends_at > now()
    }


def _template(ask: Ask, with_day: bool) -> str:
    if ask.kind == Kind.reminder and not with_day:
        return "reminder"
    return "invitation" if with_day else "invitation_open"


def _first(total: int, places: int) -> int:
    return min(total, places or 50, AT_MOST)


def _consequence(ask: Ask, n: int, places: int, with_day: bool) -> str:
    """What the click will do."""
    reminder = ask.kind == Kind.reminder
    said = [_("Up to {n} reminders are made.", n=n) if reminder else _("Up to {n} rounds open and one message each is made.", n=n)]
    if with_day:
        said.append(_("{places} places are free; who waits longest gets the first one.", places=number(places)))
    said.append(_("Who opted out, died or cannot be written to is left out and named."))
    return " ".join(said)

"""Before a sitting: what waits, over which programme, how many cases; and which sitting the address names."""

import streamlit as st

from core.access import Person
from core.workflow import sessions
from core.workflow.reading_list import reading_list
from core.workflow.sessions import Sitting
from pages.ui.choice import asked as chosen_in_address
from pages.ui.choice import choice
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _, n_
from pages.ui.queue import programmes
from pages.ui.session import act, read

SIZES = ("25", "10", "50")


def asked(user: Person) -> Sitting | None:
    """The sitting that the address names, else the one that goes on; None when one has to be begun."""
    named = st.query_params.get("sitting", "")
    if named.isdecimal() and len(named) < 18:
        return read(sessions.sitting, user, int(named))
    present = read(sessions.current, user)
    if present is not None:
        st.query_params["sitting"] = str(present.sitting_id)
    return present


def begin(user: Person) -> None:
    """The page without a sitting."""
    programme = chosen_in_address("programme", programmes(), "") or None
    waiting = len(read(reading_list, user, programme=programme))
    words = n_("**{n} case** waits for you.", "**{n} cases** wait for you.", waiting) if waiting else _("No case waits for you.")
    with head(_("Reading session"), words):
        pass
    with filters():
        choice("programme", _("Programme"), programmes())
        size = choice("size", _("Cases"), {size: _("{n} cases", n=int(size)) for size in SIZES})
    if not waiting:
        nothing_here(_("A sitting hands you one case after the other."), _("None waits now; new cases come by themselves."))
        return
    st.markdown(_("A sitting hands you one case after the other, the most urgent and the oldest first. Nothing is reserved for you "
                  "but the case in hand. You can stop at any time. The key ? shows all keys."))  # fmt: skip
    if st.button(_("Start reading"), type="primary", icon=":material/play_arrow:", shortcut="Ctrl+Enter"):
        start(user, programme, int(size))


def start(user: Person, programme: str | None, size: int = 25) -> None:
    """Begin a sitting, or go on with the present one over the same programme, and open it."""
    made = act(sessions.start, user, programme, size)
    if made is not None:
        st.switch_page("pages/doctor/session.py", query_params={"sitting": str(made.sitting_id)})

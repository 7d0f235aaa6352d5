"""The head of a participant's history: which person the address names, who that is, and the way to paper."""

from pathlib import Path

import streamlit as st

from core.access import Person
from core.workflow.participants import ParticipantLine
from pages.ui.frame import head, nothing_here
from pages.ui.i18n import _, day, literal, show
from pages.ui.words import PROGRAMME, SEX, word

FOLDER = Path(__file__).parent / "assets"
_PRINT = st.components.v2.component(
    "firstlight_print",
    html='<button type="button"></button>',
    css=(FOLDER / "print-button.css").read_text("utf-8"),
    js=(FOLDER / "print-button.js").read_text("utf-8"),
)


def asked() -> int:
    """The participant of the address; ends the run with plain words when it names none."""
    named = st.query_params.get("participant", "")
    if not named.isdecimal() or len(named) > 18:
        nothing_here(_("No participant is chosen."), _("Open one from the list of participants or from a case."))
        st.stop()
    return int(named)


def top(who: ParticipantLine, user: Person) -> None:
    """Name, number, age and where the person stands; everything that has to be known about the rows."""
    st.html(FOLDER / "history.css")
    born = [f"{_('born {day}', day=day(who.birth_date))} ({_('age {n}', n=who.age)})"] if who.birth_date else []
    programmes = ", ".join(_(PROGRAMME[card]) for card in who.programmes)
    parts = [who.number, who.identifier, *born, word(SEX, who.sex), programmes, who.site_name]
    marks = f"&nbsp; :gray-badge[{_('invented person')}]" if who.synthetic and not user.synthetic else ""
    with head(literal(who.name), " · ".join(literal(part) for part in parts if part) + marks):
        _PRINT(key="print", data={"label": _("Print")})
    st.markdown(f"**{show(who.status)}**")

"""The questionnaire page: who it is about, the form, and the plain answer once it is handed in."""

import streamlit as st

from core.access import Person
from core.clock import today
from core.eligibility import ahead as forecast
from core.eligibility import questionnaire
from core.eligibility.known import known
from core.eligibility.questionnaire import Sheet
from core.eligibility.standing import of_person
from core.errors import Rejected
from core.workflow.participants import ParticipantLine
from pages.ui.eligibility import answer as shown
from pages.ui.eligibility import form
from pages.ui.frame import head
from pages.ui.i18n import N_, _, day, literal
from pages.ui.session import did, read, tell
from pages.ui.words import SEX, word


def asked() -> int:
    """The participant whom the address names; the page ends with a way back where it names none."""
    value = st.query_params.get("participant", "")
    if value.isdigit() and len(value) < 16:
        return int(value)
    tell(Rejected(N_("The address names no participant; open the questionnaire from a list.")))
    st.page_link("pages/coordinator/eligibility.py", label=_("Eligibility"), icon=":material/how_to_reg:")
    st.stop()


def top(who: ParticipantLine, sheet: Sheet) -> None:
    """Name, number, age, and when the questions were answered."""
    born = f"{day(who.birth_date)}, {_('age {n}', n=who.age)}" if who.age is not None else _("date of birth not known")
    said = _("answered on {day}", day=day(sheet.submitted_on)) if sheet.submitted_on else _("not answered yet")
    with head(_("Lung questionnaire"), f"**{literal(who.name)}** · {who.number} · {born} · {word(SEX, who.sex)} · {said}"):
        query = {"participant": str(who.id)}
        st.page_link("pages/doctor/participant.py", label=_("History"), query_params=query, icon=":material/history:")


def body(user: Person, sheet: Sheet) -> None:
    """The answer, and the form where the questions may be answered."""
    takes_part = answer(user, sheet) if sheet.submitted_on else True
    if sheet.draft_id is not None or sheet.submitted_on is None:
        if form.form(user, sheet):
            form.forget(sheet.participant_id)
            st.rerun()
    elif sheet.may_submit and takes_part:
        if st.button(_("Answer the questions anew"), icon=":material/quiz:") and did(questionnaire.begin, user, sheet.participant_id):
            form.forget(sheet.participant_id)
            st.rerun()
    elif takes_part:
        st.caption(_("The questions can be answered again from {day} on.", day=day(sheet.again_from)))


def answer(user: Person, sheet: Sheet) -> bool:
    """Do I need a scan? And the numbers behind it. Whether the participant takes part."""
    said = read(of_person, user, sheet.participant_id, "lung", today())
    of = read(known, [sheet.participant_id], today())[sheet.participant_id]
    comes = forecast.ahead(of, "lung") if said.eligible is False and of.may_be_screened("lung") else None
    shown.answer(said, comes)
    shown.rules(said, f"lung-{sheet.participant_id}")
    shown.given(said)
    return of.may_be_screened("lung")

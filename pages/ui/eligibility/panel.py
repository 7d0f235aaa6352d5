"""Eligibility of one participant as a part of the record page: both programmes, the rules behind them, and the questionnaire."""

import streamlit as st

from core.access import Act, Person
from core.clock import today
from core.eligibility.ahead import ahead
from core.eligibility.known import known
from core.eligibility.standing import of_person, verdict
from db.enums import Sex
from pages.ui.eligibility import answer as shown
from pages.ui.i18n import _
from pages.ui.session import read


def show(user: Person, participant_id: int) -> None:
    """The verdicts on today; the lung one for everybody, the breast one unless the register says male."""
    lung = read(of_person, user, participant_id, "lung", today())
    of = read(known, [participant_id], today())[participant_id]
    st.subheader(_("Eligibility"), anchor=False)
    cards = ["lung", *(["breast"] if of.sex is not Sex.male else [])]
    for card_id in cards:
        said = lung if card_id == "lung" else verdict(of, card_id)
        comes = ahead(of, card_id) if said.eligible is False and of.may_be_screened(card_id) else None
        shown.answer(said, comes, heading=False)
    with st.expander(_("Rules and risks")):
        for card_id in cards:
            said = lung if card_id == "lung" else verdict(of, card_id)
            shown.rules(said, f"{card_id}-{participant_id}-panel", wide=False)
            shown.given(said)
    if user.may(Act.work_queue):
        st.page_link(
            "pages/coordinator/questionnaire.py", label=_("Lung questionnaire"), query_params={"participant": str(participant_id)},
            icon=":material/quiz:",
        )  # fmt: skip

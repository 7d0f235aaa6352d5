"""The form of a selection: for a new cohort, or for the next version of one."""

from collections.abc import Mapping
from datetime import date

import streamlit as st

from core.access import Person
from core.clock import today
from core.cohorts import cohorts
from core.cohorts.cohorts import Saved
from core.cohorts.selection import OLDEST, Selection, decisions, facts
from core.workflow.programmes import cards
from db.enums import Sex
from pages.ui.choice import remember
from pages.ui.cohorts.cohorts_view import decision, fact
from pages.ui.cohorts.words import TAKING_PART
from pages.ui.i18n import _
from pages.ui.session import act, did
from pages.ui.words import PROGRAMME, SEX


def new(user: Person, places: Mapping[int, str]) -> None:
    """A new cohort, in a drawer."""

    @st.dialog(_("New cohort"), position="right", width=560)
    def ask() -> None:
        name = st.text_input(_("Name"), max_chars=120)
        chosen = fields(Selection(), places)
        if st.button(_("Save the cohort"), type="primary", disabled=not name.strip()):
            made = act(cohorts.make, user, name, chosen)
            if made is not None:
                remember("cohort", str(made))
                st.rerun()

    ask()


def edit(user: Person, saved: Saved, places: Mapping[int, str]) -> None:
    """The next version of a cohort, in a drawer."""

    @st.dialog(_("New version"), position="right", width=560)
    def ask() -> None:
        newest = saved.newest
        chosen = fields(newest.selection, places)
        reason = st.text_input(_("Why it changes"), max_chars=500)
        if st.button(_("Save as version {n}", n=newest.number + 1), type="primary", disabled=not reason.strip()):
            done = _("The new version is saved.")
            if did(cohorts.change, user, saved.id, chosen, reason, seen=newest.number, done=done):
                st.rerun()

    ask()


def fields(known: Selection, places: Mapping[int, str]) -> Selection:
    """Every part of a selection; what is left empty means all."""
    programmes = ["", *sorted(cards())]
    first, second = st.columns(2)
    programme = first.selectbox(_("Programme"), programmes, programmes.index(known.programme), format_func=_programme)
    parts = list(TAKING_PART)
    taking = second.selectbox(_("Taking part"), parts, parts.index(known.taking_part), format_func=lambda one: _(TAKING_PART[one]))
    sites = st.multiselect(_("Sites"), list(places), [site for site in known.site_ids if site in places], format_func=places.__getitem__,
                           placeholder=_("Every site"))  # fmt: skip
    age = _numbers(_("Age"), known.age_from, known.age_to, OLDEST)
    sexes = ["", *(sex.value for sex in Sex)]
    sex = first.selectbox(_("Sex"), sexes, sexes.index(known.sex), format_func=lambda one: _(SEX[Sex(one)]) if one else _("All"))
    risks = list(facts())
    risk = second.selectbox(_("Fact"), risks, risks.index(known.fact), format_func=lambda one: fact(one) or _("All"))
    rounds = _numbers(_("Newest round"), known.round_from, known.round_to, 99)
    lasts = list(decisions())
    last = st.selectbox(
        _("Last decision"), lasts, lasts.index(known.last_decision), format_func=lambda one: decision(one) if one else _("All")
    )
    exams = _days(known)
    return Selection(programme, tuple(sites), *age, sex, risk, *rounds, last, *exams, taking)


def _numbers(label: str, low: int | None, high: int | None, most: int) -> tuple[int | None, int | None]:
    first, second = st.columns(2)
    least = first.number_input(_("{what} from", what=label), 0, most, low, step=1)
    return least, second.number_input(_("{what} to", what=label), 0, most, high, step=1)


def _days(known: Selection) -> tuple[str, str]:
    first, second = st.columns(2)
    low = first.date_input(_("Last exam from"), _day(known.exam_from), max_value=today(), format="YYYY-MM-DD")
    high = second.date_input(_("Last exam to"), _day(known.exam_to), max_value=today(), format="YYYY-MM-DD")
    return (low.isoformat() if low else "", high.isoformat() if high else "")


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _programme(card_id: str) -> str:
    return _(PROGRAMME[card_id]) if card_id else _("All")

"""The strip at the top of a case in a sitting: who, how old, which round, what is known of the risk, and what came before."""

import streamlit as st

from core.access import Person
from core.workflow.programmes import card
from core.workflow.reading import Case
from core.workflow.timeline import TimelineEvent
from pages.ui.i18n import _, day, literal, n_
from pages.ui.words import PROGRAMME, SEX

SHOWN = 3  # earlier exams; all of them stand in the tooltip


def strip(case: Case, user: Person) -> None:
    """Three quiet lines; nothing here tells what another reader or the AI said of this case."""
    who = case.participant
    age = [_("{n} years", n=who.age)] if who.age is not None else [_("age not known")]
    sex = [_(SEX[who.sex])] if who.sex.value != "unknown" else []
    marks = [f":orange-badge[{_('phantom images')}]"] if case.phantom else []
    marks += [f":gray-badge[{_('invented person')}]"] if case.synthetic and not user.synthetic else []
    exam = _("{kind} of {date}", kind=_(PROGRAMME[case.kind.value]), date=day(case.exam_date))
    with st.container(key="reading_strip", gap=None):
        st.markdown(" · ".join([f"**{literal(who.name)}**", *age, *sex]) + " ".join(["", *marks]))
        st.caption(" · ".join([exam, _("round {n}", n=case.round), who.number]))
        before = earlier(case)
        if before:
            st.caption(_earlier_text(before), help="  \n".join(_one(exam, decided) for exam, decided in before))
        else:
            st.caption(_("No earlier exam is known."))


def earlier(case: Case) -> list[tuple[TimelineEvent, str]]:
    """Exams before this one, the newest first, each with the category that was decided ("" where none was)."""
    decided = {event.exam_id: str(event.text.values.get("category", "")) for event in case.timeline if event.kind == "decision"}
    exams = [event for event in case.timeline if event.kind == "exam" and event.exam_id != case.exam_id and event.at <= case.exam_date]
    return [(event, decided.get(event.exam_id, "")) for event in reversed(exams)]


def _earlier_text(before: list[tuple[TimelineEvent, str]]) -> str:
    shown = " · ".join(_one(exam, decided) for exam, decided in before[:SHOWN])
    more = n_(", {n} more", ", {n} more", len(before) - SHOWN) if len(before) > SHOWN else ""
    return _("Earlier: {exams}", exams=shown + more)


def _one(exam: TimelineEvent, decided: str) -> str:
    return f"{day(exam.at)} {card(exam.programme).scheme} {decided}" if decided else _("{date} no decision known", date=day(exam.at))

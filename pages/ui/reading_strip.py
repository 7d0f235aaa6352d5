"""The strip at the top of a case in a sitting: who, how old, which round, what is known of the risk, and what came before."""

import streamlit as st

from core.access import Person
from core.workflow.programmes import card
from core.workflow.reading import Case
from core.workflow.risk_facts import Facts, facts_of
from core.workflow.timeline import TimelineEvent
from db.enums import ExamKind
from pages.ui.i18n import N_, _, day, literal, n_
from pages.ui.session import read
from pages.ui.words import PROGRAMME, SEX

RISK = {
    "ever_smoker": (N_("has smoked"), N_("never smoked")),
    "family_history": (N_("lung cancer in the family"), N_("no lung cancer in the family")),
    "emphysema": (N_("emphysema"), N_("no emphysema")),
    "extrathoracic_cancer": (N_("earlier cancer elsewhere"), N_("no earlier cancer elsewhere")),
}
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
        if case.kind is ExamKind.lung_ct:
            st.caption(_risk(read(facts_of, user, who.id, case.exam_date)))
        before = earlier(case)
        if before:
            st.caption(_earlier_text(before), help="  \n".join(_one(exam, decided) for exam, decided in before))
        else:
            st.caption(_("No earlier exam is known."))


def _risk(known: Facts) -> str:
    """What was entered of the risk, yes and no; what nobody entered is not said to be absent."""
    said = [_(words[0] if getattr(known, name) else words[1]) for name, words in RISK.items() if getattr(known, name) is not None]
    return _("Risk: {facts}", facts=", ".join(said)) if said else _("Risk: nothing was entered.")


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

"""The panel beside the viewer in a sitting: progress, the case, what may be known of it, the opinion, and what else can be done."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from core.access import Person
from core.clock import now, today
from core.words import Sentence
from core.workflow.policies import ReadingPolicy
from core.workflow.reading import Case, Opinion, consequence
from core.workflow.sessions import Sitting
from core.workflow.slices import Slices
from db.enums import ExamKind, ProgrammeDecision
from pages.ui import reading_deeds, reading_desk, reading_keys, reading_last
from pages.ui.case_parts.earlier import earlier
from pages.ui.case_parts.findings import about_images, findings
from pages.ui.case_parts.growth import growth
from pages.ui.case_parts.opened import opened_at, wait_for_ai
from pages.ui.case_parts.opinion import described, opinion, sign
from pages.ui.case_parts.pictures import problem, remarks, slices_of
from pages.ui.i18n import _, show
from pages.ui.reading_desk import Clocks, Deed
from pages.ui.reading_room import Room, locked_seconds, normal, note_shown
from pages.ui.reading_strip import strip
from pages.ui.words import DECISION


def panel(here: Room, sitting: Sitting, case: Case, user: Person) -> None:
    """Everything beside the viewer, top to bottom; the parts between head and opinion scroll."""
    rules = case.policy
    clocks = _clocks(here, sitting, case, rules)
    note_shown(here, case)
    kind = "ct" if case.kind is ExamKind.lung_ct else "mg"
    reading_desk.head(clocks, sitting.done, sitting.size, kind, reading_last.line(here, user), _heard(reading_desk.HEAD, here, user))
    with st.container(key="case_evidence"):
        strip(case, user)
        slices, doubts = slices_of(case, user), remarks(case, user)
        about_images(problem(case, user), doubts)
        earlier(case, user)
        chosen = _opinion(case, user, slices, doubts) if case.can_read else None
    with st.container(key="case_decision"):
        if case.can_read:
            reading_desk.normal(clocks, _normal(case, rules), _heard(reading_desk.NORMAL, here, user))
            sign(case, user, chosen)
        else:
            st.markdown(f":material/info: {show(case.why_not)}")
        reading_desk.others(clocks, reading_deeds.others(), _heard(reading_desk.OTHERS, here, user))
    if case.can_read and case.ai is None and case.images and rules.shows == "beside":
        wait_for_ai(user, case.exam_id)


def _opinion(case: Case, user: Person, slices: Slices | None, doubts: Sequence[Sentence]) -> Opinion | None:
    """Category and decision first; the AI as far as it may be seen, and what is described in detail, below them."""
    with st.container(key="reading_opinion"):
        form, details = st.container(key="reading_form", gap=None), st.container(key="reading_details", gap=None)
        with details:
            if case.ai is None and case.policy.shows == "after_read":
                st.markdown(f":material/visibility_off: **{show(case.ai_reason)}**")
            else:
                findings(case, slices, said_already=doubts)
                growth(case, user)
            described(case, user, slices)
        with form:
            return opinion(case)


def _normal(case: Case, rules: ReadingPolicy) -> Deed:
    """The one-click normal, with what it sets in motion."""
    category = normal(case)
    effect = show(consequence(case.card, ProgrammeDecision.routine_recall, today(), category.code, exam_date=case.exam_date))
    if rules.readers > 1 or rules.role != "none":
        effect = _("Another read may follow. {consequence}", consequence=effect)
    names = {"scheme": case.card.scheme, "category": category.code, "name": _(category.name)}
    hint = _("Signs {scheme} {category}, {decision}, at once", **names, decision=_(DECISION[ProgrammeDecision.routine_recall]))
    begun = reading_deeds.begun(case)
    if begun:
        effect = _("An opinion is begun: sign it, or clear it to use this button.")
    label = _("Normal: {scheme} {category}, {name}", **names)
    return Deed("normal", label, hint, reading_keys.NORMAL, effect, locks=True, off=begun)


def _clocks(here: Room, sitting: Sitting, case: Case, rules: ReadingPolicy) -> Clocks:
    return Clocks(
        case=case.exam_id, sitting=sitting.sitting_id, case_seconds=(now() - opened_at(case.exam_id)).total_seconds(),
        sitting_seconds=sitting.minutes * 60, locked_seconds=locked_seconds(case.exam_id, rules.lockout_seconds), turn=here.turn,
    )  # fmt: skip


def _heard(key: str, here: Room, user: Person) -> Callable[[], None]:
    return partial(reading_deeds.do, key, here, user)

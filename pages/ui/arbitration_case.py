"""One case in arbitration: its images with the differing places, both opinions, and the opinion that settles it."""

from datetime import datetime

import streamlit as st

from core.access import Act, Person
from core.clock import now
from core.workflow import arbitration
from core.workflow.arbitration import ArbitrationCase
from pages.ui import arbitration_compare
from pages.ui.arbitration_places import with_places
from pages.ui.arbitration_settle import authors, settle
from pages.ui.case_parts.earlier import earlier
from pages.ui.case_parts.findings import about_images, chosen, findings
from pages.ui.case_parts.growth import growth
from pages.ui.case_parts.opened import keep_claim
from pages.ui.case_parts.opinion import described, opinion
from pages.ui.case_parts.pictures import problem, remarks, scene_of, show_images, slices_of
from pages.ui.i18n import _, show
from pages.ui.reading_strip import strip
from pages.ui.session import act, read
from pages.ui.viewer import prior, viewer
from pages.ui.viewer.scene import goto


def opened(user: Person, exam_id: int) -> tuple[ArbitrationCase, datetime]:
    """The case, taken in hand when this tab shows it for the first time, and since when."""
    key = f"arbitrating-{exam_id}"
    if key not in st.session_state:
        if act(arbitration.open_case, user, exam_id) is None:
            st.page_link("pages/doctor/arbitration.py", label=_("Back to the list"))
            st.stop()
        st.session_state[key] = now()
    since: datetime = st.session_state[key]
    return read(arbitration.look, user, exam_id), since


def images(found: ArbitrationCase, user: Person) -> None:
    """The viewer, with the places that the readers differ about once the reads are shown."""
    case = found.case
    if not case.images or case.site_id not in user.sites(Act.read_cases):
        show_images(case, user, None, 0)
        return
    scene = with_places(scene_of(case, user), found.compared, slices_of(case, user))
    prior.in_sight(scene)
    mark, place = chosen(case), arbitration_compare.chosen(case.exam_id)
    last = st.session_state.get(f"last-goto-{case.exam_id}", (mark, place))
    number, once = place if place != last[1] else mark if mark != last[0] else st.session_state.get(f"goto-now-{case.exam_id}", (None, 0))
    st.session_state[f"last-goto-{case.exam_id}"] = (mark, place)
    st.session_state[f"goto-now-{case.exam_id}"] = (number, once)
    viewer({**scene, "goto": goto(number, f"{number}-{once}")}, key=f"viewer-{case.exam_id}")


def panel(found: ArbitrationCase, user: Person, since: datetime) -> None:
    """Why the case is here, the opinions, the AI as far as it may be seen, and the form."""
    case = found.case
    with st.container(key="case_evidence"):
        strip(case, user)
        st.markdown(f"**{_('Arbitration')}**: {show(found.why)}")
        slices, doubts = slices_of(case, user), remarks(case, user)
        about_images(problem(case, user), doubts)
        _reads(found, user)
        earlier(case, user)
        if found.shown or case.ai is not None:
            findings(case, slices, said_already=doubts)
            growth(case, user)
        with st.container(key="reading_opinion"):
            form, details = st.container(key="reading_form", gap=None), st.container(key="reading_details", gap=None)
            with details:
                described(case, user, slices)
            with form:
                said = opinion(case)
    with st.container(key="case_decision"):
        others = authors(found)
        settle(found, user, said, others, since)
    keep_claim(user, case.exam_id)


def _reads(found: ArbitrationCase, user: Person) -> None:
    """Both opinions, or the button that shows them, or why they stay hidden."""
    if found.compared or len(found.reads) > 1:
        arbitration_compare.compare(found)
    elif found.can_show:
        st.markdown(_("You can form your own opinion first. That you looked at the reads is stored with your decision."))
        asked = st.button(_("Show the reads"), icon=":material/visibility:", shortcut="Alt+O", key=f"show-reads-{found.case.exam_id}")
        if asked and act(arbitration.show_opinions, user, found.case.exam_id) is not None:
            st.rerun()
    elif not found.shown:
        st.markdown(f":material/visibility_off: {_('This programme arbitrates without sight of the reads.')}")
    else:
        for one in found.reads:
            st.markdown(f"**{one.reader}**: {found.case.card.scheme} {one.category}")

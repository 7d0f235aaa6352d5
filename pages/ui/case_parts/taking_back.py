"""Taking the own read back while it is not final: the form opens again with everything that was said."""

import streamlit as st

from core.access import Person
from core.workflow.opinion import Opinion
from core.workflow.reading import Case, finalise, take_back
from pages.ui.case_parts.draft import Draft, put_back
from pages.ui.case_parts.keys import key
from pages.ui.i18n import _, moment
from pages.ui.session import act, did
from pages.ui.viewer import measured_key


def open_steps(case: Case, user: Person) -> None:
    """What can still be done with a case that one has signed, and until when."""
    if not (case.can_take_back or case.can_finalise or case.can_arbitrate):
        return
    with st.container(horizontal=True, gap="small"):
        if case.can_take_back and st.button(_("Take back and change"), icon=":material/undo:", help=_until(case)):
            _again(case, user)
        if case.can_finalise and st.button(_("Make final"), icon=":material/check:") and did(finalise, user, case.exam_id):
            st.rerun()
        if case.can_arbitrate and st.button(_("To arbitration"), icon=":material/balance:"):
            st.switch_page("pages/doctor/arbitration.py", query_params={"exam": str(case.exam_id)})


def _until(case: Case) -> str:
    if case.changeable_until is None:
        return _("Possible until the case is made final")
    return _("Possible until {until}", until=moment(case.changeable_until))


def _again(case: Case, user: Person) -> None:
    said = case.my_read.said if case.my_read else None
    if act(take_back, user, case.exam_id) is None:
        return
    if said is not None:
        restore(case, said)
    for name in ("signed", "opened"):
        st.session_state.pop(key(case, name), None)
    st.rerun()


def restore(case: Case, said: Opinion) -> None:
    """Fill the form with an opinion that was signed before."""
    dismissed = {int(one["mark"]): str(one["reason"]) for one in said.differences if one.get("what") == "dismissed"}
    attached = {one.id: one.nodule for one in said.measurements if one.nodule}
    put_back(case.exam_id, Draft(nodules=list(said.nodules), lesions=list(said.lesions), dismissed=dismissed, attached=attached))
    drawn = [
        {**one.image, "id": one.id, "kind": one.kind, "points": [list(at) for at in one.points], "mm": list(one.mm)}
        for one in said.measurements
    ]
    st.session_state[measured_key(case.exam_id)] = drawn
    chosen = {"category": said.category, "decision": said.decision, "note": said.note, "density": said.density}
    chosen |= {f"assessed-{side}": one for side, one in said.assessments.items()}
    chosen |= {f"category-{side}": one for side, one in said.per_side.items()}
    chosen |= {f"repeat-{one.view}": one.reason for one in said.views}
    for name, value in chosen.items():
        if value:
            st.session_state[key(case, name)] = value

"""The strip of earlier exams: which one stands beside the present images, and why others cannot."""

import streamlit as st

from core.access import Person
from core.words import N_, Sentence, say
from core.workflow.priors import Prior
from core.workflow.reading import Case
from core.workflow.registrations import RegistrationLine, registration
from db.enums import ExamKind
from pages.ui.i18n import _, day, n_, show
from pages.ui.session import read
from pages.ui.viewer.prior import NONE, choice_key, known, shown

GRADES = {
    "good": N_("Linked by registration: the lungs lie on each other well"),
    "fair": N_("Linked by registration, roughly: breathing or position differ"),
    "low": N_("The lungs lie on each other badly: link by hand and compare with care"),
}


def asked_for(case: Case) -> None:
    """An address such as `/case?exam=7&prior=3` chooses the earlier exam once; afterwards the strip does."""
    wanted = st.query_params.get("prior", "")
    if wanted.isdecimal() and len(wanted) < 18 and st.query_params.get("exam") == str(case.exam_id):
        st.session_state.setdefault(choice_key(case.exam_id), int(wanted))


def earlier(case: Case, user: Person) -> None:
    """Nothing where there is no earlier exam; a line where none has images."""
    found = known(user, case.exam_id)
    if not found or not case.images:
        return
    with st.container(key="case_earlier", gap=None):
        with_images = [one for one in found if one.with_images]
        if with_images:
            _choice(case, user, with_images)
        for reason, dates in _without(found).items():
            label = n_("{n} earlier exam without images", "{n} earlier exams without images", len(dates))
            st.caption(label, help=f"{', '.join(dates)}: {reason}")


def link_state(laid: RegistrationLine | None) -> Sentence:
    """How the two exams are linked, or why not."""
    if laid is None:
        return say(N_("Not yet linked by registration: this is done in the background"))
    if laid.matrix is None:
        return say(N_("Not linked: {reason}"), reason=laid.reason)
    return say(GRADES.get(laid.grade, GRADES["low"]))


def _choice(case: Case, user: Person, with_images: list[Prior]) -> None:
    names = {one.exam_id: _name(one) for one in with_images} | {NONE: _("None")}
    current = shown(user, case.exam_id)
    key = f"strip-{case.exam_id}"
    st.session_state.setdefault(key, current.exam_id if current else NONE)
    picked = st.segmented_control(
        _("Compare with"), list(names), format_func=names.__getitem__, key=key, on_change=_choose, args=(case.exam_id, key)
    )
    if picked and case.kind is ExamKind.lung_ct:
        st.caption(f":material/link: {show(link_state(read(registration, case.exam_id, picked)))}")


def _name(prior: Prior) -> str:
    category = f" · {prior.category}" if prior.category else ""
    return day(prior.exam_date) + category


def _choose(exam_id: int, key: str) -> None:
    """The viewer shows what was chosen; choosing the same again shows none."""
    st.session_state[choice_key(exam_id)] = st.session_state.get(key) or NONE
    st.session_state[key] = st.session_state[choice_key(exam_id)]


def _without(found: tuple[Prior, ...]) -> dict[str, list[str]]:
    """Reason → dates of the exams that cannot be shown."""
    reasons: dict[str, list[str]] = {}
    for one in found:
        if one.why_not is not None:
            reasons.setdefault(show(one.why_not), []).append(day(one.exam_date))
    return reasons

"""A new version of a policy: every option explained where it is chosen, what it means said before it is put in force."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, get_args

import streamlit as st

from core.access import Person
from core.clock import today
from core.workflow.policies import ReadingPolicy, put_in_force
from core.workflow.reading_policy import LIMITS, Role
from pages.ui.i18n import _, moment
from pages.ui.policy_words import OPTION, SETTING, finalise, label, meaning, sentences
from pages.ui.session import act

STEPS: dict[str, tuple[str, ...]] = {
    "none": (), "triage": ("double_from_step",), "second_reader": ("recall_from_step",),
    "rule_out": ("rule_out_to_step", "safety_net_from_step"),
}  # fmt: skip
DELAY_MINUTES = 60


def form(card_id: str, present: ReadingPolicy, user: Person) -> None:
    """The options, then the sentences of what was chosen, then the button."""
    st.header(_("New version"), anchor=False)
    chosen = _chosen(card_id, present)
    begins = _begins(card_id)
    changed = [f"- **{setting}**: {said}" for setting, said in sentences(chosen) if (setting, said) not in sentences(present)]
    if changed:
        st.markdown(_("What changes:") + "\n" + "\n".join(changed))
    else:
        st.caption(_("Nothing differs from the policy in force yet."))
    st.info(_("It counts for exams that arrive from then on. It does not change cases that already arrived."), icon=":material/info:")
    label_ = _("Put in force {at}", at=moment(begins) if begins else _("now"))
    if st.button(label_, type="primary", disabled=not changed, key=f"policy-go-{card_id}"):
        made = act(put_in_force, user, card_id, chosen, begins)
        if made is not None:
            st.toast(_("Version {n} is kept", n=made.version), icon=":material/check:")
            for name in [name for name in st.session_state if str(name).startswith(f"policy-{card_id}-")]:
                del st.session_state[name]
            st.rerun()


def _chosen(card_id: str, present: ReadingPolicy) -> ReadingPolicy:
    """The present policy with what is chosen in the form."""
    left, right = st.columns(2, gap="large")
    with left:
        picked: dict[str, Any] = {"shows": _radio(card_id, "shows", present.shows), "role": _radio(card_id, "role", present.role)}
        for step in STEPS[picked["role"]]:
            picked[step] = _number(card_id, step, getattr(present, step))
        if picked["role"] == "none":
            picked["readers"] = _radio(card_id, "readers", present.readers)
    with right:
        picked["arbitration"] = _radio(card_id, "arbitration", present.arbitration)
        picked["show_reads"] = _radio(card_id, "show_reads", present.show_reads)
        picked["finalise_minutes"] = _final(card_id, present)
        picked["lockout_seconds"] = _number(card_id, "lockout_seconds", present.lockout_seconds)
        picked["claim_minutes"] = _number(card_id, "claim_minutes", present.claim_minutes)
    return replace(present, **picked)


def _radio(card_id: str, setting: str, value: Any) -> Any:
    """One of a few options, each with its sentence."""
    options = list(get_args(Role)) if setting == "role" else list(OPTION[setting])
    return st.radio(
        _(SETTING[setting]), options, index=options.index(value), key=f"policy-{card_id}-{setting}",
        format_func=lambda one: label(setting, one), captions=[meaning(setting, one) for one in options],
    )  # fmt: skip


def _number(card_id: str, setting: str, value: int) -> int:
    low, high = LIMITS[setting]
    return int(st.number_input(_(SETTING[setting]), low, high, value, key=f"policy-{card_id}-{setting}", width=220))


def _final(card_id: str, present: ReadingPolicy) -> int | None:
    way = _radio(card_id, "finalise", finalise(present))
    if way != "after":
        return {"at_once": 0, "by_hand": None}[way]
    low, high = 1, LIMITS["finalise_minutes"][1]
    value = present.finalise_minutes or DELAY_MINUTES
    return int(st.number_input(_(SETTING["finalise_minutes"]), low, high, value, key=f"policy-{card_id}-finalise_minutes", width=220))


def _begins(card_id: str) -> datetime | None:
    """From when it counts; None: now."""
    later = st.toggle(_("Begin later"), key=f"policy-{card_id}-later")
    if not later:
        return None
    first = today() + timedelta(days=1)
    at = st.date_input(_("Valid from"), first, min_value=first, format="YYYY-MM-DD", key=f"policy-{card_id}-day", width=220)
    return datetime.combine(at, time()).astimezone()

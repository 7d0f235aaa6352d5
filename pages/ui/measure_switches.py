"""Below the card of a measure: at which sites it is on, by which validation, and the way to switch it on or off."""

import streamlit as st

from core.access import Act, Person
from core.workflow.opportunistic import FEWEST, MEASURES, Switch, switch_off, switch_on, switches
from core.workflow.registry import ModelRow
from pages.ui.i18n import _, moment
from pages.ui.session import did, read


def measure_switches(user: Person, model: ModelRow) -> None:
    """Nothing for a network, which is put in force instead, and for who does not administer."""
    if model.name not in MEASURES or not user.may(Act.administer):
        return
    st.header(_("Where this measure is on"), anchor=False)
    st.caption(
        _(
            "Off until validated on the site's own scans. Switching it on asks for the report of "
            "`python -m models.evaluate opportunistic --data DIR --json > report.json` on at least {n} scans with a reference.",
            n=FEWEST,
        )
    )
    for switch in read(switches, user, model.id):
        _site(user, model, switch)


def _site(user: Person, model: ModelRow, switch: Switch) -> None:
    key = f"{model.id}-{switch.site_id}"
    with st.container(key=f"measure-{key}", gap="xsmall"):
        st.markdown(f"**{switch.site}** · {_('on') if switch.on else _('off')}{_since(switch)}")
        if switch.on:
            if st.button(_("Switch off"), key=f"off-{key}") and did(switch_off, user, model.id, switch.site_id, done=_("It is off.")):
                st.rerun()
            return
        report = st.file_uploader(_("Validation report (JSON)"), type="json", key=f"report-{key}")
        if st.button(_("Switch on"), key=f"on-{key}", disabled=report is None) and report is not None:
            done = _("It is on for exams scored from now on.")
            if did(switch_on, user, model.id, switch.site_id, name=report.name, report=report.getvalue(), done=done):
                st.rerun()


def _since(switch: Switch) -> str:
    """By whom, since when, and on how many scans it was validated."""
    if not switch.on:
        return ""
    n = switch.figures.get("n")
    said = _("{name}, {at}; validated by {report} on {n} scans", name=switch.author, at=moment(switch.since), report=switch.report, n=n)
    return f" · {said}"

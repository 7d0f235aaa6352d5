"""One cohort: what it selects, its members page by page, its versions beside each other, freezing and export."""

from collections.abc import Mapping
from datetime import date
from functools import partial

import streamlit as st

from core.access import Person
from core.clock import today
from core.cohorts import cohorts
from core.cohorts.cohorts import Saved, Version
from core.cohorts.people import people as listed
from core.exchange.tabular import csv_bytes
from db.engine import transaction
from pages.ui import people
from pages.ui.choice import pick
from pages.ui.cohorts import cohort_form
from pages.ui.cohorts.cohorts_view import in_words
from pages.ui.i18n import _, language, literal, n_, number, use
from pages.ui.session import did, read
from pages.ui.tables import table
from pages.ui.words import SEX, word


def show(user: Person, saved: Saved, places: Mapping[int, str]) -> None:
    """The chosen version and its members."""
    version = _chosen(saved)
    on = _day(version)
    found = read(listed, user, page=people.page(), size=people.SIZE, cohort_id=saved.id, version=version.number, on=on)
    st.markdown(f"**{literal(saved.name)}** · {n_('**{n} member**', '**{n} members**', found.total)} · {_state(version, on)}  \n"
                f"{literal(in_words(version.selection, places))}")  # fmt: skip
    st.caption(_("Version {n} by {name}, {day}: {reason}", n=version.number, name=literal(version.by), day=version.at.date(),
                 reason=literal(_(version.reason))))  # fmt: skip
    _actions(user, saved, version, places)
    _beside(user, saved, version)
    if not found.rows:
        st.markdown(f":gray[{_('Nobody is selected at your sites.')}]")
        return
    picked = table("members", people.columns(narrow=True), people.rows(found.rows, user), label=_("Members"), height="calc(100vh - 420px)")
    people.pages(found.total)
    if picked.opened:
        st.switch_page("pages/coordinator/record.py", query_params={"participant": picked.opened})


def _chosen(saved: Saved) -> Version:
    """The version that the address names, else the newest."""
    asked = st.query_params.get("version", "")
    return next((one for one in saved.versions if str(one.number) == asked), saved.newest)


def _day(version: Version) -> date | None:
    """The day of the version where the address asks for it; None: today."""
    asked = st.query_params.get("asof") == "version" and not version.frozen_on
    return version.at.date() if asked and version.at.date() < today() else None


def _state(version: Version, on: date | None) -> str:
    if version.frozen_on:
        return f":violet-badge[❄ {_('frozen on {day}', day=version.frozen_on)}]"
    return f":gray-badge[{_('as of {day}', day=on) if on else _('as of today')}]"


def _actions(user: Person, saved: Saved, version: Version, places: Mapping[int, str]) -> None:
    newest = version.number == saved.newest.number
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if len(saved.versions) > 1:
            names = {"": _("Newest version"), **{str(one.number): _("Version {n}", n=one.number) for one in saved.versions[1:]}}
            pick("version", _("Version"), names, width=170)
            others = {"": _("Compare with …")} | {
                str(one.number): _("Version {n}", n=one.number) for one in saved.versions if one != version
            }
            pick("beside", _("Compare with"), others, width=180)
        if st.button(_("Change"), icon=":material/edit:", disabled=not newest):
            cohort_form.edit(user, saved, places)
        with st.popover(_("Freeze"), icon=":material/ac_unit:", disabled=not newest or version.selection.frozen):
            _freeze(user, saved, version)
        file = partial(export, user, version, language())
        st.download_button(_("Export"), file, f"cohort-{saved.id}-{version.number}.csv", "text/csv", icon=":material/download:",
                           on_click="ignore")  # fmt: skip
        with st.popover(_("Retire"), disabled=saved.retired):
            st.caption(_("It leaves the lists; its versions stay."))
            if st.button(_("Retire this cohort")) and did(cohorts.retire, user, saved.id, done=_("The cohort is retired.")):
                st.query_params.clear()
                st.rerun()


def _freeze(user: Person, saved: Saved, version: Version) -> None:
    st.caption(_("A new version holds the people whom this one selects today at your sites, whatever becomes of them."))
    reason = st.text_input(_("What for"), max_chars=500)
    if st.button(_("Freeze the members of today"), type="primary", disabled=not reason.strip()):
        done = _("The members of today are frozen.")
        if did(cohorts.freeze, user, saved.id, reason, seen=version.number, done=done):
            st.rerun()


def _beside(user: Person, saved: Saved, version: Version) -> None:
    """How many two versions hold together and each alone."""
    asked = st.query_params.get("beside", "")
    other = next((one for one in saved.versions if str(one.number) == asked and one != version), None)
    if other is None:
        return
    found = read(cohorts.compare, user, version, other)
    told = (
        (_("In both"), found.together), (_("Only in version {n}", n=version.number), found.only_first),
        (_("Only in version {n}", n=other.number), found.only_second),
    )  # fmt: skip
    for spot, (name, value) in zip(st.columns(3), told, strict=True):
        spot.metric(name, number(value))


def export(user: Person, version: Version, spoken: str) -> bytes:
    """The members as CSV; made when the button is pressed, outside of the page, and noted."""
    use(spoken)
    header = [_("Number"), _("Patient number"), _("Name"), _("Born"), _("Sex"), _("Site")]
    with transaction() as session:
        rows = [(one, own, name, born, word(SEX, sex), site) for one, own, name, born, sex, site in cohorts.rows(session, user, version)]
    return csv_bytes(header, rows)

"""What surrounds every page: navigation by role, the person and the language at the right, and the two lines that are always true."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from core.access import Act, Person
from pages.ui.account import surround
from pages.ui.i18n import N_, _

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Entry:
    """A page and who finds it in the navigation: those who may do one of `acts`. Its own guard decides who may open it.

    Entries of one `section` share a menu; those without one stand by themselves.
    """

    path: str
    title: str
    icon: str
    acts: tuple[Act, ...] = ()
    section: str = ""
    listed: bool = True


PEOPLE, CLINICS, FOLLOW_UP = N_("People"), N_("Clinics"), N_("Follow-up")
OWN, MODELS, SETTINGS = N_("My work"), N_("AI"), N_("Definitions")
ENTRIES = (
    Entry("coordinator/today", N_("Today"), "today", (Act.work_queue,)),
    Entry("doctor/reading_list", N_("Reading list"), "checklist", (Act.read_cases,)),
    Entry("doctor/session", N_("Reading session"), "play_circle", (Act.read_cases,)),
    Entry("doctor/arbitration", N_("Arbitration"), "balance", (Act.read_cases,)),
    Entry("coordinator/triage", N_("Triage queue"), "sort", (Act.work_queue,)),
    Entry("coordinator/upload", N_("Upload"), "upload", (Act.upload,)),
    Entry("coordinator/participants", N_("Participants"), "group", (Act.see_participants,), PEOPLE),
    Entry("coordinator/cohorts", N_("Cohorts"), "groups", (Act.work_queue,), PEOPLE),
    Entry("coordinator/lists", N_("Lists"), "upload_file", (Act.upload,), PEOPLE),
    Entry("coordinator/duplicates", N_("Duplicates"), "merge", (Act.work_queue,), PEOPLE),
    Entry("coordinator/eligibility", N_("Eligibility"), "how_to_reg", (Act.work_queue,), PEOPLE),
    Entry("coordinator/record", N_("Record"), "badge", (Act.see_participants,), listed=False),
    Entry("coordinator/questionnaire", N_("Questionnaire"), "quiz", (Act.work_queue,), listed=False),
    Entry("coordinator/invitations", N_("Invitations"), "mail", (Act.work_queue,), CLINICS),
    Entry("coordinator/clinics", N_("Clinics"), "calendar_month", (Act.work_queue,), CLINICS),
    Entry("coordinator/messages", N_("Messages"), "outgoing_mail", (Act.work_queue,), CLINICS),
    Entry("coordinator/recalls", N_("Recalls"), "event_repeat", (Act.work_queue,), FOLLOW_UP),
    Entry("coordinator/safety_net", N_("Safety net"), "health_and_safety", (Act.work_queue,), FOLLOW_UP),
    Entry("coordinator/outcomes", N_("Outcomes"), "biotech", (Act.record_outcome,), FOLLOW_UP),
    Entry("coordinator/earlier_images", N_("Earlier images"), "history_toggle_off", (Act.work_queue,), FOLLOW_UP),
    Entry("doctor/protocols", N_("Protocols"), "difference", (Act.read_cases,), FOLLOW_UP),
    Entry("doctor/history", N_("My reads"), "history_edu", (Act.read_cases,), OWN),
    Entry("doctor/statistics", N_("My figures"), "query_stats", (Act.read_cases,), OWN),
    Entry("doctor/case", N_("Case"), "person", (Act.read_cases,), listed=False),
    Entry("doctor/participant", N_("Participant"), "history", (Act.see_participants,), listed=False),
    Entry("manager/programme", N_("Programme"), "monitoring", (Act.see_figures,)),
    Entry("manager/readers", N_("Readers"), "supervisor_account", (Act.see_figures,)),
    Entry("manager/model_performance", N_("AI performance"), "analytics", (Act.see_figures,), MODELS),
    Entry("manager/model_monitoring", N_("AI monitoring"), "ecg", (Act.see_figures,), MODELS),
    Entry("manager/simulator", N_("Simulator"), "experiment", (Act.see_figures,), MODELS),
    Entry("manager/returns", N_("Returns"), "description", (Act.see_figures,), SETTINGS),
    Entry("manager/policy", N_("Reading policy"), "rule", (Act.set_policy,), SETTINGS),
    Entry("manager/rules", N_("Rules"), "fact_check", (Act.see_figures, Act.administer), SETTINGS),
    Entry("admin/operations", N_("Operations"), "settings_heart", (Act.administer,)),
    Entry("admin/users", N_("Users"), "manage_accounts", (Act.administer,)),
    Entry("admin/models", N_("Models"), "neurology", (Act.administer, Act.see_figures)),
    Entry("admin/audit", N_("Audit trail"), "history", (Act.administer,)),
)


def navigate(user: Person | None) -> None:
    """Run the page that the address names. Every page can be reached by address; its guard refuses those it is not for."""
    made = [(entry, _page(entry, user)) for entry in ENTRIES if (ROOT / "pages" / f"{entry.path}.py").is_file()]
    first = next((page for _entry, page in made if page.visibility == "visible"), None)
    home = st.Page(lambda: _go_home(first), title=_("Home"), url_path="home", default=True, visibility="hidden")
    menus: dict[str, list[Any]] = {"": [home]}
    for entry, page in made:
        menus.setdefault(_(entry.section) if entry.section else "", []).append(page)
    page = st.navigation(menus, position="top")
    st.set_page_config(page_title=f"{page.title} · Firstlight", layout="wide", initial_sidebar_state="collapsed")
    if user is not None:
        surround(user)
    page.run()


def head(title: str, state: str = "") -> AbstractContextManager[Any]:
    """The page's title and the one line that says how things stand; returns the row at the right for its actions."""
    with st.container(key="head", horizontal=True, vertical_alignment="bottom", gap="medium"):
        with st.container(width="stretch", gap="xxsmall"):
            st.title(title, anchor=False)
            if state:
                st.markdown(state)
        return st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="bottom", width="content")


def filters() -> AbstractContextManager[Any]:
    """One row under the head for filters; each is bound to the address by `bind="query-params"`."""
    return st.container(horizontal=True, vertical_alignment="center", gap="small")


def nothing_here(what_for: str, next_step: str = "") -> None:
    """An empty state: what this place is for and the one next action."""
    with st.container(key=f"empty-{abs(hash(what_for))}"):
        st.markdown(f"**{what_for}**  \n{next_step}" if next_step else f"**{what_for}**")


def _page(entry: Entry, user: Person | None) -> Any:
    listed = entry.listed and user is not None and any(user.may(act) for act in entry.acts)
    file = ROOT / "pages" / f"{entry.path}.py"
    icon = f":material/{entry.icon}:"
    return st.Page(file, title=_(entry.title), icon=icon, url_path=file.stem, visibility="visible" if listed else "hidden")


def _go_home(first: Any) -> None:
    if first is None:
        nothing_here(_("Your account has no role yet."), _("Ask an administrator to grant you one."))
    else:
        st.switch_page(first)

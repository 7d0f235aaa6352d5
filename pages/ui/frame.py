"""What surrounds every page: navigation by role, the person and the language at the right, and the two lines that are always true."""

import html
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from core.access import Act, Person
from core.sites import SiteLine, sites
from pages.ui.i18n import LANGUAGES, N_, _, language
from pages.ui.session import read, speak
from pages.ui.words import ROLE

ROOT = Path(__file__).resolve().parents[2]
THEMES = {"System": N_("As the system"), "Light": N_("Light"), "Dark": N_("Dark")}


@dataclass(frozen=True)
class Entry:
    """A page and who finds it in the navigation: those who may do one of `acts`. Its own guard decides who may open it."""

    path: str
    title: str
    icon: str
    acts: tuple[Act, ...] = ()
    listed: bool = True


ENTRIES = (
    Entry("coordinator/today", N_("Today"), "today", (Act.work_queue,)),
    Entry("doctor/reading_list", N_("Reading list"), "checklist", (Act.read_cases,)),
    Entry("coordinator/triage", N_("Triage queue"), "sort", (Act.work_queue,)),
    Entry("coordinator/upload", N_("Upload"), "upload", (Act.upload,)),
    Entry("coordinator/participants", N_("Participants"), "group", (Act.see_participants,)),
    Entry("coordinator/recalls", N_("Recalls"), "event_repeat", (Act.work_queue,)),
    Entry("doctor/history", N_("My reads"), "history_edu", (Act.read_cases,)),
    Entry("doctor/case", N_("Case"), "person", (Act.read_cases,), listed=False),
    Entry("manager/programme", N_("Programme"), "monitoring", (Act.see_figures,)),
    Entry("manager/model_performance", N_("AI performance"), "analytics", (Act.see_figures,)),
    Entry("admin/operations", N_("Operations"), "settings_heart", (Act.administer,)),
    Entry("admin/users", N_("Users"), "manage_accounts", (Act.administer,)),
    Entry("admin/models", N_("Models"), "neurology", (Act.administer,)),
    Entry("admin/audit", N_("Audit trail"), "history", (Act.administer,)),
)


def navigate(user: Person | None) -> None:
    """Run the page that the address names. Every page can be reached by address; its guard refuses those it is not for."""
    pages = [_page(entry, user) for entry in ENTRIES if (ROOT / "pages" / f"{entry.path}.py").is_file()]
    first = next((page for page in pages if page.visibility == "visible"), None)
    home = st.Page(lambda: _go_home(first), title=_("Home"), url_path="home", default=True, visibility="hidden")
    page = st.navigation([home, *pages], position="top")
    st.set_page_config(page_title=f"{page.title} · Firstlight", layout="wide", initial_sidebar_state="collapsed")
    if user is not None:
        _surround(user)
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


def _surround(user: Person) -> None:
    here = read(sites, {site for _role, site in user.grants})
    with st.container(key="frame-strip"):
        st.html(_strip(user, here))
    with st.container(key="frame-foot"):
        st.html(_foot(user))
    with st.sidebar:
        _account(user, here)


def _strip(user: Person, here: Sequence[SiteLine]) -> str:
    """Who and where, the other language, the theme and the way out, as plain links in the top bar."""
    other = "zh_CN" if language() == "en" else "en"
    themes = "".join(f'<a href="?theme={name}" target="_self" title="{html.escape(_(word))}">{html.escape(_(word))}</a>' for name, word in THEMES.items())
    return (
        f'<nav class="fl-strip" aria-label="{html.escape(_("Account"))}">'
        f'<span class="fl-who" title="{html.escape(_roles(user))}"><b>{html.escape(user.name)}</b> {html.escape(_where(here))}</span>'
        f'<a href="/language/{other}" target="_self" lang="{other[:2]}">{LANGUAGES[other]}</a>'
        f'<span class="fl-themes">{themes}</span>'
        f'<a href="/sign-out" target="_self">{html.escape(_("Sign out"))}</a></nav>'
    )


def _foot(user: Person) -> str:
    invented = _("Demonstration programme: people and histories are invented")
    mark = f"<b>{html.escape(invented)}</b>" if user.synthetic else ""
    return f'<div class="fl-foot" role="note">{mark}<span>{html.escape(_("Research use only, not for clinical decisions"))}</span></div>'


def _account(user: Person, here: Sequence[SiteLine]) -> None:
    st.markdown(f"**{_plain(user.name)}**  \n{_plain(_roles(user))}  \n:gray[{_plain(', '.join(site.name for site in here))}]")
    chosen = st.segmented_control(
        _("Language"), list(LANGUAGES), format_func=LANGUAGES.__getitem__, default=language(), key="frame-language", required=True
    )
    if chosen and chosen != language():
        speak(user, chosen)
        st.rerun()
    themes = "".join(f'<a href="?theme={name}" target="_self">{html.escape(_(word))}</a>' for name, word in THEMES.items())
    st.html(f'<div class="fl-side"><span>{html.escape(_("Theme"))}</span><span class="fl-themes">{themes}</span></div>')
    st.html(f'<div class="fl-side"><a href="/sign-out" target="_self">{html.escape(_("Sign out"))}</a></div>')


def _roles(user: Person) -> str:
    return ", ".join(_(ROLE[role]) for role in sorted(user.roles))


def _where(here: Sequence[SiteLine]) -> str:
    return here[0].name if len(here) == 1 else _("{n} sites", n=len(here)) if here else ""


def _plain(text: str) -> str:
    """Text of people, kept from being read as markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-!$:~<>|" else sign for sign in text)

"""Who is signed in, where, in which language and theme: at the right of the top bar, in the sidebar, and the line that is always true."""

import html
from collections.abc import Sequence

import streamlit as st

from core.access import Person
from core.sites import SiteLine, sites
from pages.ui.i18n import LANGUAGES, N_, _, language, literal
from pages.ui.session import read, speak
from pages.ui.words import ROLE

THEMES = {"System": N_("As the system"), "Light": N_("Light"), "Dark": N_("Dark")}


def surround(user: Person) -> None:
    """Everything that stands around a page for this person."""
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
    return (
        f'<nav class="fl-strip" aria-label="{html.escape(_("Account"))}">'
        f'<span class="fl-who" title="{html.escape(_roles(user))}"><b>{html.escape(user.name)}</b> {html.escape(_where(here))}</span>'
        f'<a href="/language/{other}" target="_self" lang="{other[:2]}">{LANGUAGES[other]}</a>'
        f'<span class="fl-themes">{_themes()}</span>'
        f'<a href="/sign-out" target="_self">{html.escape(_("Sign out"))}</a></nav>'
    )


def _themes() -> str:
    """Links that `frame.js` catches."""
    return "".join(f'<a href="?theme={name}" target="_self">{html.escape(_(word))}</a>' for name, word in THEMES.items())


def _foot(user: Person) -> str:
    invented = _("Demonstration programme: people and histories are invented")
    mark = f"<b>{html.escape(invented)}</b>" if user.synthetic else ""
    return f'<div class="fl-foot" role="note">{mark}<span>{html.escape(_("Research use only, not for clinical decisions"))}</span></div>'


def _account(user: Person, here: Sequence[SiteLine]) -> None:
    st.markdown(f"**{literal(user.name)}**  \n{literal(_roles(user))}  \n:gray[{literal(', '.join(site.name for site in here))}]")
    chosen = st.segmented_control(
        _("Language"), list(LANGUAGES), format_func=LANGUAGES.__getitem__, default=language(), key="frame-language", required=True
    )
    if chosen and chosen != language():
        speak(user, chosen)
        st.rerun()
    st.html(f'<div class="fl-side"><span>{html.escape(_("Theme"))}</span><span class="fl-themes">{_themes()}</span></div>')
    st.html(f'<div class="fl-side"><a href="/sign-out" target="_self">{html.escape(_("Sign out"))}</a></div>')


def _roles(user: Person) -> str:
    return ", ".join(_(ROLE[role]) for role in sorted(user.roles))


def _where(here: Sequence[SiteLine]) -> str:
    return here[0].name if len(here) == 1 else _("{n} sites", n=len(here)) if here else ""

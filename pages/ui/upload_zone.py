"""The drop zone: files, folders and archives go from the browser's disk to the server's in pieces, past everybody's memory."""

from collections.abc import Sequence

import streamlit as st

from core.access import Person
from core.sites import SiteLine
from core.workflow.participants import search
from pages.ui.choice import remember
from pages.ui.i18n import _
from pages.ui.queue import programmes
from pages.ui.session import read
from pages.ui.shell import ASSETS

_ZONE = st.components.v2.component(
    "firstlight_upload",
    html='<div class="zone"></div>',
    css=(ASSETS / "upload.css").read_text("utf-8"),
    js=(ASSETS / "upload.js").read_text("utf-8"),
)


def send(user: Person, places: Sequence[SiteLine]) -> None:
    """Where the images belong, and the zone that takes them."""
    names = {site.id: site.name for site in places}
    choices = {**programmes(), "": _("By the images")}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        site = st.selectbox(_("Site"), list(names), format_func=names.__getitem__, width=280, key="upload-site")
        programme = st.segmented_control(_("Programme"), list(choices), default="", format_func=choices.__getitem__, required=True)
        participant = _participant(user, site)
    words = {
        "lead": _("Drop files, folders or zip archives here"),
        "hint": _("They stay encrypted on this server. Large uploads may take a while; the page can be used meanwhile."),
        "files": _("Choose files"),
        "folder": _("Choose a folder"),
        "sending": _("Sending …"),
        "stay": _("Keep this page open until everything is sent; what follows goes on without you."),
        "progress": _("{files} of {all} files, {sent} of {bytes}"),
        "lost": _("The connection was lost. Nothing was taken in; please send it again."),
        "signed_out": _("Your sign-in has ended. Sign in again, then choose the files again."),
        "again": _("Try again"),
        "source": _("{n} files"),
    }
    data = {"site_id": site, "programme": programme or None, "participant_id": participant, "words": words}
    sent = _ZONE(key="upload-zone", data=data, on_sent_change=lambda: None).get("sent")
    if sent:
        remember("upload", sent)


def _participant(user: Person, site: int | None) -> int | None:
    """The participant whom the coordinator names for images that do not say whose they are; None: as the images say."""
    text = st.text_input(_("Participant"), placeholder=_("As the images say"), width=300, key="upload-whose")
    if not text.strip():
        return None
    found = [line for line in read(search, user, text, size=20).rows if line.site_id == site]
    names = {line.id: f"{line.name} · {line.number}" for line in found}
    if not names:
        st.markdown(f":orange[{_('Nobody at this site fits; the images decide.')}]", width="content")
        return None
    return st.selectbox(_("For"), list(names), format_func=names.__getitem__, width=280)

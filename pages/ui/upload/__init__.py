"""Choosing and sending images: files, folders and zips go from the browser's disk to the server's disk in pieces, past everybody's memory."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.settings import settings
from pages.ui.i18n import _

FOLDER = Path(__file__).parent
_UPLOAD = st.components.v2.component(
    "firstlight_upload",
    html=(FOLDER / "upload.html").read_text("utf-8"),
    css=(FOLDER / "upload.css").read_text("utf-8"),
    js=(FOLDER / "upload.js").read_text("utf-8"),
)


@dataclass(frozen=True)
class Sent:
    """The batch that is being sent or was sent last in this tab, and the batch that was handed over in this very run."""

    batch: str | None
    finished: str | None


def upload(*, key: str, site_id: int, programme: str | None = None, participant_id: int | None = None, source: str = "Upload") -> Sent:
    """The drop zone; what is chosen is sent at once into a new batch of this site and handed to intake when all of it is there."""
    form = {"site_id": site_id, "programme": programme, "participant_id": participant_id, "source": source}
    drawn = {"form": form, "limit": settings().upload_limit_gb * 1e9, "words": _words()}
    answer = _UPLOAD(key=key, data=drawn, on_batch_change=_noted, on_finished_change=_noted)
    return Sent(answer.get("batch"), answer.get("finished"))


def _noted() -> None:
    """A component's value exists only when somebody listens to it."""


def _words() -> dict[str, str]:
    return {
        "drop": _("Drop images here: files, folders or zips"),
        "files": _("Choose files"),
        "folder": _("Choose a folder"),
        "reading": _("Looking through the folders …"),
        "sending": _("{done} of {total} files, {sent} of {size}", done="{done}", total="{total}", sent="{sent}", size="{size}"),
        "sent": _("{total} files, {size}: received", total="{total}", size="{size}"),
        "left": _("about {time} left", time="{time}"),
        "seconds": _("{n} s", n="{n}"),
        "minutes": _("{n} min", n="{n}"),
        "stay": _("You may work on in Firstlight; keep this browser tab open until everything is sent."),
        "cancel": _("Stop"),
        "again": _("Try again"),
        "stopped": _("Stopped. Nothing of this upload was taken in."),
        "failed": _("{n} files could not be sent:", n="{n}"),
        "broken": _("The connection broke. What is there stays there; try again to send the rest."),
        "signed_out": _("Your sign-in has ended. Sign in again, then choose the files again."),
        "too_large": _("This is more than the {limit} GB that one upload may hold. Send it in parts or by DICOM.", limit="{limit}"),
        "empty": _("There are no files in what was chosen."),
    }

"""Upload: files in, then a line for each study that grows until it is in the queue, and a receipt for every file."""

import streamlit as st

from core.access import Act
from core.sites import sites
from core.workflow import intake
from pages.ui import upload_view
from pages.ui.frame import head, nothing_here
from pages.ui.i18n import _
from pages.ui.session import read, require
from pages.ui.upload_zone import send

user = require(Act.upload)
places = read(sites, user.sites(Act.upload))
head(_("Upload"), _("Files, folders and zip archives with DICOM images; what is not an image is set aside."))
send(user, places)


@st.fragment(run_every="2s")
def live() -> None:
    known = read(intake.batches, user, upload_view.LISTED)
    if not known:
        nothing_here(_("Each upload is followed here until its studies are in the queue."), _("Drop files above to begin."))
        return
    asked = upload_view.asked(known)
    left, right = st.columns([1, 3], gap="medium")
    with left:
        upload_view.list_uploads(known, asked)
    with right:
        upload_view.follow(read(intake.batch, user, asked))


live()

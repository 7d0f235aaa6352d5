"""Today: what needs the coordinator now."""

import streamlit as st

from core.access import Act
from pages.ui.frame import head
from pages.ui.i18n import _
from pages.ui.session import require

user = require(Act.work_queue)
with head(_("Today")):
    st.button(_("Claim next"), type="primary")

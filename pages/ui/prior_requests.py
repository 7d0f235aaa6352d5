"""Earlier images in the coordinator's day: one line, red when a request has been open for too long."""

from collections.abc import Sequence

import streamlit as st

from core.workflow.prior_requests import PriorRequestRow
from pages.ui.i18n import n_


def line(found: Sequence[PriorRequestRow]) -> None:
    """The way to the open requests; nothing where nothing is asked for."""
    if not found:
        return
    late = sum(row.state.escalated for row in found)
    words = n_("{n} case waits for earlier images", "{n} cases wait for earlier images", len(found))
    if late:
        words += f" :red-badge[▲ {n_('{n} overdue', '{n} overdue', late)}]"
    st.page_link("pages/coordinator/earlier_images.py", label=words, icon=":material/history_toggle_off:", width="content")

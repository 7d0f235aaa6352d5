"""One case: who, what came before, the images with the AI findings beside them, the opinion and the decision."""

from functools import partial
from pathlib import Path

import streamlit as st

from core.access import Act
from pages.ui import case_parts
from pages.ui.case_parts.concluded import concluded
from pages.ui.case_parts.earlier import asked_for, earlier
from pages.ui.case_parts.findings import about_images, chosen, findings
from pages.ui.case_parts.growth import growth
from pages.ui.case_parts.opened import keep_claim, opened, wait_for_ai
from pages.ui.case_parts.opinion import described, opinion, sign
from pages.ui.case_parts.opportunistic import more_from_this_scan
from pages.ui.case_parts.pictures import problem, remarks, show_images, slices_of
from pages.ui.case_parts.reads import reads
from pages.ui.case_parts.top import top
from pages.ui.session import require

user = require(Act.read_cases, Act.see_participants)
st.html(Path(case_parts.__file__).with_name("case.css"))
case = opened(user)
asked_for(case)
top(case, user)
with st.container(key="case_body", horizontal=True, gap="small"):
    with st.container(width="stretch", key="case_view"):
        show_images(case, user, *chosen(case))
    with st.container(width=324, key="case_panel", gap=None):
        with st.container(key="case_evidence"):
            if not case.can_read:
                concluded(case, user)
            doubts = remarks(case, user)
            about_images(problem(case, user), doubts)
            slices = slices_of(case, user)
            earlier(case, user)
            findings(case, slices, said_already=doubts, between=partial(described, case, user, slices) if case.can_read else None)
            growth(case, user)
            more_from_this_scan(case, user)
            reads(case, user)
        if case.can_read:
            with st.container(key="case_decision"):
                sign(case, user, opinion(case))
            keep_claim(user, case.exam_id)
            if case.ai is None and case.images:
                wait_for_ai(user, case.exam_id)

"""What another way of reading would have led to, replayed on reads that were made: policy at the left, consequences at the right."""

from dataclasses import replace

import streamlit as st

from core.access import Act
from core.simulation.answer import answer
from core.simulation.policies import NAMES, threshold
from core.sites import sites
from pages.ui.choice import choice
from pages.ui.frame import filters, head
from pages.ui.i18n import _
from pages.ui.programme_view import DATA
from pages.ui.session import read, require
from pages.ui.simulator import asked, limits, shown
from pages.ui.simulator.course import course

user = require(Act.see_figures)
top = st.container()
with filters():
    question = asked.source(read(sites, user.sites(Act.see_figures)))
    bar = st.container(horizontal=True, width="content")
left, right = st.columns([2, 5], gap="large")
with left:
    question = replace(question, policy=asked.policy(not question.source.startswith("viper")), costs=asked.costs())
    if question.source == "mammography":
        model, limit = asked.of_study()
        question = replace(question, model=model, reader_threshold=limit)
found = read(answer, user, question)
with top, head(_("Simulator"), shown.state_line(found)):
    pass
if found.own is not None and found.own.both:
    with bar:
        choice("data", _("Exams"), {key: _(words) for key, words in DATA.items()})
with right:
    if found.found is None:
        shown.nothing(found)
    else:
        against = shown.baseline(found)
        shown.headline(found.found, _(NAMES[question.policy.kind]), against)
        shown.against_today(found.found, against)
        course(found.found, threshold(question.policy), shown.source(found), against)
        shown.every_policy(found.found)
        limits.readers(found)
        if found.own is not None:
            shown.left_out(found.own)
    limits.limits(found)

"""Returns: the year of a breast programme in the form of KC62, lung exams in the form of a registry; nothing leaves unlooked at."""

import streamlit as st

from core.access import Act
from core.returns.asked import exams, yearly
from core.sites import sites
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _
from pages.ui.returns import kc62, lcsr
from pages.ui.returns.filters import about, asked, plain
from pages.ui.session import read, require

user = require(Act.see_figures)
top = st.container()
with filters():
    question, year = asked(read(sites, user.sites(Act.see_figures)))
if question.card_id == "breast":
    made = read(yearly, user, question)
    with top, head(_("Returns"), about(made.found)):
        if made.made is not None:
            kc62.download(made.made, made.checks, year, plain(made.found))
    if made.made is None:
        nothing_here(_("There is nothing to return for this year."), _("Choose another year or site."))
        st.stop()
    st.markdown(f":gray[{_('In the form of KC62, not KC62 itself: check it against the guidance of the office that asks for it.')}]")
    kc62.looked_at(made.checks, compared=made.compared)
    kc62.return_table(made.made, made.checks)
else:
    found, export = read(exams, user, question)
    with top, head(_("Returns"), lcsr.state(export, about(found)) if export.rows else about(found)):
        if export.rows:
            lcsr.download(export, year)
    if not export.rows:
        nothing_here(_("There is no lung exam with a final result in this year."), _("Choose another year or site."))
        st.stop()
    st.markdown(
        f":gray[{_('One row for each exam, in the form that a lung cancer screening registry asks for; the columns have plain names.')}]"
    )
    lcsr.completeness(export)

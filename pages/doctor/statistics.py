"""A doctor's own reading figures: blind reads only, the targets of the year, how fast and how often in agreement."""

from datetime import timedelta

import streamlit as st

from core.access import Act
from core.clock import today
from core.workflow.programmes import cards
from core.workflow.reader_statistics import own_statistics
from pages.ui import reading_figures
from pages.ui.choice import asked, choice
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _
from pages.ui.session import read, require
from pages.ui.words import PROGRAMME

user = require(Act.read_cases)
known = {card_id: _(PROGRAMME[card_id]) for card_id in sorted(cards())}
periods = {"365": _("12 months"), "90": _("90 days"), "30": _("30 days")}
programme, period = asked("programme", known, "breast"), asked("days", periods, "365")
end = today()
found = read(own_statistics, user, card_id=programme, start=end - timedelta(days=int(period) - 1), end=end)
with head(_("My figures"), reading_figures.state_line(found)):
    st.download_button(
        _("Export"), reading_figures.export(found), "firstlight-own-figures.csv", "text/csv", icon=":material/download:", on_click="ignore"
    )
with filters():
    choice("programme", _("Programme"), known, default="breast")
    choice("days", _("Period"), periods)
if not (found.figures.reads or found.figures.excluded):
    nothing_here(_("You have signed no case of this programme in this period."), _("Your figures begin with the first signed read."))
    st.stop()
reading_figures.targets(found)
reading_figures.figures(found)
reading_figures.months(found)

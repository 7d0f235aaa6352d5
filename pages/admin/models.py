"""AI models: which version counts, how good it was measured to be here and by its makers, and what it was never tested on."""

import streamlit as st

from core.access import Act
from core.workflow.model_reports import validated
from core.workflow.opportunistic import MEASURES
from core.workflow.registry import models
from pages.ui import model_cards
from pages.ui.choice import remember
from pages.ui.frame import head, nothing_here
from pages.ui.i18n import _, n_
from pages.ui.measure_switches import measure_switches
from pages.ui.model_reports import section
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.administer, Act.see_figures)
found = list(read(models))
active = sum(model.state == "active" and not model.synthetic for model in found)
head(_("Models"), n_("**{n} model** is in force.", "**{n} models** are in force.", active))
if not found:
    nothing_here(_("No AI model is known yet."), _("The worker registers its models when it starts; see Operations."))
    st.stop()
tested = read(validated, user)
found = sorted(found, key=lambda model: (model.synthetic, model.name in MEASURES, model.name, -model.id))
asked = st.query_params.get("model")
chosen = next((model for model in found if str(model.id) == asked), found[0])
shown = model_cards.rows(found, chosen, tested, changes=user.may(Act.administer))
picked = table("models", model_cards.columns(), shown, label=_("Models"))
if picked.opened and picked.opened != asked:
    remember("model", picked.opened)
    remember("report", None)
    st.rerun()
if picked.action and user.may(Act.administer):
    changed = next(model for model in found if str(model.id) == picked.action[0])
    model_cards.ask_change(user, changed, picked.action[1], tested.get(changed.id))
model_cards.show_card(chosen)
if chosen.name in MEASURES:
    measure_switches(user, chosen)
else:
    section.show(user, chosen, tested.get(chosen.id))

"""AI models: which version counts, how good it was measured to be, and what it was never tested on."""

import streamlit as st

from core.access import Act
from core.workflow.registry import models
from pages.ui import model_cards
from pages.ui.choice import remember
from pages.ui.frame import head, nothing_here
from pages.ui.i18n import _, n_
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.administer)
found = list(read(models))
active = sum(model.state == "active" and not model.synthetic for model in found)
head(_("Models"), n_("**{n} model** is in force.", "**{n} models** are in force.", active))
if not found:
    nothing_here(_("No AI model is known yet."), _("The worker registers its models when it starts; see Operations."))
    st.stop()
found = sorted(found, key=lambda model: (model.synthetic, model.name, -model.id))
asked = st.query_params.get("model")
chosen = next((model for model in found if str(model.id) == asked), found[0])
picked = table("models", model_cards.columns(), model_cards.rows(found, chosen), label=_("Models"))
if picked.opened and picked.opened != asked:
    remember("model", picked.opened)
    st.rerun()
if picked.action:
    model_cards.ask_change(user, next(model for model in found if str(model.id) == picked.action[0]), picked.action[1])
model_cards.show_card(chosen)

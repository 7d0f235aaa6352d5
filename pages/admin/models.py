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
found = read(models)
active = sum(model.state == "active" and not model.synthetic for model in found)
head(_("Models"), n_("**{n} model** counts.", "**{n} models** count.", active))
if not found:
    nothing_here(_("No AI model is known yet."), _("The worker registers its models when it starts; see Operations."))
    st.stop()
picked = table("models", model_cards.columns(), model_cards.rows(found), label=_("Models"))
if picked.action:
    model_cards.change(user, *picked.action)
if picked.opened:
    remember("model", picked.opened)
asked = st.query_params.get("model")
model_cards.show_card(next((model for model in found if str(model.id) == asked), found[0]))

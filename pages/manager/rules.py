"""Rules: every published rule in use, and whether it still says here what was published."""

import streamlit as st

from core.access import Act
from core.rules import conformance
from pages.ui import rules_view
from pages.ui.choice import remember
from pages.ui.frame import head
from pages.ui.i18n import _
from pages.ui.session import require
from pages.ui.tables import table

user = require(Act.see_figures, Act.read_cases, Act.administer)
found = conformance.run()
head(_("Rules"), rules_view.state_line(found))
asked = st.query_params.get("rule")
chosen = next((rule for rule in found if rule.rule == asked), None) or next((rule for rule in found if rule.failed), found[0])
picked = table("rules", rules_view.columns(), rules_view.rows(found, chosen), label=_("Rules"), height="330px")
if picked.opened and picked.opened != asked:
    remember("rule", picked.opened)
    st.rerun()
st.header(f"{chosen.rule} {chosen.version}", anchor=False)
st.caption(chosen.source)
table(
    f"examples-{chosen.rule}",
    rules_view.example_columns(),
    rules_view.examples(chosen),
    label=_("Published examples"),
    height="calc(100vh - 560px)",
)

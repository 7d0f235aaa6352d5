"""What a reader should know of the model beside its result: its limits, whose images it learnt from, how good it was measured."""

import streamlit as st

from core.workflow.ai import AiResult
from core.workflow.card_figures import CardFigure
from pages.ui.i18n import N_, _, number
from pages.ui.model_reports.words import limits


def about(ai: AiResult) -> None:
    """Measured figures with interval and n, the limits, and where the weights come from."""
    told = ai.about
    if told.figures:
        st.markdown("\n".join([f"**{_('Measured figures')}**", "", *(f"- {_figure(said, one)}" for said, one in told.figures)]))
    st.markdown("\n".join([f"**{_('What it was not tested on, and its limits')}**", "", *(f"- {_(limit)}" for limit in ai.limits)]))
    named = ((N_("Intended use"), told.intended_use), (N_("Trained on"), told.training_data), (N_("Licence"), told.licence))
    for label, text in named:
        if text:
            st.markdown(f"**{_(label)}**  \n{_(text)}")


def _figure(said: str, one: CardFigure) -> str:
    n = f", n = {number(one.n)}" if one.n is not None else ""
    return f"{_(said)}: **{number(one.interval.value, 3)}** ({limits(one.interval)}{n})"

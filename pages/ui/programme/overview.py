"""The figures of one theme as cards; the others are one click away."""

from collections.abc import Sequence

import streamlit as st

from core.figures.exceptions import Breach
from core.metrics.indicator import Indicator
from core.metrics.measure import Theme
from core.metrics.measures import BY_KEY, THEMES
from core.workflow.programme_figures import Group, ProgrammeFigures
from pages.ui import indicators
from pages.ui.cards import Card, cards
from pages.ui.choice import choice
from pages.ui.i18n import N_, _, show

THEME: dict[Theme, str] = {
    "detection": N_("Detection"), "recall": N_("Recall"), "follow_up": N_("Follow-up"), "timeliness": N_("Timeliness"),
    "participation": N_("Participation"), "quality": N_("Quality"),
}  # fmt: skip


def overview(found: ProgrammeFigures, out: Sequence[Breach]) -> str:
    """The theme and its cards; the key of the chosen figure."""
    of_whole = [one.indicator.key for one in out if one.kind is None]
    named = st.query_params.get("figure", "")
    first = BY_KEY[named].theme if named in BY_KEY else BY_KEY[of_whole[0]].theme if of_whole else "recall"
    outside = {theme: len({one.key for one in measures} & set(of_whole)) for theme, measures in THEMES.items()}
    words = {theme: _(word) + (f" ▲ {outside[theme]}" if outside[theme] else "") for theme, word in THEME.items()}
    theme = choice("theme", _("Kind of figure"), words, default=first)
    shown = [one for one in found.whole.indicators if one.theme == theme]
    if not shown:
        st.markdown(f":gray[{_('Nothing that these figures are counted from is recorded here yet.')}]")
        return "recall"
    chosen = next((key for key in of_whole if key in {one.key for one in shown}), shown[0].key)
    quarters = found.by("quarter", {one.key for one in shown})
    return cards("figure", _("Indicators"), [_card(one, quarters) for one in shown], default=chosen)


def _card(one: Indicator, quarters: Sequence[Group]) -> Card:
    foot, tone, shape = indicators.standing(one)
    course = (group.of(one.key).interval for group in quarters if group.has(one.key))
    return Card(
        id=one.key, name=show(one.name), value=indicators.value(one), beside=indicators.beside(one), foot=foot, tone=tone, shape=shape,
        title=f"{indicators.sentence(one)}\n{show(one.definition)}\n{show(one.mature, '')}".strip(),
        course=tuple((i.low, i.value, i.high) if i and one.stable else None for i in course), mark=indicators.positive(one),
    )  # fmt: skip

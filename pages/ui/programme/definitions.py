"""How this programme counts: what it calls positive, whose coverage, its own bands; with author and day of every change."""

from collections.abc import Mapping

import streamlit as st

from core.access import Act, Person
from core.figures import settings
from core.metrics.measures import BY_KEY
from core.metrics.screening import POSITIVE
from core.workflow.programme_figures import ProgrammeFigures
from core.workflow.programmes import Card, card
from pages.ui import indicators
from pages.ui.i18n import _, moment, show
from pages.ui.session import did, read
from pages.ui.tables import Column, Row, table


def definitions(user: Person, found: ProgrammeFigures) -> None:
    """On request: what is in force; who may change it finds a form."""
    with st.expander(
        _("How this programme counts (definitions {version})", version=found.settings.version), key="definitions", on_change="rerun"
    ) as opened:
        if not opened.open:
            return
        programme = card(found.terms.programme)
        st.markdown(
            _("Positive: {categories}, or recalled for assessment.", categories=", ".join(POSITIVE[programme.id][found.settings.positive]))
        )
        least, most = found.settings.ages
        st.markdown(_("Coverage is counted for ages {least} to {most}.", least=least, most=most))
        _bands(found)
        if user.may(Act.set_policy):
            _form(user, programme, found)
        _history(programme)


def _bands(found: ProgrammeFigures) -> None:
    columns = [
        Column("name", _("Figure"), "strong"), Column("band", _("Band"), "text", align="nowrap"), Column("source", _("Source")),
        Column("read", _("Source read"), "text", align="nowrap"),
    ]  # fmt: skip
    shown = [one for one in found.whole.indicators if one.benchmark is not None]
    rows = [
        Row(one.key, {
            "name": show(one.name), "band": indicators.band_text(one, one.benchmark), "source": _(one.benchmark.source),
            "read": _("yes") if one.benchmark.verified else _("no: not verified"),
        })
        for one in shown if one.benchmark is not None
    ]  # fmt: skip
    if rows:
        table("bands", columns, rows, label=_("Bands in force"), height="260px")
    else:
        st.markdown(f":gray[{_('No figure of this programme has a band yet.')}]")


def _form(user: Person, programme: Card, found: ProgrammeFigures) -> None:
    """What is set here counts from today on; figures as of earlier days stay as they were."""
    st.markdown(f":gray[{_('A change counts from today on; figures as of earlier days stay as they were.')}]")
    left, right = st.columns(2, gap="large")
    with left:
        choices = POSITIVE[programme.id]
        if len(choices) > 1:
            place = st.radio(
                _("What counts as positive"), range(len(choices)), index=found.settings.positive, key=f"set-positive-{programme.id}",
                format_func=lambda one: ", ".join(choices[one]),
            )  # fmt: skip
            if st.button(_("Make this the programme's definition"), disabled=place == found.settings.positive, key="go-positive"):
                _done(did(settings.set_positive, user, programme, place, done=_("The definition is kept")))
        least, most = st.slider(_("Ages of coverage"), 18, 90, found.settings.ages, key=f"set-ages-{programme.id}")
        if st.button(_("Set these ages"), disabled=(least, most) == found.settings.ages, key="go-ages"):
            _done(did(settings.set_ages, user, programme, least, most, done=_("The ages are kept")))
    with right, st.form("band-form", border=False):
        _band_form(user, programme, {one.key: show(one.name) for one in found.whole.indicators if BY_KEY[one.key].unit in indicators.RATES})


def _band_form(user: Person, programme: Card, names: Mapping[str, str]) -> None:
    key = st.selectbox(_("Band for"), list(names), format_func=names.__getitem__)
    scale = indicators.SCALE[BY_KEY[key].unit]
    low, high = st.columns(2)
    least = low.number_input(_("At least (% or per 1000)"), 0.0, 1000.0, None, step=0.1)
    most = high.number_input(_("At most (% or per 1000)"), 0.0, 1000.0, None, step=0.1)
    source = st.text_input(_("Source"), max_chars=200, placeholder=_("who set it, and where it can be read"))
    verified = st.checkbox(_("I have read it in the source"))
    if st.form_submit_button(_("Set the band")):
        limits = {"low": None if least is None else least / scale, "high": None if most is None else most / scale}
        _done(did(settings.set_band, user, programme, key, source=source, verified=verified, done=_("The band is kept"), **limits))


def _done(kept: bool) -> None:
    if kept:
        st.rerun()


def _history(programme: Card) -> None:
    rows = read(settings.history, programme.id)
    if rows:
        lines = [f"{moment(row.at)}: {row.author} · {_what(row.key)}" for row in rows[:20]]
        st.markdown(f"**{_('Changes')}**  \n" + "  \n".join(lines))


def _what(key: str) -> str:
    if key.startswith("band-"):
        return _("band for {name}", name=_(BY_KEY[key.removeprefix("band-")].name))
    return {"positive": _("what counts as positive"), "ages": _("ages of coverage")}.get(key, key)

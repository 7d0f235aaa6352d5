"""Figures kept as they were given out, and what the same question is answered with now."""

import streamlit as st

from core.access import Person
from core.figures import snapshots
from core.metrics.measures import BY_KEY
from core.workflow.programme_figures import ProgrammeFigures
from pages.ui import indicators
from pages.ui.i18n import _, day, literal, moment, n_, number, show
from pages.ui.session import did, read
from pages.ui.tables import Column, Row, table

MOST = 40


def kept(user: Person, found: ProgrammeFigures) -> None:
    """On request: keep what is shown, and compare what was kept."""
    with st.expander(_("Kept figures"), key="kept", on_change="rerun") as opened:
        if not opened.open:
            return
        with st.form("keep", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input(_("Keep what is shown as"), max_chars=snapshots.MOST_NAME, placeholder=_("such as: board report, October"))
            going = st.form_submit_button(_("Keep"), icon=":material/bookmark_add:")
        if going and did(snapshots.keep, user, found, name, done=_("The figures are kept")):
            st.rerun()
        _list(user, found)


def _list(user: Person, found: ProgrammeFigures) -> None:
    lines = read(snapshots.snapshots, user, found.terms.programme)
    if not lines:
        st.markdown(
            f":gray[{_('Nothing is kept yet. Keep figures when you give them out, so that they can be found again as they were.')}]"
        )
        return
    columns = [
        Column("name", _("Name"), "strong"), Column("as_of", _("As known on"), align="nowrap"), Column("definitions", _("Definitions")),
        Column("who", _("By")), Column("at", _("Kept"), align="nowrap"),
    ]  # fmt: skip
    rows = [
        Row(str(one.id), {"name": literal(one.name), "as_of": day(one.as_of), "definitions": one.definitions, "who": one.author,
                          "at": moment(one.at)}, opens=True)
        for one in lines
    ]  # fmt: skip
    picked = table("kept-list", columns, rows, label=_("Kept figures"), height="220px")
    if picked.opened in {row.id for row in rows}:
        _compared(read(snapshots.compare, user, int(str(picked.opened))))


def _compared(one: snapshots.Comparison) -> None:
    """Whether the same question is answered in the same way, and where not, both answers."""
    st.markdown(f"**{literal(one.kept.name)}**, {_('as known on {day}', day=one.kept.as_of)}")
    if one.same:
        st.markdown(f":green-badge[✓ {_('Same')}] {_('Asked again now, every figure is the same to the last digit.')}")
        return
    if one.definitions_now != one.kept.definitions:
        st.markdown(_("The definitions have changed: {then} then, {now} now. Both answers stand below.", then=one.kept.definitions,
                      now=one.definitions_now))  # fmt: skip
    else:
        st.markdown(_("The definitions are the same; something was entered later on the same day."))
    columns = [Column("figure", _("Figure"), "strong"), Column("part", _("Part")), Column("then", _("Then"), "number", align="right"),
               Column("now", _("Now"), "number", align="right")]  # fmt: skip
    rows = [Row(f"{c.part} {c.key}", {"figure": _name(c.key), "part": c.part, "then": _told(c, c.then), "now": _told(c, c.now)})
            for c in one.changes[:MOST]]  # fmt: skip
    table("kept-changes", columns, rows, label=_("What has changed"), height="300px")
    if len(one.changes) > MOST:
        st.markdown(f":gray[{n_('{n} further difference', '{n} further differences', len(one.changes) - MOST)}]")


def _name(key: str) -> str:
    return show(BY_KEY[key].name) if key in BY_KEY else key


def _told(change: snapshots.Change, values: tuple[object, ...] | None) -> str:
    if values is None:
        return _("not there")
    counts = _("{x} of {n}", x=values[0], n=values[1])
    unit = BY_KEY[change.key].unit if change.key in BY_KEY else "%"
    value = values[2]
    return f"{counts} ({number(float(value) * indicators.SCALE[unit], 2)})" if isinstance(value, float) else counts

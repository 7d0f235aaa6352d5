"""The wide sheet on growth: every nodule under four protocols side by side, and the control that says which nodule is which."""

from collections.abc import Iterator

import streamlit as st

from core.access import Person
from core.workflow import matching
from core.workflow.growth_view import GrowthRow, GrowthView
from core.workflow.reading import Case
from core.workflow.rule_inputs import used
from pages.ui.case_parts.earlier import link_state
from pages.ui.case_parts.growth_cells import mm, numbers, protocol, type_and_volume
from pages.ui.i18n import N_, _, day, days, show
from pages.ui.session import did
from pages.ui.tables import Column, Row, table, two

TALL = 4  # rows after which the table scrolls, so that the control below it stays in sight
NOWHERE = 0  # chosen as the partner of a nodule that was not there
TITLE = N_("Growth and protocols")
SHORT = ("Lung-RADS", "NELSON", "BTS", "EUPS")


def sheet(case: Case, user: Person, seen: GrowthView) -> None:
    """Opens over the page; its title is in the present language."""
    st.dialog(_(TITLE), width="large")(_sheet)(case, user, seen)


def _sheet(case: Case, user: Person, seen: GrowthView) -> None:
    if seen.prior is None:
        return
    st.markdown(_("Against the exam of {date}, {age} before. Sizes are the AI’s.", date=day(seen.prior.exam_date), age=days(seen.days)))
    st.caption(f":material/link: {show(link_state(seen.laid))}")
    names = next((row.protocols for row in seen.rows if row.protocols), ())
    columns = [
        Column("nodule", _("Now ← earlier"), "strong", "104px"),
        Column("before", _("Before"), "text", "112px"),
        Column("now", _("Now"), "text", "112px"),
        Column("told", _("Change"), "text", "270px"),
        *(
            Column(said.protocol, short, "text", "130px", help=f"{said.protocol} · {said.source}")
            for short, said in zip(SHORT, names, strict=False)
        ),
    ]
    rows = [Row(str(place), _cells(row), tone="attention" if row.disagree else "") for place, row in enumerate(seen.rows)]
    table(f"growth-sheet-{case.exam_id}", columns, rows, label=_("Nodules before and now"), height="380px" if len(rows) > TALL else "")
    st.caption(_("± : within the error of measurement (0.5 mm, a quarter of the volume) the protocol may say something else."))
    if any(row.assumed_solid and row.protocols for row in seen.rows):
        st.caption(_("Where the type of a nodule was not told, the protocols are asked as for a solid one."))
    with st.expander(_("What was asked with")):
        st.caption("  \n".join(_asked(seen)))
    _correct(case, user, seen, seen.prior.exam_id)


def _cells(row: GrowthRow) -> dict[str, object]:
    said = {one.protocol: protocol(one) for one in row.protocols}
    by = _("paired by {name}", name=row.paired_by) if row.paired_by and row.before else ""
    parts = [by, _("{mm} mm apart", mm=f"{row.distance_mm:.1f}") if row.distance_mm is not None else ""]
    more = [show(row.solid_told)] if row.solid_told is not None else []
    more += [_("The AI gave it another type than before.")] if row.type_changed else []
    more += [_("The protocols disagree.")] if row.disagree else []
    return {
        "nodule": two(numbers(row), ", ".join(part for part in parts if part)),
        "before": two(mm(row.before), type_and_volume(row.before)),
        "now": two(mm(row.now), type_and_volume(row.now)),
        "told": two(show(row.told), " ".join(more)),
        **said,
    }


def _asked(seen: GrowthView) -> Iterator[str]:
    """A line for each nodule and protocol, so that every label can be followed back to the numbers it came from."""
    for row in seen.rows:
        for said in row.protocols:
            yield f"**{numbers(row)}** {said.protocol}: {show(used(said.inputs))}"


def _correct(case: Case, user: Person, seen: GrowthView, prior_id: int) -> None:
    """Which nodule of the earlier exam is this one? The answer counts at once and stays."""
    now = {row.now.number: row for row in seen.rows if row.now}
    earlier = {row.before.number: row.before for row in seen.rows if row.before}
    if not now:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="growth_correct"):
        number = st.selectbox(_("Nodule now"), list(now), format_func=lambda one: f"{one} · {mm(now[one].now)}", width=170)
        partner = now[number].before
        choices = [NOWHERE, *sorted(earlier)]
        names = {NOWHERE: _("not there")} | {one: f"{one} · {mm(size)}" for one, size in earlier.items()}
        at = choices.index(partner.number) if partner else 0
        key = f"partner-{case.exam_id}-{number}"
        chosen = st.selectbox(_("In the earlier exam"), choices, at, format_func=names.__getitem__, key=key, width=190)
        said = (now[number].status != "not compared" or chosen != NOWHERE) and chosen == (partner.number if partner else NOWHERE)
        settled = said and now[number].paired_by is not None
        pressed = st.button(_("Pair them") if chosen else _("It was not there"), disabled=settled, key=f"pair-{case.exam_id}")
    if pressed:
        other = chosen or None
        if did(matching.pair, user, case.exam_id, prior_id, number=number, earlier_number=other, done=_("The nodules are compared anew")):
            st.rerun()

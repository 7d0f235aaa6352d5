"""Two opinions side by side: what differs first, said by a sign and a word and not by colour alone; choosing a line shows its place."""

from collections.abc import Sequence

import streamlit as st

from core.workflow.arbitration import ArbitrationCase
from core.workflow.comparison import FieldDifference
from core.workflow.opinions import ReadLine
from pages.ui.i18n import _, literal, moment, n_, show
from pages.ui.tables import Column, Row, table, two
from pages.ui.words import DECISION

FIRST_PLACE = 901
"""Numbers of the places in the viewer, above any AI mark's."""


def compare(found: ArbitrationCase) -> None:
    """The table of both opinions, and under it what each reader wrote and had in sight."""
    first, second = found.reads[0], found.reads[1]
    for reason in found.differs:
        st.markdown(f":orange[**≠**] {show(reason)}")
    columns = [
        Column("sign", "", "text", "26px"),
        Column("what", _("What"), "text", "112px"),
        Column("first", first.reader, "strong"),
        Column("second", second.reader, "strong"),
    ]
    rows = [_different(n, one) for n, one in enumerate(found.compared)] + _same(found, first, second)
    label = n_("Both opinions, {n} difference", "Both opinions, {n} differences", len(found.compared))
    table(_key(found.case.exam_id), columns, rows, label=label)
    st.caption(_("≠ differs · = the same. A line with a place opens it in the images."))
    for read in found.reads:
        _note(read)


def chosen(exam_id: int) -> tuple[int | None, int]:
    """The place whose line was chosen last, and how often one was chosen: asked before the viewer is drawn."""
    key = f"goto-place-{exam_id}"
    last: tuple[int | None, int] = st.session_state.get(key, (None, 0))
    picked = st.session_state.get(_key(exam_id), {}).get("opened")
    if picked is not None and str(picked).isdecimal():
        last = st.session_state[key] = (FIRST_PLACE + int(picked), last[1] + 1)
    return last


def _key(exam_id: int) -> str:
    return f"compared-{exam_id}"


def _different(n: int, one: FieldDifference) -> Row:
    what = two(show(one.what), _("differs"), "red")
    cells = {"sign": "≠", "what": what, "first": show(one.first), "second": show(one.second)}
    return Row(str(n), cells, opens=bool(one.place), tone="attention")


def _same(found: ArbitrationCase, first: ReadLine, second: ReadLine) -> list[Row]:
    """What both say alike, of the things that count."""
    said: Sequence[tuple[str, str, str]] = (
        (_("Decision"), _(DECISION[first.decision]), _(DECISION[second.decision])),
        (_("Category"), first.category, second.category),
        (_("Breast density"), first.density or "", second.density or ""),
    )
    return [
        Row(f"same-{what}", {"sign": "=", "what": what, "first": one, "second": other}) for what, one, other in said if one and one == other
    ]


def _note(read: ReadLine) -> None:
    seen = _("AI result in sight") if read.seen.get("run") or read.saw_ai else _("without AI")
    st.caption(f"**{literal(read.reader)}** · {moment(read.committed_at)} · {seen}")
    if read.note:
        st.text(read.note)

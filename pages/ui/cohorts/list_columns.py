"""Which column of a list holds what: guessed from the names, corrected here, with what stands in the first rows beside it."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.access import Person
from core.jobs import enqueue_looking
from core.roster import lists
from core.roster.columns import FIELDS, NEEDED
from core.roster.lists import SMALL_BYTES, Line
from core.roster.sheet import Sheet
from pages.ui.i18n import N_, _
from pages.ui.session import did, read
from pages.ui.tables import Column, Row, table

ACROSS = 4  # fields beside each other
SHOWN_COLUMNS = 10
NONE = -1
HELP = {
    "opted_out": N_("Yes means out of the programme of the row, or of all where the row names none; lung or breast names it. "
                    "An empty cell or no never takes an opt-out back."),
    "programme": N_("lung or breast: the programme that the participant is listed for"),
    "died_on": N_("A date; empty where the participant is alive"),
}  # fmt: skip


def form(user: Person, line: Line) -> None:
    """The choice of columns; its button looks the list through."""
    sheet = read(lists.sheet, user, line.id)
    sample = sheet.sample()
    with st.form(f"columns-{line.id}", border=False):
        chosen = _fields(line.mapping, sheet, sample)
        if st.form_submit_button(_("Look through the list"), type="primary", icon=":material/search:"):
            _look(user, line, chosen)
    _first_rows(line, sheet, sample)


def look(user: Person, line: Line, chosen: Mapping[str, int]) -> bool:
    """Keep the columns and look through the list: at once when it is small, else by a job. Whether it was begun."""
    if not did(lists.set_columns, user, line.id, chosen):
        return False
    if line.size_bytes <= SMALL_BYTES:
        return did(lists.look, user, line.id)
    read(lambda _session: enqueue_looking(line.id, chosen))
    return True


def _look(user: Person, line: Line, chosen: Mapping[str, int]) -> None:
    if look(user, line, chosen):
        st.rerun()


def _fields(mapping: Mapping[str, int], sheet: Sheet, sample: Sequence[Sequence[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    places = [NONE, *range(len(sheet.head))]
    names = {NONE: "–", **{place: _option(place, sheet, sample) for place in places[1:]}}
    for start in range(0, len(FIELDS), ACROSS):
        for spot, field in zip(st.columns(ACROSS), FIELDS[start : start + ACROSS], strict=False):
            label = f"{_(field.name)} *" if field.key in (*NEEDED, "name") else _(field.name)
            note = _(HELP[field.key]) if field.key in HELP else None
            place = spot.selectbox(label, places, index=places.index(mapping.get(field.key, NONE)), format_func=names.__getitem__,
                                   key=f"column-{field.key}", help=note)  # fmt: skip
            if place != NONE:
                found[field.key] = place
    return found


def _option(place: int, sheet: Sheet, sample: Sequence[Sequence[str]]) -> str:
    """The name of a column and what stands in its first row that has something."""
    cells = (row[place] for row in sample if place < len(row) and row[place].strip())
    title = sheet.head[place] or _("column {n}", n=place + 1)
    example = next(cells, "")
    return f"{title} · {example[:24]}" if example else title


def _first_rows(line: Line, sheet: Sheet, sample: Sequence[Sequence[str]]) -> None:
    shown = range(min(len(sheet.head), SHOWN_COLUMNS))
    columns = [Column(str(place), sheet.head[place] or _("column {n}", n=place + 1)) for place in shown]
    rows = [Row(str(n), {str(place): row[place] if place < len(row) else "" for place in shown}) for n, row in enumerate(sample)]
    st.caption(_("The first rows as they were read ({encoding})", encoding=sheet.encoding.upper().removesuffix("-SIG")))
    table(f"sample-{line.id}", columns, rows, label=_("The first rows"))

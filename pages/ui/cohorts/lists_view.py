"""The lists that were handed in, and the form that hands in another one."""

from collections.abc import Sequence

import streamlit as st

from core.access import Person
from core.roster import lists
from core.roster.lists import Line
from core.roster.sheet import LARGEST_BYTES, LARGEST_ROWS
from core.sites import SiteLine
from pages.ui.choice import remember
from pages.ui.i18n import N_, _, moment, n_
from pages.ui.session import act
from pages.ui.tables import Column, Row, table, two

STATES = {"new": N_("columns to be checked"), "looked": N_("looked through, not taken in"), "waiting": N_("being taken in")}


def state_line(known: Sequence[Line]) -> str:
    """What waits for somebody comes first."""
    waiting = sum(line.state in ("new", "looked") for line in known)
    refused = sum(line.state == "done" and line.refused is not None for line in known)
    parts = [f":red-badge[▲ {n_('{n} list was refused', '{n} lists were refused', refused)}]"] if refused else []
    said = n_("**{n} list** waits for you.", "**{n} lists** wait for you.", waiting) if waiting else _("No list waits.")
    return " ".join([*parts, said])


def asked(known: Sequence[Line]) -> str:
    """The list that the address names, else the newest."""
    return st.query_params.get("list") or known[0].id


def choose(known: Sequence[Line]) -> None:
    """The newest lists; a click opens another one."""
    chosen = asked(known)
    columns = [Column("what", _("Lists"), "strong", link=True)]
    picked = table("lists", columns, [_row(line, line.id == chosen) for line in known], label=_("Lists"), height="calc(100vh - 230px)")
    if picked.opened and picked.opened != chosen:
        remember("list", picked.opened)
        st.rerun()


def ask(user: Person, places: Sequence[SiteLine]) -> None:
    """The form, in a drawer."""

    @st.dialog(_("Hand in a list"), position="right", width=520)
    def hand_in() -> None:
        names = {site.id: site.name for site in places}
        site = st.selectbox(_("Site that the participants belong to"), list(names), format_func=names.__getitem__)
        file = st.file_uploader(
            _("CSV or XLSX"), ["csv", "txt", "tsv", "xlsx"], max_upload_size=LARGEST_BYTES // 2**20,
            help=_("The first line names the columns. At most {rows} rows; it stays encrypted on this server.", rows=LARGEST_ROWS),
        )  # fmt: skip
        st.caption(_("Nothing is written now: the next step shows which column holds what and what each row would do."))
        if st.button(_("Hand in"), type="primary", disabled=file is None) and file is not None and site is not None:
            made = act(lists.hand_in, user, site_id=site, name=file.name, content=file.getvalue())
            if made is not None:
                remember("list", made)
                st.rerun()

    hand_in()


def outcome(line: Line) -> str:
    """What became of a list, in a few words."""
    if line.state != "done":
        return _(STATES[line.state])
    if line.refused is not None:
        return _("refused, nothing taken in")
    said = _("{new} new, {fill} completed, {known} known", new=line.result["new"], fill=line.result["fill"], known=line.result["known"])
    out = line.result["out"]
    return f"{said}, {n_('{n} row not taken in', '{n} rows not taken in', out)}" if out else said


def _row(line: Line, chosen: bool) -> Row:
    bad = line.refused is not None or bool(line.result.get("out"))
    cells = {"what": two(line.name, f"{moment(line.handed_in_at)} · {line.site_name} · {outcome(line)}", "red" if bad else "")}
    return Row(line.id, cells, href=f"/lists?list={line.id}", tone="chosen" if chosen else "")

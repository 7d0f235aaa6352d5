"""Rounds that became due and to which nobody was invited; the invitations are made on their own page."""

from collections.abc import Iterable
from pathlib import Path

import streamlit as st

from core.access import Person
from core.safety_net.rounds import RoundRow, overdue_rounds
from pages.ui import people
from pages.ui.frame import nothing_here
from pages.ui.i18n import _, day, days, n_
from pages.ui.queue import TONES, programmes
from pages.ui.session import read
from pages.ui.tables import Column, Row, chip, table, two
from pages.ui.words import PROGRAMME

INVITATIONS = Path(__file__).resolve().parents[2] / "coordinator" / "invitations.py"


def programmes_of(name: str) -> dict[str, str]:
    """What the filter offers: rounds without an invitation are shown for one programme at a time."""
    return {key: said for key, said in programmes().items() if key or name != "rounds"}


def show(user: Person, card_id: str, site: str) -> None:
    """The list of one programme."""
    found = read(overdue_rounds, user, card_id, site_id=int(site) if site else None, page=people.page(), size=people.SIZE)
    if not found.rows:
        nothing_here(
            _("Everybody who was due for another round was invited."),
            _("{programme} screening is shown; choose the other programme above.", programme=_(PROGRAMME[card_id])),
        )
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        words = n_("**{n} participant** was due again and not invited", "**{n} participants** were due again and not invited", found.total)
        st.markdown(f"{words} ({_(PROGRAMME[card_id])}).", width="content")
        if INVITATIONS.is_file():
            label, icon = _("To the invitations"), ":material/mail:"
            st.page_link("pages/coordinator/invitations.py", label=label, icon=icon, query_params={"programme": card_id})
    picked = table("rounds", _columns(), _rows(found.rows, user), label=_("Rounds without invitation"), height="calc(100vh - 380px)")
    people.pages(found.total)
    if picked.opened:
        st.switch_page("pages/doctor/participant.py", query_params={"participant": picked.opened})


def _columns() -> list[Column]:
    return [
        Column("due", _("Due"), "text", "180px", "nowrap"),
        Column("participant", _("Participant"), "strong", "260px", link=True),
        Column("programme", _("Programme"), "chip", "110px"),
        Column("last", _("Last exam"), "text", "160px", "nowrap"),
        Column("site", _("Site"), "muted"),
    ]


def _rows(shown: Iterable[RoundRow], user: Person) -> list[Row]:
    return [_row(row, user) for row in shown]


def _row(row: RoundRow, user: Person) -> Row:
    marks = [row.number, *([_("invented")] if row.synthetic and not user.synthetic else [])]
    cells = {
        "due": two(day(row.due), _("overdue for {age}", age=days(row.days_overdue)), "red"),
        "participant": two(row.participant_name, " · ".join(marks)),
        "programme": chip(_(PROGRAMME[row.programme]), TONES.get(row.programme, "gray")),
        "last": day(row.last_exam),
        "site": row.site_name,
    }
    return Row(str(row.participant_id), cells, href=f"/participant?participant={row.participant_id}")

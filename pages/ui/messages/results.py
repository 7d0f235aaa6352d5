"""Results that nobody has told yet: choose some or all, and write to them."""

import streamlit as st

from core.access import Person
from core.clock import today
from core.messages import results
from core.messages.results import AT_MOST, Untold
from core.workflow.programmes import cards
from db.enums import Channel
from pages.ui import people
from pages.ui.choice import choice, pick
from pages.ui.clinics.contact_form import CHANNEL
from pages.ui.clinics.places import places
from pages.ui.frame import filters, nothing_here
from pages.ui.i18n import _, day, days, language, n_
from pages.ui.session import did, read
from pages.ui.tables import Column, Row, table, two
from pages.ui.words import DECISION, PROGRAMME

CHANNELS = (Channel.letter, Channel.email, Channel.text)


def show(user: Person) -> None:
    """The oldest first; the row opens the history."""
    with filters():
        programme = choice("programme", _("Programme"), {one: _(PROGRAMME[one]) for one in sorted(cards(), reverse=True)})
        site = pick("site", _("Site"), places(user))
        place = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="right")
    found = read(results.untold, user, programme, site_id=int(site) if site else None, page=people.page(), size=people.SIZE)
    if not found.rows:
        nothing_here(_("Every result of the last months has been told."), _("Decided exams without a letter or a message appear here."))
        return
    st.markdown(n_("**{n} result** has not been told.", "**{n} results** have not been told.", found.total))
    rows, height = [_row(one) for one in found.rows], "calc(100vh - 370px)"
    picked = table("untold", _columns(), rows, label=_("Results to tell"), selectable=True, height=height)
    people.pages(found.total)
    chosen = [int(row) for row in picked.selected]
    with place:
        _write(user, programme, int(site) if site else None, chosen, found.total)
    if picked.opened:
        who = next(one.participant_id for one in found.rows if str(one.exam_id) == picked.opened)
        st.switch_page("pages/coordinator/record.py", query_params={"participant": str(who)})


def _write(user: Person, programme: str, site: int | None, chosen: list[int], total: int) -> None:
    channel = st.segmented_control(
        _("As"), CHANNELS, default=Channel.letter, format_func=lambda one: _(CHANNEL[Channel(one)]), label_visibility="collapsed"
    )
    n = len(chosen) or min(total, AT_MOST)
    if st.button(n_("Write {n} message", "Write {n} messages", n), type="primary", icon=":material/mail:") and did(
        results.tell, user, programme, Channel(channel or Channel.letter), language(), exam_ids=chosen or None, site_id=site,
        done=_("The mailing is made; letters wait to be printed, e-mails go out by themselves."),
    ):  # fmt: skip
        st.rerun()


def _columns() -> list[Column]:
    return [
        Column("who", _("Participant"), "strong", "240px", link=True),
        Column("exam", _("Exam"), "text", "130px", "nowrap"),
        Column("decision", _("Decision"), "text", "220px"),
        Column("decided", _("Decided"), "text", "190px"),
        Column("due", _("Next date"), "text", "140px", "nowrap"),
        Column("site", _("Site"), "muted"),
    ]


def _row(one: Untold) -> Row:
    waited = (today() - one.decided).days
    cells = {
        "who": two(one.name, one.number), "exam": day(one.exam_date), "decision": two(_(DECISION[one.decision]), one.category),
        "decided": two(day(one.decided), days(waited), "red" if waited > 14 else ""), "due": day(one.due), "site": one.site_name,
    }  # fmt: skip
    return Row(str(one.exam_id), cells, href=f"/record?participant={one.participant_id}", tone="attention" if waited > 14 else "")

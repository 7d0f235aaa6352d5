"""One mailing: its messages, trying again, and what leaves the house as a file."""

import streamlit as st

from core.access import Person
from core.messages import outgoing, state
from core.messages.state import MailingLine
from db.enums import Channel, DeliveryStep
from pages.ui import people
from pages.ui.choice import choice
from pages.ui.clinics.contact_form import CHANNEL
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import LANGUAGES, _, moment, n_
from pages.ui.messages import listing
from pages.ui.messages.words import STATE, TEMPLATE
from pages.ui.session import act, did, read
from pages.ui.tables import table
from pages.ui.words import PROGRAMME, word

D = DeliveryStep
FILE = "mailing-file"
MAKES = {"csv": outgoing.merge_table, "gateway": outgoing.gateway_table}


def show(user: Person, mailing_id: int) -> None:
    """The messages, those that failed first; the caller has checked the role, `core` checks the site."""
    line = read(state.mailing, user, mailing_id)
    st.page_link("pages/coordinator/messages.py", label=_("All mailings"), icon=":material/arrow_back:")
    about = f"{_(PROGRAMME[line.card_id])} · {_(CHANNEL[line.channel])}, {LANGUAGES[line.language]} · {line.site_name} · {moment(line.at)}"
    with head(word(TEMPLATE, line.template), f"{_failed(line)}{about} · {line.author}"):
        _deeds(user, line)
    _files(user, line)
    with filters():
        words = {"": _("All"), **{step.value: _(STATE[step]) for step in listing.ORDER}}
        counts = {"": line.total, **{step.value: line.counts[step] for step in listing.ORDER}}
        chosen = choice("state", _("State"), words, counts=counts)
    found = read(state.items, user, mailing_id, step=D(chosen) if chosen else None, page=people.page(), size=people.SIZE)
    if not found.rows:
        nothing_here(_("No message is in this state."))
        return
    rows, height = listing.item_rows(found.rows), "calc(100vh - 380px)"
    picked = table(f"items-{mailing_id}", listing.item_columns(), rows, label=_("Messages"), height=height)
    people.pages(found.total)
    if picked.opened:
        st.switch_page("pages/coordinator/record.py", query_params={"participant": picked.opened})


def _failed(line: MailingLine) -> str:
    n = line.counts[D.failed]
    return f":red-badge[▲ {n_('{n} message failed', '{n} messages failed', n)}] " if n else ""


def _deeds(user: Person, line: MailingLine) -> None:
    if line.counts[D.failed]:
        label = n_("Try {n} message again", "Try {n} messages again", line.counts[D.failed])
        if st.button(label, icon=":material/refresh:") and did(state.retry, user, line.id, done=_("They are tried again.")):
            st.rerun()
    if line.channel != Channel.email and line.counts[D.prepared]:
        label = _("They are posted") if line.channel == Channel.letter else _("The gateway has them")
        if st.button(label, icon=":material/check:", type="primary") and did(
            state.gone_out, user, line.id, done=_("They stand in the contact log as sent.")
        ):
            st.rerun()


def _files(user: Person, line: MailingLine) -> None:
    """A file is made when somebody asks for it, and who asked stands in the audit trail."""
    with st.container(horizontal=True):
        if st.button(_("Make the mail-merge table"), icon=":material/table:"):
            _keep(user, line, "csv")
        if line.channel == Channel.text and st.button(_("Make the gateway table"), icon=":material/sms:"):
            _keep(user, line, "gateway")
        going = line.counts[D.prepared] + line.counts[D.sent]
        if line.channel == Channel.letter and going:
            parts = -(-going // outgoing.LETTERS_AT_ONCE)
            for part in range(parts):
                label = _("Make the letters") if parts == 1 else _("Make the letters, part {part} of {parts}", part=part + 1, parts=parts)
                if st.button(label, icon=":material/picture_as_pdf:", key=f"letters-{part}"):
                    _keep(user, line, "pdf", part)
        made = st.session_state.get(FILE)
        if made and made[0] == line.id:
            _id, name, mime, data = made
            label = _("Download {name}", name=name)
            st.download_button(label, data, name, mime, icon=":material/download:", type="primary", on_click="ignore")


def _keep(user: Person, line: MailingLine, form: str, part: int = 0) -> None:
    with st.spinner(_("One moment"), show_time=True):
        made = act(outgoing.letters, user, line.id, part=part) if form == "pdf" else act(MAKES[form], user, line.id)
    if made is not None:
        ending, mime = ("pdf", "application/pdf") if form == "pdf" else ("csv", "text/csv")
        more = f"-{part + 1}" if part else ""
        st.session_state[FILE] = (line.id, f"firstlight-mailing-{line.id}-{form}{more}.{ending}", mime, made)

"""Mailings as a list, and the messages of one: what failed comes first, with its reason."""

from collections.abc import Iterable

from core.messages.state import ItemLine, MailingLine
from db.enums import DeliveryStep
from pages.ui.clinics.contact_form import CHANNEL
from pages.ui.i18n import LANGUAGES, _, moment, n_, show
from pages.ui.messages.words import TEMPLATE, state_chip
from pages.ui.queue import TONES
from pages.ui.tables import Column, Row, chip, two
from pages.ui.words import PROGRAMME, word

D = DeliveryStep
ORDER = (D.failed, D.prepared, D.withheld, D.sent)


def state_line(found: Iterable[MailingLine], total: int, mail_is_on: bool) -> str:
    failed = sum(one.counts[D.failed] for one in found)
    parts = [f":red-badge[▲ {n_('{n} message failed', '{n} messages failed', failed)}]"] if failed else []
    parts.append(n_("**{n} mailing**.", "**{n} mailings**.", total))
    if not mail_is_on:
        parts.append(f":gray[{_('No mail server is set up: e-mails wait until an administrator names one.')}]")
    return " ".join(parts)


def columns() -> list[Column]:
    return [
        Column("what", _("Mailing"), "strong", "270px", link=True),
        Column("programme", _("Programme"), "chip", "100px"),
        Column("how", _("As"), "text", "150px"),
        Column("states", _("Messages"), "chip"),
        Column("at", _("Written"), "text", "180px"),
        Column("site", _("Site"), "muted", "210px"),
    ]


def rows(found: Iterable[MailingLine]) -> list[Row]:
    return [_row(one) for one in found]


def _row(one: MailingLine) -> Row:
    cells = {
        "what": two(word(TEMPLATE, one.template), _("version {version}", version=one.version)),
        "programme": chip(_(PROGRAMME[one.card_id]), TONES.get(one.card_id, "gray")),
        "how": two(_(CHANNEL[one.channel]), LANGUAGES.get(one.language, one.language)),
        "states": [state_chip(step, one.counts[step]) for step in ORDER if one.counts[step]],
        "at": two(moment(one.at), one.author),
        "site": one.site_name,
    }
    return Row(str(one.id), cells, href=f"/messages?mailing={one.id}", tone="action" if one.counts[D.failed] else "")


def item_columns() -> list[Column]:
    return [
        Column("who", _("Participant"), "strong", "260px", link=True),
        Column("state", _("State"), "chip", "140px"),
        Column("why", _("Reason")),
        Column("at", _("Since"), "text", "180px", "nowrap"),
    ]


def item_rows(found: Iterable[ItemLine]) -> list[Row]:
    return [
        Row(
            str(one.participant_id),
            {"who": two(one.name, one.number), "state": state_chip(one.step), "why": show(one.reason), "at": moment(one.at)},
            href=f"/record?participant={one.participant_id}",
            tone="action" if one.step == D.failed else "",
        )
        for one in found
    ]  # fmt: skip

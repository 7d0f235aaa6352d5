"""A mailing as it leaves the house on paper or by a gateway: the mail-merge table, the texts, and all letters in one PDF."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from core import audit
from core.access import Person
from core.clock import now
from core.errors import Rejected
from core.exchange.content import Block, Content, Section, Signature, Text
from core.exchange.letter import spoken
from core.exchange.letters import pdf
from core.exchange.tabular import csv_bytes
from core.messages import mailings, state
from core.messages.mailings import Addressee, mailing_of
from core.messages.template import Message, frame
from core.tongue import Tongue
from core.words import N_
from db.enums import Channel, DeliveryStep
from db.tables import Mailing, MailingItem

LETTERS_AT_ONCE = 500
WHO = ("number", "name", "address_1", "address_2", "address_3", "address_4", "email", "phone", "language")
GOES = (DeliveryStep.prepared, DeliveryStep.sent)
FIELDS = ("when", "place", "invited_on", "exam_date", "due")


def merge_table(session: Session, person: Person, mailing_id: int) -> bytes:
    """One row for each message that goes out: number, name, address, the fields and the finished text; UTF-8, nothing runs as a formula."""
    one = mailing_of(session, person, mailing_id)
    header = [
        "number",
        "name",
        "address_1",
        "address_2",
        "address_3",
        "address_4",
        "email",
        "phone",
        "language",
        *FIELDS,
        "subject",
        "text",
    ]
    rows = [_row(one, item, who, message) for item, who, message in _messages(session, one)]
    audit.record(session, person, "mailing_exported", "mailing", mailing_id, site_id=one.site_id, form="csv", items=len(rows))
    return csv_bytes(header, rows)


def gateway_table(session: Session, person: Person, mailing_id: int) -> bytes:
    """Phone number and text of each message, as text gateways take it; UTF-8 without formulas."""
    one = mailing_of(session, person, mailing_id)
    if one.channel != Channel.text:
        raise Rejected(N_("Only texts go to a gateway"))
    rows = [(who.details.phone, message.words, f"firstlight-{item.id}") for item, who, message in _messages(session, one)]
    audit.record(session, person, "mailing_exported", "mailing", mailing_id, site_id=one.site_id, form="gateway", items=len(rows))
    return csv_bytes(("phone", "text", "reference"), rows)


def letters(session: Session, person: Person, mailing_id: int, *, part: int = 0) -> bytes:
    """The letters that go out as one PDF, each on a page of its own; `part` counts parts of 500 letters."""
    one = mailing_of(session, person, mailing_id)
    wanted = _messages(session, one, start=part * LETTERS_AT_ONCE, size=LETTERS_AT_ONCE)
    if not wanted:
        raise Rejected(N_("No letter of this mailing goes out"))
    made = pdf([content(message, who, one.language) for _, who, message in wanted], at=now())
    audit.record(session, person, "mailing_exported", "mailing", mailing_id, site_id=one.site_id, form="pdf", items=len(wanted))
    return made


def content(message: Message, who: Addressee, language: str) -> Content:
    """One letter as a page draws it, the address above the words."""
    around = frame(language)
    foot = around.foot.format(template=message.template, version=message.version)
    address = "\n".join((spoken(who.name), *who.details.address))
    head = [Text(address), Text(f"{who.number} · {Tongue(language).day(now().date())}", quiet=True)]
    closing: list[Block] = [Text(message.close), Signature(message.sender)] if message.close else []
    return Content(
        language=language, title=message.subject, subtitle="", running=who.site, foot=foot, page=around.page,
        warnings=[around.demonstration] if who.invented else [], letter=True,
        sections=[Section("", head), Section("", [Text(part) for part in message.paragraphs]), Section("", closing)],
    )  # fmt: skip


def _messages(session: Session, one: Mailing, *, start: int = 0, size: int | None = None) -> list[tuple[MailingItem, Addressee, Message]]:
    """The messages that go out or went out, in order; somebody who died or opted out since is left out."""
    ids = sorted(item for step in GOES for item in state.in_state(session, one.id or 0, step))[start : start + size if size else None]
    items = _items(session, ids)
    people = mailings.addressees(session, [item.participant_id for item in items], one.channel, one.card_id)
    going = [(item, people[item.participant_id]) for item in items if people[item.participant_id].why_not is None]
    return [(item, who, mailings.write(one.template, one.language, one.channel, one.card_id, who, item.said)) for item, who in going]


def _items(session: Session, ids: Sequence[int]) -> list[MailingItem]:
    found: list[MailingItem] = []
    for start in range(0, len(ids), 1000):
        rows = select(MailingItem).where(col(MailingItem.id).in_(ids[start : start + 1000]))
        found += session.exec(rows.order_by(col(MailingItem.id)))
    return found


def _row(one: Mailing, item: MailingItem, who: Addressee, message: Message) -> list[str]:
    lines = [*who.details.address, "", "", "", ""][:4]
    if len(who.details.address) > 4:
        lines[3] = ", ".join(who.details.address[3:])
    fields = [str(item.said.get(name, "")) for name in FIELDS]
    return [
        who.number, spoken(who.name), *lines, who.details.email, who.details.phone, one.language, *fields, message.subject,
        message.words,
    ]  # fmt: skip

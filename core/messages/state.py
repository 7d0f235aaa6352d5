"""Where each message of a mailing stands: the step of its last delivery, with the reason where it was not sent."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, Rejected
from core.messages.mailings import mailing_of
from core.sealing import unseal
from core.words import N_, Sentence
from core.workflow.participants import Page
from db.enums import Channel, DeliveryStep
from db.tables import Contact, Delivery, Mailing, MailingItem, Participant, Site, User

D = DeliveryStep
LIFE_DAYS = 60
"""After which nothing of a mailing is sent any more: its words may have become untrue."""


@dataclass(frozen=True)
class MailingLine:
    """A mailing with the number of its messages by state; `prepared` ones have not left the house."""

    id: int
    at: datetime
    author: str
    site_id: int
    site_name: str
    card_id: str
    template: str
    version: str
    language: str
    channel: Channel
    counts: Counter[DeliveryStep] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class ItemLine:
    """One message; `reason` says why it was not sent, or why it has not been sent yet."""

    id: int
    participant_id: int
    name: str
    number: str
    synthetic: bool
    step: DeliveryStep
    reason: Sentence | None
    at: datetime


def mailings(session: Session, person: Person, *, page: int = 0, size: int = 50) -> Page[MailingLine]:
    """The mailings of the person's sites, the newest first."""
    person.must(Act.work_queue)
    mine = col(Mailing.site_id).in_(person.sites(Act.work_queue))
    total = session.exec(select(func.count()).select_from(Mailing).where(mine)).one()
    rows = select(Mailing, User.name, Site.name).join(User, col(User.id) == Mailing.author_id).join(Site, col(Site.id) == Mailing.site_id)
    found = session.exec(rows.where(mine).order_by(col(Mailing.id).desc()).offset(page * size).limit(size)).all()
    counts = _counts(session, [mailing.id or 0 for mailing, _, _ in found])
    return Page(tuple(_line(*row, counts.get(row[0].id or 0, Counter())) for row in found), total)


def mailing(session: Session, person: Person, mailing_id: int) -> MailingLine:
    """One mailing; NotAllowed outside the person's sites."""
    one = mailing_of(session, person, mailing_id)
    names = session.get_one(User, one.author_id).name, session.get_one(Site, one.site_id).name
    return _line(one, *names, _counts(session, [mailing_id]).get(mailing_id, Counter()))


def items(
    session: Session, person: Person, mailing_id: int, *, step: DeliveryStep | None = None, page: int = 0, size: int = 50
) -> Page[ItemLine]:
    """The messages of a mailing, those that failed first, then those that were withheld."""
    mailing_of(session, person, mailing_id)
    rows = select(MailingItem, Delivery, Participant).join(Delivery, col(Delivery.item_id) == MailingItem.id)
    rows = rows.join(Participant, col(Participant.id) == MailingItem.participant_id).where(col(Delivery.id).in_(_newest([mailing_id])))
    if step is not None:
        rows = rows.where(Delivery.step == step)
    counts = _counts(session, [mailing_id]).get(mailing_id, Counter())
    total = counts[step] if step is not None else sum(counts.values())
    order = (col(Delivery.step) != D.failed, col(Delivery.step) != D.withheld, col(MailingItem.id))
    found = session.exec(rows.order_by(*order).offset(page * size).limit(size))
    return Page(tuple(_item(*row) for row in found), total)


def retry(session: Session, person: Person, mailing_id: int, item_ids: Collection[int] | None = None) -> int:
    """Prepare the failed messages once more, all or these; how many."""
    one = mailing_of(session, person, mailing_id)
    if one.at < now() - timedelta(days=LIFE_DAYS):
        raise Rejected(N_("This mailing is older than {days} days; write a new one"), days=LIFE_DAYS)
    failed = [item_id for item_id in in_state(session, mailing_id, D.failed) if item_ids is None or item_id in item_ids]
    if not failed:
        raise Conflict(N_("Nothing of this mailing has failed, or somebody tried it again already"))
    session.add_all(Delivery(item_id=one_id, step=D.prepared, at=now()) for one_id in failed)
    audit.record(session, person, "mailing_tried_again", "mailing", mailing_id, site_id=one.site_id, items=len(failed))
    return len(failed)


def gone_out(session: Session, person: Person, mailing_id: int) -> int:
    """Letters were posted, or the texts handed to the gateway: every prepared message counts as sent and stands in the contact log."""
    one = mailing_of(session, person, mailing_id)
    if one.channel == Channel.email:
        raise Rejected(N_("E-mails are sent by the program; nobody needs to say so"))
    session.exec(select(Mailing.id).where(Mailing.id == mailing_id).with_for_update()).one()
    prepared = in_state(session, mailing_id, D.prepared)
    if not prepared:
        raise Conflict(N_("Nothing of this mailing waits to go out, or somebody said so already"))
    rows = session.exec(select(MailingItem).where(col(MailingItem.id).in_(prepared))).all()
    for item in rows:
        note_sent(session, one, item, person.user_id)
    audit.record(session, person, "mailing_sent", "mailing", mailing_id, site_id=one.site_id, items=len(rows))
    return len(rows)


def note_sent(session: Session, one: Mailing, item: MailingItem, author_id: int | None) -> None:
    """A message has left the house: its delivery, and the line of the contact log."""
    contact = Contact(participant_id=item.participant_id, episode_id=item.episode_id, channel=one.channel, at=now())
    contact.mailing_id, contact.author_id = one.id, author_id
    session.add(contact)
    session.add(Delivery(item_id=item.id or 0, step=D.sent, at=contact.at))


def in_state(session: Session, mailing_id: int, step: DeliveryStep) -> list[int]:
    """The ids of the messages of a mailing whose last delivery is this step, in order."""
    rows = select(col(Delivery.item_id)).where(col(Delivery.id).in_(_newest([mailing_id])), Delivery.step == step)
    return list(session.exec(rows.order_by(col(Delivery.item_id))))


def _newest(mailing_ids: Collection[int]) -> SelectOfScalar[int | None]:
    newest = select(func.max(Delivery.id)).join(MailingItem, col(MailingItem.id) == Delivery.item_id)
    return newest.where(col(MailingItem.mailing_id).in_(mailing_ids)).group_by(col(Delivery.item_id))


def _counts(session: Session, mailing_ids: Collection[int]) -> dict[int, Counter[DeliveryStep]]:
    rows = select(col(MailingItem.mailing_id), col(Delivery.step), func.count()).join(Delivery, col(Delivery.item_id) == MailingItem.id)
    rows = rows.where(col(Delivery.id).in_(_newest(mailing_ids))).group_by(col(MailingItem.mailing_id), col(Delivery.step))
    found: dict[int, Counter[DeliveryStep]] = {}
    for mailing_id, step, n in session.exec(rows):
        found.setdefault(mailing_id, Counter())[step] = n
    return found


def _item(item: MailingItem, last: Delivery, who: Participant) -> ItemLine:
    return ItemLine(
        id=item.id or 0, participant_id=who.id or 0, name=unseal(who.name_sealed), number=who.number, synthetic=who.synthetic,
        step=last.step, reason=Sentence.from_json(last.reason), at=last.at,
    )  # fmt: skip


def _line(one: Mailing, author: str, site: str, counts: Counter[DeliveryStep]) -> MailingLine:
    return MailingLine(
        id=one.id or 0, at=one.at, author=author, site_id=one.site_id, site_name=site, card_id=one.card_id, template=one.template,
        version=one.template_version, language=one.language, channel=one.channel, counts=counts,
    )  # fmt: skip

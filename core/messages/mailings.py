"""Mailings: messages of one template made together. What one says is kept as values; name and address are put in when it leaves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.batches import batches
from core.clock import now, today
from core.cohorts.contact_details import ContactDetails
from core.cohorts.standing import standing
from core.errors import NotAllowed, Rejected
from core.exchange.letter import spoken
from core.messages import reach
from core.messages.template import Message, render, template, version_of
from core.sealing import unseal
from core.tongue import Tongue
from core.words import N_, Sentence
from db.enums import Channel, DeliveryStep
from db.tables import Delivery, Mailing, MailingItem, Participant, Site

AT_ONCE = 1000
MOMENTS = frozenset({"when"})
DAYS = frozenset({"exam_date", "due", "invited_on"})


@dataclass(frozen=True)
class Plan:
    """Which words, how they go out, and the language for those who have not said theirs."""

    card_id: str
    template: str
    channel: Channel
    language: str = "en"


@dataclass(frozen=True)
class Recipient:
    """Who is written to, about which round, with the values of the template: moments and days in ISO form, other text as it stands."""

    participant_id: int
    episode_id: int | None = None
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Addressee:
    """A participant as a message needs them; the name stands open here, so it stays in memory only."""

    id: int
    name: str
    number: str
    site_id: int
    site: str
    invented: bool
    details: ContactDetails
    why_not: Sentence | None


def make(session: Session, person: Person, plan: Plan, recipients: Sequence[Recipient]) -> tuple[int, ...]:
    """One mailing for each site and language; their ids. Rejected, naming the field, when one message could not be written in full."""
    if not recipients:
        raise Rejected(N_("Nobody is left to write to"))
    people = addressees(session, [one.participant_id for one in recipients], plan.channel, plan.card_id)
    groups: dict[tuple[int, str], list[Recipient]] = {}
    for one in recipients:
        who = people[one.participant_id]
        person.must(Act.work_queue, who.site_id)
        language = who.details.language or plan.language
        if who.why_not is None:
            write(plan.template, language, plan.channel, plan.card_id, who, one.said)
        groups.setdefault((who.site_id, language), []).append(one)
    return tuple(_made(session, person, plan, *key, some, people) for key, some in sorted(groups.items(), key=lambda group: group[0]))


def addressees(session: Session, ids: Collection[int], channel: Channel, card_id: str, on: date | None = None) -> dict[int, Addressee]:
    """These participants with the reason why one is not to be written to; the caller has scoped them to sites."""
    day = on or today()
    stands, known = standing(session, ids, day), reach.details(session, ids, day)
    found = {}
    for some in batches(sorted(set(ids)), AT_ONCE):
        rows = select(Participant, Site.name).join(Site, col(Site.id) == Participant.site_id).where(col(Participant.id).in_(some))
        for row, site in session.exec(rows):
            details = known.get(row.id or 0, ContactDetails())
            found[row.id or 0] = Addressee(
                row.id or 0, unseal(row.name_sealed), row.number, row.site_id, site, row.synthetic, details,
                reach.withheld(channel, stands[row.id or 0], card_id, details, invented=row.synthetic),
            )  # fmt: skip
    if len(found) != len(set(ids)):
        raise NotAllowed(N_("This participant is not at one of your sites."))
    return found


def write(template_id: str, language: str, channel: Channel, card_id: str, who: Addressee, said: Mapping[str, Any]) -> Message:
    """The message to one participant; Rejected naming the field that is not known."""
    tongue = Tongue(language)
    values = {"name": spoken(who.name), "site": who.site}
    for key, value in said.items():
        if key in MOMENTS:
            values[key] = tongue.moment(datetime.fromisoformat(str(value)))
        elif key in DAYS:
            values[key] = tongue.day(date.fromisoformat(str(value)))
        else:
            values[key] = str(value)
    return render(template_id, language, channel, card_id, values, category=str(said.get("category", "")))


def mailing_of(session: Session, person: Person, mailing_id: int) -> Mailing:
    """A mailing at a site where the person works."""
    found = select(Mailing).where(Mailing.id == mailing_id, col(Mailing.site_id).in_(person.sites(Act.work_queue)))
    mailing = session.exec(found).first()
    if mailing is None:
        raise NotAllowed(N_("This mailing is not at one of the sites where you work."))
    return mailing


def _made(
    session: Session, person: Person, plan: Plan, site_id: int, language: str, some: Sequence[Recipient], people: Mapping[int, Addressee]
) -> int:
    template(plan.template, language)
    mailing = Mailing(
        site_id=site_id, card_id=plan.card_id, template=plan.template, language=language, channel=plan.channel, author_id=person.user_id,
        template_version=version_of(plan.template, language, plan.channel, plan.card_id), at=now(),
    )  # fmt: skip
    session.add(mailing)
    session.flush()
    items = [
        {"mailing_id": mailing.id, "participant_id": one.participant_id, "episode_id": one.episode_id, "said": dict(one.said)}
        for one in some
    ]
    ids = session.scalars(insert(MailingItem).returning(col(MailingItem.id), sort_by_parameter_order=True), items).all()
    session.execute(insert(Delivery), [_first(item_id, people[one.participant_id]) for item_id, one in zip(ids, some, strict=True)])
    audit.record(session, person, "mailing_made", "mailing", mailing.id, site_id=site_id, template=plan.template, items=len(ids))
    return mailing.id or 0


def _first(item_id: int | None, who: Addressee) -> dict[str, Any]:
    if who.why_not is None:
        return {"item_id": item_id, "step": DeliveryStep.prepared, "reason": "", "at": now()}
    return {"item_id": item_id, "step": DeliveryStep.withheld, "reason": who.why_not.to_json(), "at": now()}

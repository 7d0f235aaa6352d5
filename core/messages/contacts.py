"""The log of every attempt to reach a participant, whoever made it. Nothing in it is ever changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.cohorts.standing import entries
from core.errors import NotAllowed, Rejected
from core.words import N_
from db.enums import Channel
from db.tables import Contact, Episode, Exam, Mailing, Participant, Recall, User

NEEDS_ANSWER = (Channel.phone, Channel.in_person)
"""Where the one who tried knows whether somebody was reached."""


@dataclass(frozen=True)
class ContactLine:
    """One attempt; `template` names the message where it was one, `by` is "" for the system."""

    id: int
    channel: Channel
    reached: bool | None
    note: str
    at: datetime
    by: str
    template: str
    recall_id: int | None


def record(
    session: Session, person: Person, participant_id: int, channel: Channel, *, reached: bool | None = None, note: str = "",
    episode_id: int | None = None, recall_id: int | None = None,
) -> Contact:  # fmt: skip
    """Add an attempt; a call or a visit must say whether the participant was reached."""
    participant = _mine(session, person, participant_id, Act.work_queue)
    if channel in NEEDS_ANSWER and reached is None:
        raise Rejected(N_("Say whether the participant was reached"))
    _theirs(session, participant_id, episode_id, recall_id)
    contact = Contact(
        participant_id=participant_id, episode_id=episode_id, recall_id=recall_id, channel=channel, reached=reached,
        note=note.strip()[:500], author_id=person.user_id, at=now(),
    )  # fmt: skip
    session.add(contact)
    session.flush()
    audit.record(session, person, "contact_recorded", "participant", participant_id, site_id=participant.site_id, contact=contact.id)
    return contact


def log(session: Session, person: Person, participant_id: int) -> tuple[ContactLine, ...]:
    """Every attempt to reach a participant, the newest first; NotAllowed outside the person's sites."""
    _mine(session, person, participant_id, Act.see_participants)
    rows = select(Contact, User.name, Mailing.template).join(User, col(User.id) == Contact.author_id, isouter=True)
    rows = rows.join(Mailing, col(Mailing.id) == Contact.mailing_id, isouter=True)
    rows = rows.where(col(Contact.participant_id).in_(entries(session, participant_id)))
    return tuple(
        ContactLine(one.id or 0, one.channel, one.reached, one.note, one.at, name or "", used or "", one.recall_id)
        for one, name, used in session.exec(rows.order_by(col(Contact.at).desc(), col(Contact.id).desc()))
    )


def _mine(session: Session, person: Person, participant_id: int, act: Act) -> Participant:
    found = select(Participant).where(Participant.id == participant_id, col(Participant.site_id).in_(person.sites(act)))
    participant = session.exec(found).first()
    if participant is None:
        raise NotAllowed(N_("This participant is not at one of your sites."))
    return participant


def _theirs(session: Session, participant_id: int, episode_id: int | None, recall_id: int | None) -> None:
    """A contact about a round or a recall is about one of this participant."""
    episode = select(Episode.participant_id).where(Episode.id == episode_id)
    recall = select(Episode.participant_id).join(Exam, col(Exam.episode_id) == Episode.id).join(Recall, col(Recall.exam_id) == Exam.id)
    for asked, rows in ((episode_id, episode), (recall_id, recall.where(Recall.id == recall_id))):
        if asked is not None and session.exec(rows).first() != participant_id:
            raise Rejected(N_("This round or recall belongs to another participant"))

"""Attempts to reach a participant, as the contact log keeps them."""

from sqlmodel import Session

from core.access import Person
from core.clock import now
from db.enums import Channel
from db.tables import Contact


def record(
    session: Session, person: Person, participant_id: int, channel: Channel, *, reached: bool | None, note: str,
    episode_id: int | None = None, recall_id: int | None = None,
) -> None:  # fmt: skip
    """Write one attempt into the contact log."""
    session.add(
        Contact(
            participant_id=participant_id, episode_id=episode_id, recall_id=recall_id, channel=channel, reached=reached,
            note=note.strip()[:500], author_id=person.user_id, at=now(),
        )
    )  # fmt: skip
    session.flush()

"""Contact details: sealed, kept as history, refused where they cannot be any."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.access import Person
from core.clock import today
from core.cohorts import contact_details
from core.cohorts.contact_details import ContactDetails
from core.errors import NotAllowed, Rejected
from db.engine import transaction
from db.enums import Role
from db.tables import AuditEvent, ParticipantFact
from tests.build import a_participant, a_person, a_site

DETAILS = ContactDetails(("12 Mill Lane", "AB1 2CD Northfield"), "jane@example.org", "+44 20 7946 0000", "en")


@pytest.fixture
def carl(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator)


def test_they_lie_open_nowhere_and_come_back_as_they_were(carl: Person) -> None:
    with transaction() as session:
        who = a_participant(session).id or 0
        assert contact_details.enter(session, carl, who, DETAILS)
        assert contact_details.of(session, carl, [who], today()) == {who: DETAILS}
        stored = str(session.exec(select(ParticipantFact)).one().model_dump()) + str(session.exec(select(AuditEvent.detail)).all())
        assert not any(word in stored for word in ("Mill", "jane@", "7946"))


def test_a_move_leaves_the_old_address_in_the_history(carl: Person) -> None:
    with transaction() as session:
        who = a_participant(session).id or 0
        contact_details.enter(session, carl, who, DETAILS, today() - timedelta(days=100))
        assert not contact_details.enter(session, carl, who, DETAILS)
        contact_details.enter(session, carl, who, ContactDetails(("1 New Road",)))
        assert contact_details.of(session, carl, [who], today())[who].address == ("1 New Road",)
        assert contact_details.of(session, carl, [who], today() - timedelta(days=1))[who] == DETAILS
        assert contact_details.of(session, carl, [who], today() - timedelta(days=101)) == {}


@pytest.mark.parametrize(
    ("details", "words"),
    [
        (ContactDetails(email="jane at example"), "no e-mail address"),
        (ContactDetails(phone="call me"), "no phone number"),
        (ContactDetails(language="tlh"), "no language"),
        (ContactDetails(address=("x" * 101,)), "at most 8 lines"),
    ],
)
def test_what_cannot_be_one_is_refused(carl: Person, details: ContactDetails, words: str) -> None:
    with transaction() as session, pytest.raises(Rejected, match=words):
        contact_details.enter(session, carl, a_participant(session).id or 0, details)


def test_they_end_at_the_sites(carl: Person) -> None:
    with transaction() as session:
        who = a_participant(session, site=a_site(session, "SOUTH", name="South")).id or 0
        with pytest.raises(NotAllowed):
            contact_details.of(session, carl, [who], today())
        with pytest.raises(NotAllowed):
            contact_details.enter(session, carl, who, DETAILS)

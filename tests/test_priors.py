"""Earlier exams: which there are, which can be shown, and nothing of them that would tell what is held back of the present one."""

import pytest
from sqlmodel import Session

from core.access import Person
from core.errors import NotAllowed
from core.workflow.priors import ai_of_prior, chosen, earlier_exam_ids, priors, reads_of_prior
from db.engine import transaction
from db.enums import Role
from db.tables import Exam
from tests.build import a_decision, a_participant, a_person, a_read, a_run, a_site, an_episode, an_exam


def three_rounds(session: Session, *, programme: str = "lung") -> tuple[Person, list[Exam]]:
    """The present exam, one of a year ago without images, one of two years ago with images; a stranger's; one of the other programme."""
    who = a_participant(session)
    exams = [
        an_exam(session, participant=who, programme=programme, days_ago=days, images=images)
        for days, images in ((1, 4), (366, 0), (731, 4))
    ]
    an_exam(session, programme=programme, days_ago=400)
    an_exam(session, participant=who, programme="breast" if programme == "lung" else "lung", days_ago=400)
    return a_person(session), exams


def test_earlier_exams_come_newest_first_with_images_or_why_not(database: str) -> None:
    with transaction() as session:
        doctor, (now, year, two_years) = three_rounds(session)
        a_decision(session, two_years, doctor, category="3", days_ago=730)
        found = priors(session, doctor, now.id or 0)
        assert [one.exam_id for one in found] == [year.id, two_years.id]
        assert [one.days_before for one in found] == [365, 730]
        assert [one.category for one in found] == [None, "3"]
        assert str(found[0].why_not) == "This exam has no images here"
        assert found[1].with_images
        assert earlier_exam_ids(session, now.id or 0) == [two_years.id]
        assert priors(session, doctor, two_years.id or 0) == ()


def test_the_latest_with_images_is_offered_and_another_can_be_chosen(database: str) -> None:
    with transaction() as session:
        doctor, (now, year, two_years) = three_rounds(session)
        found = priors(session, doctor, now.id or 0)
        assert chosen(found) == found[1]
        assert chosen(found, two_years.id) == found[1]
        assert chosen(found, year.id) == found[1]  # it has no images
        assert chosen(found, 99999) == found[1]
        assert chosen(found, 0) is None
        assert chosen(found[:1]) is None


def test_the_first_exam_of_the_round_is_a_prior_of_its_second(database: str) -> None:
    with transaction() as session:
        who = a_participant(session)
        round_ = an_episode(session, who)
        first, second = an_exam(session, round_, days_ago=2), an_exam(session, round_, days_ago=2)
        second.follows_exam_id = first.id
        session.add(second)
        session.flush()
        found = priors(session, a_person(session), second.id or 0)
        assert [(one.exam_id, one.same_round) for one in found] == [(first.id, True)]
        assert priors(session, a_person(session, "dora"), first.id or 0) == ()


def test_nobody_sees_exams_of_another_site(database: str) -> None:
    with transaction() as session:
        _, (now, *_) = three_rounds(session)
        stranger = a_person(session, "olaf", site=a_site(session, "SOUTH"))
        with pytest.raises(NotAllowed, match="not at one of your sites"):
            priors(session, stranger, now.id or 0)
        with pytest.raises(NotAllowed):
            ai_of_prior(session, stranger, now.id or 0, now.id or 0)


def test_a_coordinator_sees_which_exams_there_are_and_no_images(database: str) -> None:
    with transaction() as session:
        _, (now, *_) = three_rounds(session)
        found = priors(session, a_person(session, "cora", role=Role.coordinator), now.id or 0)
        assert [str(one.why_not) for one in found] == ["Images are shown to doctors of this site"] * 2


def test_an_earlier_ai_result_waits_for_its_decision(database: str) -> None:
    with transaction() as session:
        doctor, (now, _, two_years) = three_rounds(session)
        run = a_run(session, two_years, nodules=((6.0, 0.2),))
        a_read(session, two_years, doctor, category="3", days_ago=730)
        found, reason = ai_of_prior(session, doctor, now.id or 0, two_years.id or 0)
        assert found is None
        assert "not been decided" in str(reason)
        assert reads_of_prior(session, doctor, now.id or 0, two_years.id or 0) == ()
        a_decision(session, two_years, doctor, category="3", days_ago=730)
        found, reason = ai_of_prior(session, doctor, now.id or 0, two_years.id or 0)
        assert reason is None
        assert found is not None
        assert found.run_id == run.id
        assert [read.category for read in reads_of_prior(session, doctor, now.id or 0, two_years.id or 0)] == ["3"]
        with pytest.raises(NotAllowed, match="no earlier exam"):
            ai_of_prior(session, doctor, two_years.id or 0, now.id or 0)


def test_a_blind_reader_sees_no_ai_mark_of_an_earlier_exam_either(database: str) -> None:
    """Mammography is read blind: last round's mark at the same place would tell what is held back."""
    with transaction() as session:
        doctor, (now, _, two_years) = three_rounds(session, programme="breast")
        a_run(session, two_years)
        a_decision(session, two_years, doctor, days_ago=730)
        found, reason = ai_of_prior(session, doctor, now.id or 0, two_years.id or 0)
        assert found is None
        assert str(reason) == "AI hidden until you decide"

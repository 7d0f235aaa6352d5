"""A sitting: one case at a time, never one that the reader had before, nothing reserved beyond it, and progress that cannot drift."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from core.access import Person
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.workflow import claims, prior_requests, sessions, triage
from core.workflow.programmes import programme_row
from core.workflow.reading_list import take_first
from core.workflow.sessions import Sitting
from db.engine import transaction
from db.enums import PriorStep, Role, SessionStepKind
from db.tables import AiPolicy, Claim, Exam, Read, ReadingSession, ReadingSessionStep, ReadUndone
from tests.build import a_decision, a_person, a_read, a_run, a_site, ago, an_exam


def begin(person: Person, card_id: str | None = None, size: int = 25) -> int:
    with transaction() as session:
        return sessions.start(session, person, card_id, size).sitting_id


def take(person: Person, sitting: int) -> int | None:
    with transaction() as session:
        return sessions.next_case(session, person, sitting)


def progress(person: Person, sitting: int) -> Sitting:
    with transaction() as session:
        return sessions.sitting(session, person, sitting)


def sign(session: Session, person: Person, exam_id: int, *, seconds: float = 40) -> Read:
    """A read signed now that took so long; the claim ends with it, as signing does."""
    claims.drop(session, exam_id)
    at = now()
    read = Read(
        exam_id=exam_id, reader_id=person.user_id, category="2", decision="routine_recall", saw_ai=False,
        opened_at=at - timedelta(seconds=seconds), committed_at=at,
    )  # fmt: skip
    session.add(read)
    session.flush()
    return read


def read_next(person: Person, sitting: int, *, seconds: float = 40) -> int | None:
    exam_id = take(person, sitting)
    if exam_id is not None:
        with transaction() as session:
            sign(session, person, exam_id, seconds=seconds)
    return exam_id


def some_exams(count: int, programme: str = "breast") -> list[int]:
    """Exams received on consecutive days, the oldest first; all younger than the age at which a case is moved up."""
    with transaction() as session:
        return [an_exam(session, programme=programme, days_ago=4 - k * 0.1).id or 0 for k in range(count)]


@pytest.fixture
def dana(database: str) -> Person:
    with transaction() as session:
        return a_person(session)


def test_cases_come_one_at_a_time_and_the_oldest_first(dana: Person) -> None:
    exams = some_exams(3)
    sitting = begin(dana)
    assert take(dana, sitting) == exams[0]
    with transaction() as session:
        assert [claim.exam_id for claim in session.exec(select(Claim))] == [exams[0]]
    assert [read_next(dana, sitting) for _ in range(4)] == [*exams, None]


def test_the_case_in_hand_stays_until_something_became_of_it(dana: Person) -> None:
    exams = some_exams(2)
    sitting = begin(dana)
    assert [take(dana, sitting), take(dana, sitting)] == [exams[0]] * 2
    assert progress(dana, sitting).in_hand == exams[0]


def test_an_urgent_case_comes_before_an_older_one(dana: Person) -> None:
    with transaction() as session:
        older, urgent = an_exam(session, days_ago=3), an_exam(session, days_ago=1)
        a_run(session, older, step=1)
        a_run(session, urgent, step=10)
    assert take(dana, begin(dana, "lung")) == urgent.id


def test_a_case_that_waits_too_long_comes_first_where_the_ai_is_hidden(dana: Person) -> None:
    with transaction() as session:
        old, strong = an_exam(session, programme="breast", days_ago=11), an_exam(session, programme="breast", days_ago=1)
        a_run(session, strong, step=10)
    sitting = begin(dana)
    assert [read_next(dana, sitting), read_next(dana, sitting)] == [old.id, strong.id]


def test_nobody_is_handed_a_case_that_they_read(dana: Person) -> None:
    exams = some_exams(2)
    with transaction() as session:
        a_read(session, session.get_one(Exam, exams[0]), dana)
    sitting = begin(dana)
    assert [read_next(dana, sitting), take(dana, sitting)] == [exams[1], None]


def test_the_other_reader_gets_the_second_read(dana: Person) -> None:
    exams = some_exams(1)
    with transaction() as session:
        emil = a_person(session, "emil")
        a_read(session, session.get_one(Exam, exams[0]), dana)
    assert take(emil, begin(emil)) == exams[0]


def test_skipping_leaves_the_case_to_others_and_it_does_not_come_back(dana: Person) -> None:
    exams = some_exams(2)
    with transaction() as session:
        emil = a_person(session, "emil")
    sitting = begin(dana)
    first = take(dana, sitting) or 0
    with transaction() as session:
        sessions.skip(session, dana, sitting, first)
    assert [read_next(dana, sitting), take(dana, sitting)] == [exams[1], None]
    assert take(emil, begin(emil)) == exams[0]
    assert take(dana, begin(dana, "breast")) is None, "Emil has it"


def test_a_skipped_case_can_be_opened_again_on_purpose(dana: Person) -> None:
    exams = some_exams(2)
    sitting = begin(dana)
    with transaction() as session:
        sessions.skip(session, dana, sitting, sessions.next_case(session, dana, sitting) or 0)
    assert take(dana, sitting) == exams[1]
    with transaction() as session:
        sessions.open_again(session, dana, sitting, exams[0])
    assert progress(dana, sitting).in_hand == exams[0]
    with transaction() as session:
        assert [claim.exam_id for claim in session.exec(select(Claim))] == [exams[0]], "the other was given back"
        emil = a_person(session, "emil")
    with transaction() as session, pytest.raises(Rejected, match="no such case to take up again"):
        sessions.open_again(session, dana, sitting, 999)
    with transaction() as session:
        sign(session, dana, exams[0])
    assert take(dana, sitting) == exams[1], "it was given back and waits again"
    with transaction() as session:
        sessions.skip(session, dana, sitting, exams[1])
        claims.claim(session, emil, exams[1])
    with transaction() as session, pytest.raises(Conflict, match="another reader has it"):
        sessions.open_again(session, dana, sitting, exams[1])


def test_putting_off_takes_the_case_from_everybody_until_it_is_undone(dana: Person) -> None:
    exams = some_exams(1)
    with transaction() as session:
        emil = a_person(session, "emil")
    sitting, other = begin(dana), begin(emil)
    take(dana, sitting)
    with transaction() as session:
        sessions.deferred(session, dana, sitting, exams[0], "Wants a colleague's view", now() + timedelta(days=2))
    assert take(emil, other) is None
    with transaction() as session:
        claims.resume(session, dana, exams[0])
    assert take(emil, other) == exams[0]
    assert (progress(dana, sitting).deferred, progress(dana, sitting).skipped) == (1, 0)


def test_asking_for_earlier_images_blocks_the_case_for_everybody(dana: Person) -> None:
    exams = some_exams(1)
    with transaction() as session:
        emil, carl = a_person(session, "emil"), a_person(session, "carl", role=Role.coordinator)
    sitting = begin(dana)
    take(dana, sitting)
    with transaction() as session:
        sessions.priors_requested(session, dana, sitting, exams[0], "Mammograms of 2023")
    other = begin(emil)
    assert [take(dana, sitting), take(emil, other)] == [None, None]
    assert progress(dana, sitting).priors_requested == 1
    with transaction() as session:
        prior_requests.enter(session, carl, exams[0], PriorStep.not_available)
    assert take(emil, other) == exams[0]


def test_a_claim_runs_out_and_the_case_returns(dana: Person) -> None:
    exams = some_exams(1)
    with transaction() as session:
        emil = a_person(session, "emil")
    mine, his = begin(dana), begin(emil)
    assert [take(dana, mine), take(emil, his)] == [exams[0], None]
    with transaction() as session:
        session.exec(select(Claim)).one().expires_at = ago(0.001)
    assert take(emil, his) == exams[0]
    assert take(dana, mine) is None
    with transaction() as session, pytest.raises(Conflict, match="Emil Test already has this case"):
        claims.claim(session, dana, exams[0])


@pytest.mark.parametrize(("policy", "minutes"), [(None, 30), (7, 7)])
def test_a_claim_holds_as_long_as_the_policy_of_the_case_says(dana: Person, policy: int | None, minutes: int) -> None:
    with transaction() as session:
        if policy is not None:
            programme = programme_row(session, "breast").id or 0
            row = {"version": 1, "kind": "after_read", "valid_from": ago(9), "settings": {"claim_minutes": policy}}
            session.add(AiPolicy(programme_id=programme, **row))
    some_exams(1)
    take(dana, begin(dana))
    with transaction() as session:
        claim = session.exec(select(Claim)).one()
    assert round((claim.expires_at - claim.claimed_at).total_seconds()) == minutes * 60


def test_what_is_next_is_not_reserved(dana: Person) -> None:
    exams = some_exams(3)
    with transaction() as session:
        emil = a_person(session, "emil")
    sitting = begin(dana)
    take(dana, sitting)
    with transaction() as session:
        assert sessions.upcoming(session, dana, sitting) == exams[1]
        assert len(session.exec(select(Claim)).all()) == 1
    assert take(emil, begin(emil)) == exams[1]
    with transaction() as session:
        assert sessions.upcoming(session, dana, sitting) == exams[2]
        sign(session, dana, exams[0])
    assert take(dana, sitting) == exams[2]


def test_what_was_loaded_ahead_is_taken_at_once_unless_it_no_longer_waits(dana: Person) -> None:
    exams = some_exams(4)
    lung = some_exams(1, "lung")[0]
    with transaction() as session:
        emil = a_person(session, "emil")
    sitting, his = begin(dana, "breast"), begin(emil)

    def after(ahead: int) -> int | None:
        with transaction() as session:
            taken = sessions.next_case(session, dana, sitting, ahead)
            sessions.skip(session, dana, sitting, taken or 0)
        return taken

    assert after(exams[2]) == exams[2], "the list may have changed; what is loaded is shown"
    assert after(exams[2]) == exams[0], "it was skipped"
    assert take(emil, his) == lung
    assert after(lung) == exams[1], "it is of another programme, and Emil has it"
    with transaction() as session:
        claims.defer(session, emil, exams[3], "Later", now() + timedelta(days=1))
        assert sessions.next_case(session, dana, sitting, exams[3]) is None


def test_a_case_that_was_read_by_two_since_the_list_was_made_is_not_handed_out(dana: Person) -> None:
    exams = some_exams(2)
    with transaction() as session:
        emil, fay = a_person(session, "emil"), a_person(session, "fay")
        for reader in (emil, fay):
            sign(session, reader, exams[0])
        assert take_first(session, dana, exams) == exams[1]
        assert take_first(session, emil, [exams[0]]) is None


def test_a_sitting_ends_after_as_many_cases_as_asked_for(dana: Person) -> None:
    exams = some_exams(4)
    sitting = begin(dana, size=3)
    assert read_next(dana, sitting) == exams[0]
    with transaction() as session:
        sessions.skip(session, dana, sitting, sessions.next_case(session, dana, sitting) or 0)
    take(dana, sitting)
    with transaction() as session:
        assert sessions.upcoming(session, dana, sitting) is None, "the third is the last"
    read_next(dana, sitting)
    seen = progress(dana, sitting)
    assert (seen.done, seen.size, seen.read, seen.skipped, seen.full) == (3, 3, 2, 1, True)
    assert take(dana, sitting) is None
    assert begin(dana, size=3) != sitting, "a full sitting is followed by another one"


def test_a_read_that_is_taken_back_is_not_counted_and_the_case_is_in_hand_again(dana: Person) -> None:
    exams = some_exams(2)
    sitting = begin(dana)
    take(dana, sitting)
    with transaction() as session:
        read = sign(session, dana, exams[0])
    assert progress(dana, sitting).read == 1
    with transaction() as session:
        session.add(ReadUndone(read_id=read.id or 0, author_id=dana.user_id, at=now()))
    seen = progress(dana, sitting)
    assert (seen.read, seen.in_hand, seen.seconds_per_read) == (0, exams[0], None)
    assert take(dana, sitting) == exams[0]


def test_time_per_read_is_the_median_and_an_interrupted_read_is_not_timed(dana: Person) -> None:
    some_exams(4)
    sitting = begin(dana)
    for seconds in (30, 50, 100, 601):
        read_next(dana, sitting, seconds=seconds)
    seen = progress(dana, sitting)
    assert (seen.read, seen.seconds_per_read, seen.interrupted) == (4, 50, 1)
    assert seen.reading_minutes == 3
    assert set(seen.exams.values()) == {SessionStepKind.read}


def test_a_double_click_starts_one_sitting_and_another_programme_another(dana: Person) -> None:
    first = begin(dana, "breast")
    assert begin(dana, "breast") == first
    second = begin(dana, "lung")
    assert second != first
    assert progress(dana, first).ended_at is not None
    with transaction() as session:
        present = sessions.current(session, dana)
    assert present is not None
    assert (present.sitting_id, present.programme) == (second, "lung")


def test_a_sitting_left_open_is_over_the_next_day(dana: Person) -> None:
    sitting = begin(dana)
    with transaction() as session:
        session.get_one(ReadingSession, sitting).started_at = ago(0.6)
    with transaction() as session:
        assert sessions.current(session, dana) is None
    assert begin(dana) != sitting


def test_ending_a_sitting_gives_the_case_in_hand_back(dana: Person) -> None:
    exams = some_exams(1)
    with transaction() as session:
        emil = a_person(session, "emil")
    sitting = begin(dana)
    take(dana, sitting)
    with transaction() as session:
        ended = sessions.finish(session, dana, sitting)
        assert sessions.finish(session, dana, sitting) == ended
    assert take(emil, begin(emil)) == exams[0]
    with pytest.raises(Conflict, match="has ended"):
        take(dana, sitting)


def test_only_the_case_in_hand_can_be_skipped_or_put_off(dana: Person) -> None:
    exams = some_exams(2)
    sitting = begin(dana)
    take(dana, sitting)
    with transaction() as session, pytest.raises(Conflict, match="not the case in hand"):
        sessions.skip(session, dana, sitting, exams[1])


def test_a_sitting_is_its_readers_own(dana: Person) -> None:
    some_exams(1)
    with transaction() as session:
        emil, carl = a_person(session, "emil"), a_person(session, "carl", role=Role.coordinator)
    sitting = begin(dana)
    with pytest.raises(NotAllowed, match="not yours"):
        take(emil, sitting)
    with pytest.raises(NotAllowed):
        begin(carl)
    with pytest.raises(Rejected, match="sitting of 0 cases"):
        begin(dana, size=0)


def test_cases_of_other_sites_are_never_handed_out(dana: Person) -> None:
    with transaction() as session:
        from tests.build import a_participant

        an_exam(session, participant=a_participant(session, site=a_site(session, "SOUTH")))
    assert take(dana, begin(dana)) is None


def test_decided_cases_and_cases_still_arriving_are_not_handed_out(dana: Person) -> None:
    with transaction() as session:
        an_exam(session, days_ago=0.001, complete=False)
        a_decision(session, an_exam(session), dana)
    assert take(dana, begin(dana)) is None


def test_readers_who_ask_at_the_same_moment_never_get_the_same_case(database: str) -> None:
    some_exams(12)
    with transaction() as session:
        people = [a_person(session, f"reader{k}") for k in range(6)]
    sittings = [begin(person) for person in people]

    def twice(place: int) -> list[int | None]:
        return [read_next(people[place], sittings[place]), take(people[place], sittings[place])]

    with ThreadPoolExecutor(6) as pool:
        got = [exam_id for pair in pool.map(twice, range(6)) for exam_id in pair]
    with transaction() as session:
        in_hand = [claim.exam_id for claim in session.exec(select(Claim))]
    assert None not in got
    assert len(in_hand) == len(set(in_hand)) == 6
    opened = [(step.session_id, step.exam_id) for step in steps()]
    assert len(opened) == len(set(opened)) == 12


def steps() -> list[ReadingSessionStep]:
    with transaction() as session:
        return list(session.exec(select(ReadingSessionStep)).all())


def test_the_reading_list_and_the_button_for_the_next_case_agree(dana: Person) -> None:
    exams = some_exams(2)
    with transaction() as session:
        assert triage.claim_next(session, dana) == exams[0]

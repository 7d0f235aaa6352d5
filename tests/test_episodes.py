"""Rounds of a participant: legal steps only, each with its time and author, and rounds that count up."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from core.access import Person
from core.clock import now
from core.errors import Conflict, Rejected
from core.workflow import episodes
from core.workflow.episodes import NEXT, append, current, open_episode, unread_round
from db.engine import transaction
from db.enums import EpisodeStep, ProgrammeDecision, RecallStep, Role
from db.tables import EpisodeEvent
from tests.build import a_decision, a_participant, a_person, a_recall, ago, an_episode, an_exam

S = EpisodeStep


def test_a_round_from_invitation_to_close(database: str) -> None:
    with transaction() as session:
        dana = a_person(session)
        episode = open_episode(session, a_participant(session).id or 0, "lung", ago(30))
        assert current(session, episode.id or 0) is None
        for step in (S.invited, S.did_not_attend, S.attended, S.imaged, S.read, S.recalled, S.assessed, S.closed):
            append(session, episode.id or 0, step, ago(10), dana.user_id, "noted")
            assert current(session, episode.id or 0) == step
        events = session.exec(select(EpisodeEvent)).all()
    assert {(event.author_id, event.note) for event in events} == {(dana.user_id, "noted")}


@pytest.mark.parametrize(
    ("before", "after"), [((S.invited,), S.read), ((S.imaged,), S.recalled), ((S.imaged, S.closed), S.read), ((), S.assessed)]
)
def test_an_illegal_step_names_from_and_to(database: str, before: tuple[S, ...], after: S) -> None:
    with transaction() as session:
        episode = an_episode(session, steps=before)
        words = f"is {episodes.WORDS[before[-1] if before else None]}; it cannot become {episodes.WORDS[after]}"
        with pytest.raises(Conflict, match=words):
            append(session, episode.id or 0, after, now(), None)


def test_the_table_names_every_step_and_every_round_can_end() -> None:
    assert set(NEXT) == {None, *S} == set(episodes.WORDS)
    assert all(S.closed in following for step, following in NEXT.items() if step not in (None, S.closed))
    assert NEXT[S.closed] == frozenset()


def test_nothing_happens_in_the_future(database: str) -> None:
    with transaction() as session:
        episode = an_episode(session, steps=())
        with pytest.raises(Rejected, match="future"):
            append(session, episode.id or 0, S.invited, ago(-2), None)


def test_rounds_count_for_each_programme_alone(database: str) -> None:
    with transaction() as session:
        jane, ann = a_participant(session), a_participant(session)
        rounds = [
            an_episode(session, who, programme=card).round
            for who, card in ((jane, "lung"), (jane, "lung"), (jane, "breast"), (ann, "lung"))
        ]
    assert rounds == [1, 2, 1, 1]


def test_new_images_belong_to_the_round_that_waits_for_them(database: str) -> None:
    with transaction() as session:
        jane = a_participant(session)
        assert unread_round(session, jane.id or 0, "lung") is None
        episode = an_episode(session, jane, steps=(S.invited,))
        for step in (S.attended, S.imaged):
            found = unread_round(session, jane.id or 0, "lung")
            assert found is not None
            assert found.id == episode.id
            append(session, episode.id or 0, step, now(), None)
        append(session, episode.id or 0, S.read, now(), None)
        assert unread_round(session, jane.id or 0, "lung") is None
        assert unread_round(session, jane.id or 0, "breast") is None


@pytest.mark.parametrize(("kind", "same"), [(ProgrammeDecision.technical_recall, True), (ProgrammeDecision.short_term_recall, False)])
def test_images_after_a_technical_recall_belong_to_the_same_round(database: str, kind: ProgrammeDecision, same: bool) -> None:
    with transaction() as session:
        dana, jane = a_person(session), a_participant(session)
        exam = an_exam(session, an_episode(session, jane, steps=(S.imaged, S.read, S.recalled)))
        a_recall(session, a_decision(session, exam, dana, decision=kind))
        assert (unread_round(session, jane.id or 0, "lung") is not None) == same


def test_once_a_technical_recall_is_closed_new_images_are_a_new_round(database: str) -> None:
    with transaction() as session:
        dana, jane = a_person(session), a_participant(session)
        exam = an_exam(session, an_episode(session, jane, steps=(S.imaged, S.read, S.recalled)))
        decision = a_decision(session, exam, dana, decision=ProgrammeDecision.technical_recall)
        a_recall(session, decision, steps=(RecallStep.opened, RecallStep.declined, RecallStep.closed))
        assert unread_round(session, jane.id or 0, "lung") is None


def test_of_two_people_at_once_the_second_is_told_who_recorded_what(database: str) -> None:
    with transaction() as session:
        maria, carl = (a_person(session, login, role=Role.coordinator) for login in ("maria", "carl"))
        episode_id = an_episode(session, steps=(S.invited,)).id or 0

    def attempt(who: Person, step: S) -> str:
        try:
            with transaction() as session:
                append(session, episode_id, step, now(), who.user_id)
            return "recorded"
        except Conflict as late:
            return str(late)

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(attempt, (maria, carl), (S.attended, S.did_not_attend)))
    assert said.count("recorded") == 1
    first, word = ("Maria Test", "attended") if said[0] == "recorded" else ("Carl Test", "did not attend")
    assert any(one.startswith(f"{first} already recorded “{word}”") for one in said)


def test_a_step_that_may_be_repeated_is_refused_to_who_has_not_seen_the_last_one(database: str) -> None:
    with transaction() as session:
        maria, carl = (a_person(session, login, role=Role.coordinator) for login in ("maria", "carl"))
        episode = open_episode(session, a_participant(session).id or 0, "lung", ago(30))
        seen = append(session, episode.id or 0, S.invited, ago(20), None).id
        append(session, episode.id or 0, S.invited, now(), maria.user_id, seen=seen)
        with pytest.raises(Conflict, match="Maria Test already recorded “invited”"):
            append(session, episode.id or 0, S.invited, now(), carl.user_id, seen=seen)

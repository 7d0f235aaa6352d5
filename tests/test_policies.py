"""Reading policies: who may set them, what they bind, what they refuse, and that no older case ever changes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from core.clock import now
from core.errors import NotAllowed, Rejected
from core.workflow import policies, reading
from core.workflow.opinion import Opinion
from core.workflow.policies import ReadingPolicy
from core.workflow.programmes import card
from core.workflow.state import CaseState
from db.engine import snapshot, transaction
from db.enums import ProgrammeDecision, Role
from db.tables import AiPolicy, AuditEvent, Decision, Episode, Programme
from tests.build import a_person, a_policy, a_read, a_run, a_site, ago, an_exam

MASAI = ReadingPolicy(shows="after_read", role="triage", readers=2)


def test_without_another_policy_the_card_s_own_is_in_force(database: str) -> None:
    with snapshot() as session:
        lung, breast = policies.in_force(session, "lung"), policies.in_force(session, "breast")
    assert (lung.version, lung.shows, lung.readers, lung.finalise_minutes) == (0, "beside", 1, 0)
    assert (breast.shows, breast.readers, breast.arbitration, breast.finalise_minutes) == ("after_read", 2, "discordant_only", 60)


def test_a_manager_puts_a_policy_in_force_for_what_arrives_from_now_on(database: str) -> None:
    with transaction() as session:
        mia = a_person(session, "mia", role=Role.manager)
        before = an_exam(session, programme="breast", days_ago=1)
        put = policies.put_in_force(session, mia, "breast", MASAI)
        after = an_exam(session, programme="breast", days_ago=0)
        assert policies.policy_of(session, before) == card("breast").reading
        assert policies.policy_of(session, after) == put == replace(MASAI, version=1)
        assert "policy_set" in session.exec(select(AuditEvent.action)).all()
        told = policies.history(session, mia, "breast")
    assert [(line.policy.version, line.author, line.in_force) for line in told] == [(1, "Mia Test", True), (0, None, False)]


def test_a_policy_of_tomorrow_waits_and_one_of_yesterday_is_refused(database: str) -> None:
    with transaction() as session:
        mia = a_person(session, "mia", role=Role.manager)
        policies.put_in_force(session, mia, "lung", MASAI, now() + timedelta(days=1))
        assert policies.in_force(session, "lung").version == 0
        assert policies.in_force(session, "lung", now() + timedelta(days=2)).version == 1
        with pytest.raises(Rejected, match="has passed"):
            policies.put_in_force(session, mia, "lung", MASAI, now() - timedelta(minutes=1))


def test_a_policy_change_never_rewrites_an_older_case(database: str) -> None:
    """A read and an agreed case stay what they were, whatever comes into force afterwards."""
    with transaction() as session:
        anna, bert, mia = a_person(session, "anna"), a_person(session, "bert"), a_person(session, "mia", role=Role.manager)
        agreed, once = an_exam(session, programme="breast"), an_exam(session, programme="breast")
        for exam in (agreed, once):
            a_run(session, exam, step=1)
        for person in (anna, bert):
            a_read(session, agreed, person, days_ago=0.01)
        a_read(session, once, anna, days_ago=0.01)
        before = [reading.case(session, bert, exam.id or 0).state for exam in (agreed, once)]
        policies.put_in_force(session, mia, "breast", replace(MASAI, arbitration="all_non_normal", finalise_minutes=0))
        policies.put_in_force(session, mia, "breast", ReadingPolicy(shows="beside", readers=1, finalise_minutes=0))
        after = [reading.case(session, bert, exam.id or 0) for exam in (agreed, once)]
    assert before == [one.state for one in after] == [CaseState.awaiting_finalisation, CaseState.awaiting_second_read]
    assert [one.ai for one in after] == [None, None]


def test_cases_made_under_an_earlier_card_keep_it(database: str) -> None:
    with transaction() as session:
        exam = an_exam(session, programme="breast")
        old = Programme(card_id="breast", card_version="1.0", created_at=ago(100))
        session.add(old)
        session.flush()
        session.get_one(Episode, exam.episode_id).programme_id = old.id or 0
        session.flush()
        found = policies.policy_of(session, exam)
    assert (found.shows, found.readers, found.finalise_minutes) == ("beside", 1, 0)


def test_what_a_stored_version_does_not_say_is_as_the_card_says(database: str) -> None:
    with transaction() as session:
        a_policy(session, "breast", "beside", arbitration="all_recalls")
        found = policies.policy_of(session, an_exam(session, programme="breast"))
    assert (found.version, found.shows, found.arbitration, found.readers) == (1, "beside", "all_recalls", 2)


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (ReadingPolicy(shows="sometimes"), "shows is sometimes; choose one of off, after_read, beside"),  # type: ignore[arg-type]
        (ReadingPolicy(readers=3), "readers is 3; choose one of 1, 2"),  # type: ignore[arg-type]
        (ReadingPolicy(finalise_minutes=-1), "finalise_minutes is -1; give a whole number from 0 to 1440"),
        (ReadingPolicy(double_from_step=11), "double_from_step is 11"),
        (ReadingPolicy(shows="off", role="triage"), "The AI is off and cannot take part"),
        (ReadingPolicy(shows="beside", role="second_reader"), "cannot be the second reader"),
        (ReadingPolicy(role="rule_out", rule_out_to_step=5, safety_net_from_step=5), "has to begin above"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_by_name(database: str, policy: ReadingPolicy, words: str) -> None:
    with transaction() as session:
        mia = a_person(session, "mia", role=Role.manager)
        with pytest.raises(Rejected, match=words):
            policies.put_in_force(session, mia, "breast", policy)
        assert session.exec(select(AiPolicy)).all() == []


def test_only_a_manager_of_every_site_that_it_binds_sets_a_policy(database: str) -> None:
    with transaction() as session:
        dana = a_person(session, "dana")
        invented = a_site(session, "DEMO", name="Invented", synthetic=True)
        demo = a_person(session, "demo", role=Role.manager, site=invented)
        assert policies.put_in_force(session, a_person(session, "mia", role=Role.manager), "lung", MASAI).version == 1
        a_site(session, "SOUTH", name="South clinic")
        half = a_person(session, "half", role=Role.manager)
        for person in (dana, demo, half):
            with pytest.raises(NotAllowed):
                policies.put_in_force(session, person, "lung", MASAI)
        with pytest.raises(NotAllowed):
            policies.history(session, dana, "lung")


@pytest.mark.parametrize(("step", "decided"), [(9, True), (10, False), (None, False)])
def test_under_triage_as_in_masai_one_read_is_enough_up_to_score_nine(database: str, step: int | None, decided: bool) -> None:
    with transaction() as session:
        a_policy(session, "breast", "after_read", role="triage", finalise_minutes=0)
        anna, bert = a_person(session, "anna"), a_person(session, "bert")
        exam = an_exam(session, programme="breast", images=4)
        if step is not None:
            a_run(session, exam, step=step)
        normal = Opinion("1", ProgrammeDecision.routine_recall)
        reading.submit(session, anna, exam.id or 0, normal, saw_ai=False, run_id=None, opened_at=now())
        assert bool(session.exec(select(Decision)).first()) is decided
        seen = reading.case(session, bert, exam.id or 0)
    assert seen.can_read is not decided
    if not decided:  # the second reader must not learn the score from the fact that a second read is wanted
        assert (seen.state, seen.because, seen.ai) == (CaseState.awaiting_first_read, None, None)

"""The simulator replays only independent reads, says what it leaves out, and weighs policies as counting by hand does."""

from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from core.access import Person
from core.clock import today
from core.errors import NotAllowed
from core.metrics import panel as panels
from core.metrics import simulate
from core.metrics.consequences import Costs, Replay, Truth, weigh
from core.metrics.panel import panel_of
from core.metrics.simulate import Policy, reads_of
from core.simulation import masai, policies, stored, studies
from core.simulation.answer import Question, answer
from core.simulation.policies import todays, weighed
from core.simulation.stored import Stored
from core.workflow.period import periods
from db.engine import snapshot, transaction
from db.enums import OutcomeKind, ProgrammeDecision, Role
from db.tables import Exam, Read, Reveal, Site
from tests.build import a_decision, a_model, a_participant, a_person, a_policy, a_read, a_run, a_site, a_user, ago, an_episode, an_exam
from tests.cohort_build import an_outcome_after

D = ProgrammeDecision
NORMAL, RECALL, TECHNICAL = (D.routine_recall, "1"), (D.assessment, "0"), (D.technical_recall, "0")


@pytest.fixture
def manager(database: str, monkeypatch: pytest.MonkeyPatch) -> Person:
    monkeypatch.setattr(stored, "FEWEST", 1)
    with transaction() as session:
        return a_person(session, "manager", role=Role.manager)


def read_twice(
    session: Session, first: Any = NORMAL, second: Any = NORMAL, decided: Any = None, *, step: int | None = 3, days_ago: float = 500,
    cancer_after: int | None = None, saw_ai: bool = False, site: Site | None = None,
) -> Exam:  # fmt: skip
    """A mammogram read by two, decided as said (as the first when not said), with a score."""
    person = a_participant(session, site=site)
    exam = an_exam(session, an_episode(session, person, programme="breast", days_ago=days_ago), days_ago=days_ago, images=0)
    readers = [a_user(session, f"reader-{exam.id}-{place}") for place in (1, 2)]
    for reader, (decision, category) in zip(readers, (first, second), strict=True):
        a_read(session, exam, reader, decision=decision, category=category, days_ago=days_ago - 1, saw_ai=saw_ai)
    decision, category = decided or first
    a_decision(session, exam, readers[0], decision=decision, category=category, days_ago=days_ago - 2)
    if step is not None:
        a_run(session, exam, step=step, version=a_model(session, "mammography"))
    if cancer_after is not None:
        an_outcome_after(session, exam, OutcomeKind.cancer, after=cancer_after, known_after=cancer_after)
    return exam


def found(manager: Person, **wanted: Any) -> Stored:
    with snapshot() as session:
        return stored.stored(session, manager, card_id="breast", start=date(1900, 1, 1), end=today(), **wanted)


def reasons(one: Stored) -> dict[str, int]:
    return {line.reason: line.exams for line in one.left_out}


def test_every_exam_that_cannot_be_replayed_is_counted_under_its_reason(manager: Person) -> None:
    with transaction() as session:
        read_twice(session)
        read_twice(session, RECALL, NORMAL, RECALL, cancer_after=20)
        read_twice(session, days_ago=100)
        read_twice(session, TECHNICAL, TECHNICAL)
        read_twice(session, TECHNICAL, NORMAL, NORMAL)
        read_twice(session, RECALL, RECALL, NORMAL)
        read_twice(session, step=None)
        read_twice(session, saw_ai=True)
        once = an_exam(session, an_episode(session, a_participant(session), programme="breast", days_ago=500), days_ago=500, images=0)
        a_read(session, once, a_user(session, "alone"), days_ago=499)
        a_decision(session, once, a_user(session, "alone-2"), days_ago=498)
        an_exam(session, an_episode(session, a_participant(session), programme="breast", days_ago=30), days_ago=30, images=0)
    one = found(manager)
    assert (one.considered, one.exams) == (10, 3)
    assert reasons(one) == {stored.NOT_FINAL: 2, stored.ONCE: 1, stored.LED: 1, stored.REPEAT: 1, stored.CHANGED: 1, stored.UNSCORED: 1}
    assert one.reads is not None
    assert (int(one.reads.followed.sum()), int(one.reads.cancer.sum())) == (2, 1)
    assert sorted(zip(one.reads.first.tolist(), one.reads.second.tolist(), one.reads.decided.tolist(), strict=True)) == [
        (False, False, False), (False, False, False), (True, False, True),
    ]  # fmt: skip


def test_who_was_shown_something_before_signing_is_left_out(manager: Person) -> None:
    with transaction() as session:
        before, after = read_twice(session), read_twice(session)
        for exam, days in ((before, 499.5), (after, 400)):
            reader = a_user(session, f"again-{exam.id}")
            a_read(session, exam, reader, days_ago=499)
            session.add(Reveal(exam_id=exam.id or 0, user_id=reader.id or 0, at=ago(days)))
        seen = read_twice(session)
        saw = {"saw_ai": False, "seen": {"run": None, "priors": [], "reads": [1]}, "opened_at": ago(499), "committed_at": ago(499)}
        reader = a_user(session, "saw")
        session.add(Read(exam_id=seen.id or 0, reader_id=reader.id or 0, category="1", decision=D.routine_recall, **saw))
    assert reasons(found(manager)) == {stored.LED: 2}
    assert found(manager).exams == 1


def test_exams_read_while_the_ai_chose_the_readers_are_left_out(manager: Person) -> None:
    with transaction() as session:
        a_policy(session, "breast", "after_read", days_ago=600, role="none", readers=2)
        a_policy(session, "breast", "after_read", days_ago=450, role="triage")
        a_policy(session, "breast", "after_read", days_ago=420, role="none", readers=2)
        for days in (500, 430, 410):
            read_twice(session, days_ago=days)
    assert reasons(found(manager)) == {stored.BY_AI: 1}
    with snapshot() as session:
        assert todays(session, "breast").kind == "double"


def test_a_change_in_the_database_is_seen_at_once(manager: Person) -> None:
    with transaction() as session:
        read_twice(session)
    assert found(manager).exams == 1
    with transaction() as session:
        read_twice(session)
    assert found(manager).exams == 2


def test_too_few_exams_give_the_reason_and_no_figures(manager: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "FEWEST", 100)
    with transaction() as session:
        read_twice(session)
    with snapshot() as session:
        told = answer(session, manager, Question("breast", periods(today())["all"], Policy("triage")))
    assert told.found is None
    assert "only 1 of 1 exams can be replayed" in str(told.reason)


def test_nobody_simulates_on_the_reads_of_another_site(manager: Person) -> None:
    with transaction() as session:
        south = a_site(session, "SOUTH")
        read_twice(session, site=south)
        south_id = south.id
    assert found(manager).considered == 0
    with snapshot() as session, pytest.raises(NotAllowed):
        answer(session, manager, Question("breast", periods(today())["all"], Policy("triage"), site_id=south_id))


@pytest.mark.parametrize(
    ("settings_", "kind"),
    [
        ({"role": "none", "readers": 1}, "single"),
        ({"role": "second_reader", "recall_from_step": 9}, "ai_second"),
        ({"role": "rule_out"}, "rule_out"),
    ],
)
def test_todays_policy_is_the_one_in_force(manager: Person, settings_: dict[str, Any], kind: str) -> None:
    with transaction() as session:
        a_policy(session, "breast", "after_read", days_ago=5, **settings_)
        policy = todays(session, "breast")
    assert policy.kind == kind
    assert policy.ruled_out_reads == 1
    assert policy.recall_from == settings_.get("recall_from_step", 10)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_panel_is_the_average_over_every_choice_of_readers(data: st.DataObject) -> None:
    said = data.draw(st.lists(st.booleans(), min_size=3, max_size=6))
    step = data.draw(st.integers(1, 10))
    kind: Any = data.draw(st.sampled_from(["single", "double", "triage", "ai_second", "rule_out"]))
    policy = Policy(
        kind, double_from=6, recall_from=6, rule_out_to=3, safety_net_from=8, ruled_out_reads=data.draw(st.sampled_from([0, 1]))
    )
    done = panels.replay(panel_of([0], [0], [sum(said)], [len(said)], [step]), policy)
    by_hand = np.array([_read_by(policy, step, *(said[place] for place in chosen)) for chosen in permutations(range(len(said)), 3)])
    assert [done.reads[0], done.recalled[0], done.arbitrated[0]] == pytest.approx(by_hand.mean(axis=0))


def _read_by(policy: Policy, step: int, first: bool, second: bool, third: bool) -> tuple[int, bool, bool]:
    """(reads, recalled, arbitrated) of one exam by three people in order."""
    double = (2 + (first != second), third if first != second else first, first != second)
    if policy.kind == "single" or (policy.kind == "triage" and step < 6):
        return 1, first, False
    if policy.kind == "ai_second":
        differ = first != (step >= 6)
        return 1 + differ, second if differ else first, differ
    if policy.kind == "rule_out":
        if step <= 3:
            return policy.ruled_out_reads, first and bool(policy.ruled_out_reads), False
        if step >= 8 and not first and not second:
            return 3, third, True
    return double


def test_costs_are_counted_by_hand() -> None:
    done = Replay(np.array([3, 1]), np.array([True, False]), np.array([True, False]), scored=True)
    assert Costs(read=2, arbitration=5, recall=100, ai=0.5).of(done).tolist() == [2 * 2 + 5 + 100 + 0.5, 2 + 0.5]


def test_work_on_invented_reads_is_what_the_formula_says() -> None:
    """n exams, share q at or above the threshold, share d discordant: n (1 + q + q d) reads against n (2 + d)."""
    rng, n, q, d = np.random.default_rng(3), 200_000, 0.1, 0.06
    first = rng.random(n) < 0.04
    second = np.where(rng.random(n) < d, ~first, first)
    step = np.where(rng.random(n) < q, 10, rng.integers(1, 10, n))
    nobody = np.zeros(n, dtype=bool)
    one = simulate.consequences(reads_of(np.arange(n), nobody, first, second, first, step), Policy("triage"), replicates=0)
    assert one.reads_saved is not None
    assert one.reads_saved.value == pytest.approx(1 - (1 + q + q * d) / (2 + d), abs=0.002)


def test_the_check_against_masai_gives_both_counts_and_the_saving() -> None:
    found = masai.check()
    assert (found.control, found.with_ai) == (83_231, 46_345)
    assert found.saved == pytest.approx(1 - 46_345 / 83_231)
    assert found.holds


def test_the_check_fails_when_reads_are_counted_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_one_read_more(reads: Any, policy: Policy) -> Replay:
        done = simulate.replay(reads, policy)
        return Replay(done.reads + (policy.kind == "triage"), done.recalled, done.arbitrated, scored=done.scored)

    monkeypatch.setattr(masai, "replay", with_one_read_more)
    assert not masai.check().holds


def some_reads(n: int = 3000, seed: int = 0) -> simulate.Reads:
    rng = np.random.default_rng(seed)
    cancer = rng.random(n) < 0.02
    first = np.where(cancer, rng.random(n) < 0.8, rng.random(n) < 0.05)
    second = np.where(rng.random(n) < 0.05, ~first, first)
    decided = np.where(first == second, first, rng.random(n) < 0.5)
    step = np.clip(rng.integers(1, 11, n) + 4 * cancer, 1, 10)
    return reads_of(rng.integers(0, n * 3 // 4, n), cancer, first, second, decided, step, rng.random(n) < 0.8)


def test_differences_are_of_the_same_draws_and_add_up() -> None:
    found = weighed(some_reads(), Policy("triage", double_from=8), Policy("double"), Costs(1, 2, 20, 0.3), replicates=300)
    for key, rate in found.chosen.rates.items():
        before = found.today.rates[key]
        assert rate is not None
        assert before is not None
        assert before.change is None
        if rate.change is None:  # no exam is counted otherwise than today
            assert (rate.numerator, rate.interval) == (before.numerator, before.interval), key
            continue
        assert rate.change.value == pytest.approx(rate.interval.value - before.interval.value)
        wide = (rate.interval.high - rate.interval.low) + (before.interval.high - before.interval.low)
        assert rate.change.high - rate.change.low < wide
    assert {key for key, rate in found.chosen.rates.items() if rate and rate.change} >= {"recall", "arbitration", "specificity", "cost"}
    assert found.kinds["triage"] == found.chosen
    assert found.course[8] == found.chosen
    assert found.kinds["double"].reads_saved is not None
    assert found.kinds["double"].reads_saved.value == 0


def test_lower_thresholds_read_more_and_outcomes_count_only_when_followed_up() -> None:
    reads = some_reads()
    found = weighed(reads, Policy("triage"), Policy("double"), Costs(), replicates=0)
    assert [one.reads for one in found.course.values()] == sorted((one.reads for one in found.course.values()), reverse=True)
    assert (found.today.exams, found.today.followed, found.today.cancers) == (
        3000, int(reads.followed.sum()), int((reads.cancer & reads.followed).sum()),
    )  # fmt: skip
    sensitivity = found.today.rates["sensitivity"]
    assert sensitivity is not None
    assert sensitivity.numerator == (reads.decided & reads.cancer & reads.followed).sum()


def test_drawing_kinds_of_people_is_drawing_people() -> None:
    """The same spread as drawing every participant one by one."""
    reads = some_reads(2000, seed=5)
    done = simulate.replay(reads, Policy("single"))
    quick = weigh(reads.truth, {"single": done}, "single", replicates=2000).get("single")
    assert quick is not None
    assert quick.recall is not None
    rng = np.random.default_rng(1)
    people = reads.person.max() + 1
    recalled, exams = np.bincount(reads.person, done.recalled), np.bincount(reads.person)
    shares = []
    for _ in range(2000):
        drawn = rng.integers(0, people, people)
        shares.append(recalled[drawn].sum() / exams[drawn].sum())
    assert (quick.recall.low, quick.recall.high) == pytest.approx(tuple(np.quantile(shares, [0.025, 0.975])), rel=0.05)


def test_none_of_a_few_is_not_shown_as_certain() -> None:
    truth = Truth(np.arange(400), np.ones(400, dtype=bool), np.zeros(400, dtype=bool))
    nobody = np.zeros(400, dtype=bool)
    one, two = Replay(np.ones(400), nobody, nobody), Replay(2 * np.ones(400), nobody, nobody)
    found = weigh(truth, {"one": one, "two": two}, "two")["one"]
    recall = found.rates["recall"]
    assert recall is not None
    assert recall.interval.low == 0
    assert recall.interval.high == pytest.approx(0.0095, abs=5e-4)
    assert recall.change is None
    assert found.sensitivity is None


def test_no_exam_and_no_panel_of_two_are_refused() -> None:
    with pytest.raises(ValueError, match="0 exams"):
        weigh(Truth(np.array([], dtype=int), np.array([], dtype=bool), np.array([], dtype=bool)), {}, "double")
    with pytest.raises(ValueError, match="2 readers; expected at least 3"):
        panel_of([0], [0], [1], [2])


def test_a_study_without_its_table_says_so(manager: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FIRSTLIGHT_SHARED_DATA", str(tmp_path))
    from core.settings import settings as configured

    configured.cache_clear()
    with snapshot() as session:
        told = answer(session, manager, Question("breast", periods(today())["all"], Policy("triage"), "mammography"))
    assert told.found is None
    assert "mammography_reader_study.csv" in str(told.reason)


@pytest.mark.shared_data
def test_the_mammography_study_is_read_breast_by_breast(shared_data: Path) -> None:
    one = studies.study("mammography", threshold=0.1, folder=shared_data / "tables")
    assert (one.readers, len(one.panel.recalls), int(one.panel.truth.cancer.sum())) == (14, 1440, 61)
    assert int(one.panel.truth.person.max()) + 1 == 720
    assert sorted(set(one.panel.step.tolist())) == list(range(1, 11))
    found = weighed(one.panel, Policy("triage", double_from=8), Policy("double"), Costs(), replicates=50)
    assert set(found.kinds) == set(policies.KINDS)
    sure = studies.against_readers("GMIC_top5", folder=shared_data / "tables")
    assert (sure.mean.value, sure.model.value) == pytest.approx((0.779, 0.881), abs=1e-3)


@pytest.mark.shared_data
def test_viper_is_counted_as_in_its_table(shared_data: Path) -> None:
    import pandas as pd

    raw = pd.read_csv(shared_data / "tables" / "viper_reads.csv")
    for key, modality in (("viper_digital", "FFDM"), ("viper_film", "SFM")):
        one = studies.study(key, folder=shared_data / "tables")
        mine = raw[raw.modalityID == modality]
        mine = mine[mine.groupby("caseID").readerID.transform("size") >= 3]
        share = (mine.recall == 1).groupby(mine.caseID).mean()
        ill = mine.groupby("caseID").cancerStatus365.first() == 1
        found = weighed(one.panel, Policy("single"), Policy("double"), Costs(), replicates=0)
        assert found.chosen.exams == mine.caseID.nunique()
        assert found.chosen.sensitivity is not None
        assert found.chosen.specificity is not None
        assert found.chosen.sensitivity.value == pytest.approx(share[ill].mean())
        assert found.chosen.specificity.value == pytest.approx(1 - share[~ill].mean())
        assert set(found.kinds) == {"single", "double"}

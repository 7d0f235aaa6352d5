"""When two opinions are discordant and where a case goes, against tables written by hand (domain/users.md 1.2)."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.workflow.discordance import Verdict, discordant, verdict
from core.workflow.reading_policy import ReadingPolicy
from core.workflow.state import CaseState, Facts, Ground, case_standing
from db.enums import ProgrammeDecision

D = ProgrammeDecision
S = CaseState
N, T, A = D.routine_recall, D.technical_recall, D.assessment
SIGNED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

# Three policies × nine pairs of opinions: 27 routes. "final": the reads agree and the case becomes final; "arbitrate": it does not.
# Pairs of the same decision name the same views and assess each breast alike.
ROUTES = {
    ("discordant_only", N, N): "final", ("discordant_only", N, T): "arbitrate", ("discordant_only", N, A): "arbitrate",
    ("discordant_only", T, N): "arbitrate", ("discordant_only", T, T): "final", ("discordant_only", T, A): "arbitrate",
    ("discordant_only", A, N): "arbitrate", ("discordant_only", A, T): "arbitrate", ("discordant_only", A, A): "final",
    ("all_recalls", N, N): "final", ("all_recalls", N, T): "arbitrate", ("all_recalls", N, A): "arbitrate",
    ("all_recalls", T, N): "arbitrate", ("all_recalls", T, T): "final", ("all_recalls", T, A): "arbitrate",
    ("all_recalls", A, N): "arbitrate", ("all_recalls", A, T): "arbitrate", ("all_recalls", A, A): "arbitrate",
    ("all_non_normal", N, N): "final", ("all_non_normal", N, T): "arbitrate", ("all_non_normal", N, A): "arbitrate",
    ("all_non_normal", T, N): "arbitrate", ("all_non_normal", T, T): "arbitrate", ("all_non_normal", T, A): "arbitrate",
    ("all_non_normal", A, N): "arbitrate", ("all_non_normal", A, T): "arbitrate", ("all_non_normal", A, A): "arbitrate",
}  # fmt: skip

# Two assessments of one breast: whether they differ. A side that is not named is normal where the other side is.
ASSESSED = {
    ("normal", "normal"): False, ("normal", "clinical"): True, ("normal", "abnormal"): True,
    ("clinical", "normal"): True, ("clinical", "clinical"): False, ("clinical", "abnormal"): True,
    ("abnormal", "normal"): True, ("abnormal", "clinical"): True, ("abnormal", "abnormal"): False,
}  # fmt: skip

# The AI as second reader: what the reader decided, what the AI's step stands for (recall from 10 on), and where the case goes.
WITH_AI = {
    (N, 1): "final", (N, 9): "final", (N, 10): "arbitrate", (A, 1): "arbitrate", (A, 9): "arbitrate", (A, 10): "final",
    (T, 1): "arbitrate", (T, 9): "arbitrate", (T, 10): "arbitrate",
    (D.short_term_recall, 9): "arbitrate", (D.short_term_recall, 10): "final",
}  # fmt: skip

# How many persons read, by role and the AI's step (None: no result). MASAI: 1–9 single, 10 double.
WANTED = {
    ("none", None): 2, ("none", 1): 2, ("none", 10): 2,
    ("triage", None): 2, ("triage", 1): 1, ("triage", 9): 1, ("triage", 10): 2,
    ("second_reader", None): 2, ("second_reader", 1): 1, ("second_reader", 10): 1,
    ("rule_out", None): 2, ("rule_out", 1): 1, ("rule_out", 2): 1, ("rule_out", 3): 2, ("rule_out", 10): 2,
}  # fmt: skip

PLAIN = {N: Verdict(N, "1"), T: Verdict(T, "0", views=frozenset({"L-CC"})), A: Verdict(A, "4A", {"L": "abnormal", "R": "normal"})}
FOUR = ("L-CC", "L-MLO", "R-CC", "R-MLO")
SIDES = st.dictionaries(st.sampled_from("LR"), st.sampled_from(["normal", "clinical", "abnormal"]), min_size=1)
VERDICTS = st.one_of(
    st.just(Verdict(N, "1")),
    st.just(Verdict(D.short_term_recall, "3")),
    st.builds(Verdict, st.just(T), st.just("0"), views=st.frozensets(st.sampled_from(FOUR), min_size=1)),
    st.builds(Verdict, st.just(A), st.sampled_from(["0", "4A", "5"]), SIDES),
)


def standing(*reads: Verdict, policy: ReadingPolicy, step: int | None = None) -> CaseState:
    return case_standing(Facts(policy=policy, reads=reads, signed_at=SIGNED if reads else None, step=step)).state


def expected(first: Verdict, second: Verdict, policy: str) -> str:
    """By the tables above: other decisions and alike ones by ROUTES, then views and breasts one by one."""
    key = {D.short_term_recall: A}
    same = first.decision == second.decision
    differs = not same
    if same and first.decision == T:
        differs = any((view in first.views) != (view in second.views) for view in FOUR)
    if same and first.decision == A:
        pairs = [(first.assessments.get(side, "normal"), second.assessments.get(side, "normal")) for side in "LR"]
        differs = any(ASSESSED[pair] for pair in pairs)
    if differs:
        return "arbitrate"
    return ROUTES[policy, key.get(first.decision, first.decision), key.get(second.decision, second.decision)]


TO = {"final": S.awaiting_finalisation, "arbitrate": S.awaiting_arbitration}


def test_the_table_has_every_route() -> None:
    assert set(ROUTES) == set(product(("discordant_only", "all_recalls", "all_non_normal"), (N, T, A), (N, T, A)))


@pytest.mark.parametrize(("policy", "first", "second"), ROUTES)
def test_each_of_the_27_routes(policy: str, first: ProgrammeDecision, second: ProgrammeDecision) -> None:
    found = standing(PLAIN[first], PLAIN[second], policy=ReadingPolicy(readers=2, arbitration=policy))  # type: ignore[arg-type]
    assert found == TO[ROUTES[policy, first, second]]


@pytest.mark.parametrize(("said", "differs"), ASSESSED.items())
@pytest.mark.parametrize("side", ["L", "R"])
def test_two_assessments_are_discordant_when_a_breast_is_assessed_differently(said: tuple[str, str], differs: bool, side: str) -> None:
    other = {"L": "R", "R": "L"}[side]
    first, second = (Verdict(A, "4A", {side: one, other: "abnormal"}) for one in said)
    assert discordant(first, second) is differs


@pytest.mark.parametrize(("decision", "step"), WITH_AI)
def test_the_ai_as_second_reader(decision: ProgrammeDecision, step: int) -> None:
    read = PLAIN.get(decision, Verdict(decision, "3"))
    assert standing(read, policy=ReadingPolicy(role="second_reader"), step=step) == TO[WITH_AI[decision, step]]


@pytest.mark.parametrize(("role", "step"), WANTED)
def test_how_many_read_and_never_none(role: str, step: int | None) -> None:
    policy = ReadingPolicy(readers=2, role=role)  # type: ignore[arg-type]
    assert case_standing(Facts(policy=policy, step=step)).reads_wanted == WANTED[role, step]
    assert standing(policy=policy, step=step) == S.awaiting_first_read
    after_one = standing(Verdict(N, "1"), policy=policy, step=step)
    assert (after_one == S.awaiting_second_read) is (WANTED[role, step] == 2)


@pytest.mark.parametrize(("step", "state"), [(2, S.awaiting_finalisation), (9, S.awaiting_finalisation), (10, S.awaiting_arbitration)])
def test_the_safety_net_catches_normal_reads_of_the_highest_scores(step: int, state: CaseState) -> None:
    policy = ReadingPolicy(role="rule_out")
    assert standing(PLAIN[N], PLAIN[N], policy=policy, step=step) == state
    assert standing(PLAIN[A], PLAIN[A], policy=policy, step=step) == S.awaiting_finalisation


@given(first=VERDICTS, second=VERDICTS, policy=st.sampled_from(["discordant_only", "all_recalls", "all_non_normal"]))
def test_every_pair_of_opinions_goes_where_the_tables_say(first: Verdict, second: Verdict, policy: str) -> None:
    rules = ReadingPolicy(readers=2, arbitration=policy)  # type: ignore[arg-type]
    said = TO[expected(first, second, policy)]
    assert standing(first, second, policy=rules) == said
    assert standing(second, first, policy=rules) == said


@given(
    reads=st.lists(VERDICTS, max_size=2), step=st.none() | st.integers(1, 10), priors=st.booleans(), claimed=st.booleans(),
    concluded=st.booleans(), role=st.sampled_from(["none", "triage", "second_reader", "rule_out"]), readers=st.sampled_from([1, 2]),
)  # fmt: skip
def test_no_case_gets_anywhere_without_a_read(
    reads: list[Verdict], step: int | None, priors: bool, claimed: bool, concluded: bool, role: str, readers: int
) -> None:
    policy = ReadingPolicy(role=role, readers=readers)  # type: ignore[arg-type]
    found = case_standing(
        Facts(
            policy=policy, reads=tuple(reads), signed_at=SIGNED if reads else None, step=step, priors_awaited=priors, claimed=claimed,
            concluded=concluded,
        )
    )  # fmt: skip
    if not reads:
        assert found.state == (S.concluded if concluded else S.awaiting_priors if priors else S.awaiting_first_read)
    if found.state == S.awaiting_finalisation:
        assert found.provisional == reads[-1].decision
        assert found.final_at == SIGNED + timedelta(minutes=60)
    else:
        assert found.provisional is None
    assert (found.state == S.in_arbitration) <= claimed
    assert bool(found.differs) is (found.ground is not None) is (found.state in (S.awaiting_arbitration, S.in_arbitration))


def test_why_a_case_is_discordant_in_words() -> None:
    policy = ReadingPolicy(readers=2)

    def why(first: Verdict, second: Verdict) -> list[str]:
        return [str(one) for one in case_standing(Facts(policy=policy, reads=(first, second), signed_at=SIGNED)).differs]

    assert why(PLAIN[N], PLAIN[A]) == ["The decisions differ: routine recall and recall for assessment"]
    assert why(PLAIN[T], Verdict(T, "0", views=frozenset({"R-CC"}))) == ["The views to repeat differ: L-CC and R-CC"]
    assert why(PLAIN[A], Verdict(A, "4A", {"R": "clinical"})) == [
        "The right breast is assessed differently: normal and clinical",
        "The left breast is assessed differently: abnormal and normal",
    ]
    assert why(PLAIN[A], Verdict(A, "5")) == [
        "The right breast is assessed differently: normal and not said",
        "The left breast is assessed differently: abnormal and not said",
    ]


def test_a_stored_opinion_is_compared_by_views_and_breasts() -> None:
    stored = {"views": [{"view": "L-CC", "reason": "motion"}, {"view": "R-CC", "reason": "motion"}], "assessments": {"L": "clinical"}}
    said = verdict(T, "0", stored)
    assert (said.views, said.assessed("R"), said.assessed("L")) == (frozenset({"L-CC", "R-CC"}), "normal", "clinical")
    other_reason = {"views": [{"view": "R-CC", "reason": "exposure"}, {"view": "L-CC", "reason": "other"}]}
    assert not discordant(said, verdict(T, "0", other_reason))


@pytest.mark.parametrize(
    ("policy", "reads", "step", "ground"),
    [
        (ReadingPolicy(readers=2), (N, A), None, Ground.readers_differ),
        (ReadingPolicy(role="second_reader"), (N,), 10, Ground.ai_differs),
        (ReadingPolicy(role="rule_out"), (N, N), 10, Ground.safety_net),
        (ReadingPolicy(readers=2, arbitration="all_recalls"), (A, A), None, Ground.every_recall),
        (ReadingPolicy(readers=2, arbitration="all_non_normal"), (T, T), None, Ground.every_non_normal),
        (ReadingPolicy(readers=1, arbitration="all_recalls"), (A,), None, Ground.every_recall),
    ],
)
def test_the_ground_for_arbitration_is_named(
    policy: ReadingPolicy, reads: tuple[ProgrammeDecision, ...], step: int | None, ground: Ground
) -> None:
    found = case_standing(Facts(policy=policy, reads=tuple(PLAIN[one] for one in reads), signed_at=SIGNED, step=step))
    assert found.ground == ground

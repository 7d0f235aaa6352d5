"""The share of discordant cancers that a reader missed, against an average reader beside the same colleagues."""

import numpy as np
import pytest
from scipy.special import expit

from core.metrics.discordant_cancers import Discordant, discordant_cancers

EQUAL = (0, 1, 2, 3)
STRONG, WEAK = (4, 5), (6, 7)
TEAMS = [(0, 4), (1, 5), (2, 6), (3, 7), (4, 6), (5, 7), (0, 5), (2, 7)]
"""0 and 1 read beside the strong, 2 and 3 beside the weak; all four see equally well."""


def season(seed: int, a_team: int = 150) -> dict[int, Discordant]:
    """Cancers of unlike difficulty, each read by the two of a team."""
    rng = np.random.default_rng(seed)
    skill = {reader: 1.5 if reader in STRONG else -1.5 if reader in WEAK else 0.0 for reader in range(8)}
    exam, reader, recalled, mix = [], [], [], []
    for team, pair in enumerate(TEAMS):
        dense = rng.integers(0, 2, a_team)
        for case in range(a_team):
            for one in pair:
                exam.append(team * a_team + case)
                reader.append(one)
                recalled.append(rng.random() < expit(skill[one] + 0.8 - 1.0 * dense[case]))
                mix.append("d" if dense[case] else "b")
    return {one.reader: one for one in discordant_cancers(exam, reader, recalled, mix)}


@pytest.fixture(scope="module")
def seasons() -> list[dict[int, Discordant]]:
    return [season(seed) for seed in range(12)]


def test_the_raw_share_ranks_equal_readers_by_their_colleagues(seasons: list[dict[int, Discordant]]) -> None:
    for found in seasons:
        assert min(found[0].raw, found[1].raw) > 0.65
        assert max(found[2].raw, found[3].raw) < 0.35


def test_the_adjusted_share_of_equal_readers_is_centred_on_nought(seasons: list[dict[int, Discordant]]) -> None:
    for reader in EQUAL:
        assert abs(np.mean([found[reader].excess.value for found in seasons])) < 0.03
    inside = [one.excess.low <= 0 <= one.excess.high for found in seasons for one in found.values() if one.reader in EQUAL]
    assert np.mean(inside) >= 0.85


def test_who_sees_less_is_found(seasons: list[dict[int, Discordant]]) -> None:
    for found in seasons:
        assert all(found[reader].excess.low > 0 for reader in WEAK)
        assert all(found[reader].excess.high < 0 for reader in STRONG)


def test_counts_by_hand() -> None:
    """Four cancers of readers 1 and 2: one found by both, two by 1 only, one by 2 only; a fifth was read once and does not count."""
    exam = [1, 1, 2, 2, 3, 3, 4, 4, 5]
    reader = [1, 2, 1, 2, 1, 2, 1, 2, 1]
    recalled = [True, True, True, False, True, False, False, True, False]
    found = {one.reader: one for one in discordant_cancers(exam, reader, recalled, ["b"] * 9)}
    assert {name: (one.missed, one.n) for name, one in found.items()} == {1: (1, 3), 2: (2, 3)}
    assert found[1].expected + found[2].expected == pytest.approx(1.0)
    assert found[1].expected < 0.5


def test_nothing_without_cancers_read_by_two() -> None:
    assert discordant_cancers([], [], [], []) == ()
    assert discordant_cancers([1, 2], [1, 1], [True, False], ["a", "a"]) == ()
    with pytest.raises(ValueError, match="shapes"):
        discordant_cancers([1, 2], [1], [True, False], ["a", "a"])

"""Reader studies: the Van Dyke summary figures, an independent jackknife, another model, and how often chance is called a difference."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import roc_auc_score

from core.metrics import mrmc, roc
from core.metrics.mrmc import Components

Floats = NDArray[np.float64]

# Van Dyke CW et al. 1993: 45 patients with and 69 without an aortic dissection, five readers, cine and spin-echo MRI. Areas and jackknife
# covariances of this much used example; they agree among themselves and with the F, degrees of freedom and p expected of them, but have not
# been verified against a run of the R package MRMCaov, and the ratings themselves are not here.
AREAS = np.array(
    [[0.91964573, 0.85877617, 0.90386473, 0.97310789, 0.82979066], [0.94782609, 0.90531401, 0.92173913, 0.99935588, 0.92995169]]
)
JACKKNIFE = Components(error=0.0008022883, cov1=0.0003465137, cov2=0.0003440748, cov3=0.0002390284)


def test_van_dyke_with_readers_who_stand_for_others() -> None:
    found = mrmc.difference(AREAS, JACKKNIFE)
    assert found.value.value == pytest.approx(0.0438003, abs=1e-6)
    assert found.freedom == pytest.approx(15.25967, abs=2e-3)
    assert found.p_value == pytest.approx(0.05166569, abs=1e-5)
    assert (found.value.low, found.value.high) == pytest.approx((-0.0003589, 0.0879595), abs=1e-5)
    assert stats.f(1, found.freedom).isf(found.p_value) == pytest.approx(4.456319, abs=1e-3)


def test_van_dyke_with_just_these_readers() -> None:
    found = mrmc.difference(AREAS, JACKKNIFE, readers="fixed")
    assert found.p_value == pytest.approx(0.019288, abs=1e-4)
    assert found.freedom == np.inf


def a_study(rng: np.random.Generator, *, n: int = 60, readers: int = 4, gap: float = 0.0) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Roe–Metz ratings (readers, n) of two modalities: readers, cases, their interactions with the modality, and noise."""
    truth = np.arange(n) < n // 2
    case, reader = rng.normal(0, 0.5, n), rng.normal(0, 0.15, (readers, 1)) * truth
    made = []
    for shift in (0.0, gap):
        drift = rng.normal(0, 0.1, (readers, 1)) * truth
        made.append((1.0 + shift) * truth + case + reader + drift + rng.normal(0, 0.3, n) + rng.normal(0, 0.7, (readers, n)))
    return truth, made[0], made[1]


def jackknife(truth: NDArray[np.bool_], ratings: Floats) -> Floats:
    """Pseudovalues (k, n) of every area, each case left out in turn, with the area counted by scikit-learn."""
    n = truth.size
    whole = np.array([roc_auc_score(truth, row) for row in ratings])
    without = np.array([[roc_auc_score(np.delete(truth, case), np.delete(row, case)) for case in range(n)] for row in ratings])
    return n * whole[:, None] - (n - 1) * without


def test_covariances_are_close_to_the_jackknife_and_equal_delong() -> None:
    truth, first, second = a_study(np.random.default_rng(1), n=120, readers=2)
    ratings = np.vstack([first, second])
    areas, found = mrmc.areas_of(truth, ratings)
    pseudo = jackknife(truth, ratings)
    assert found == pytest.approx(np.cov(pseudo) / truth.size, rel=0.05)
    assert areas[0] == pytest.approx(roc_auc_score(truth, first[0]))
    assert found[0, 0] == pytest.approx(roc.delong(truth, first[0])[1], rel=1e-9)
    paired = roc.compare(truth, first[0], second[0])
    half = (paired.difference.high - paired.difference.low) / 2
    assert stats.norm.ppf(0.975) * (found[0, 0] + found[2, 2] - 2 * found[0, 2]) ** 0.5 == pytest.approx(half, rel=1e-6)


def test_the_same_answer_as_the_analysis_of_pseudovalues() -> None:
    """Dorfman DD, Berbaum KS, Metz CE. Invest Radiol 1992;27:723: with jackknife covariances both are one (Hillis SL et al. 2005)."""
    readers, n = 4, 60
    truth, first, second = a_study(np.random.default_rng(4), n=n, readers=readers, gap=0.3)
    pseudo = jackknife(truth, np.vstack([first, second])).reshape(2, readers, n)
    covariance = np.cov(pseudo.reshape(-1, n)) / n
    areas = pseudo.mean(axis=2)
    found = mrmc.difference(areas, mrmc.components(areas, covariance))
    gap = pseudo[1] - pseudo[0]  # every mean square with the modality is half of one of these differences
    by_reader, by_case = gap.mean(axis=1), gap.mean(axis=0)
    mean_reader, mean_case = n * by_reader.var(ddof=1) / 2, readers * by_case.var(ddof=1) / 2
    rest = gap - by_reader[:, None] - by_case + gap.mean()
    mean_both = float((rest**2).sum()) / ((readers - 1) * (n - 1)) / 2
    spread = mean_reader + max(mean_case - mean_both, 0)
    f = readers * n * gap.mean() ** 2 / 2 / spread
    degrees = spread**2 / (mean_reader**2 / (readers - 1))
    assert (found.value.value, found.freedom) == pytest.approx((gap.mean(), degrees), rel=1e-6)
    assert found.p_value == pytest.approx(stats.f(1, degrees).sf(f), rel=1e-6)


def test_chance_is_called_a_difference_about_five_times_in_a_hundred() -> None:
    rng, called, trials = np.random.default_rng(11), 0, 500
    for _ in range(trials):
        called += mrmc.compare(*a_study(rng)).difference.p_value < 0.05
    assert 0.02 <= called / trials <= 0.085


def test_a_planted_difference_is_found() -> None:
    found = mrmc.compare(*a_study(np.random.default_rng(2), n=300, readers=8, gap=0.8))
    assert found.difference.p_value < 0.001
    assert found.means[1].value - found.means[0].value == pytest.approx(found.difference.value.value)


def test_readers_who_stand_for_themselves_leave_less_doubt() -> None:
    truth, first, second = a_study(np.random.default_rng(3), n=100, readers=5, gap=0.5)
    random, fixed = (mrmc.compare(truth, first, second, readers=kind).difference.value for kind in ("random", "fixed"))  # type: ignore[arg-type]
    assert fixed.high - fixed.low < random.high - random.low


def test_cases_of_one_person_are_not_taken_as_independent() -> None:
    truth, ratings, _ = a_study(np.random.default_rng(5), n=100)
    twice = (np.tile(truth, 2), np.tile(ratings, 2), np.tile(np.arange(100), 2))
    once, naive = mrmc.areas_of(truth, ratings)[1], mrmc.areas_of(*twice[:2])[1]
    clustered = mrmc.areas_of(*twice)[1]
    assert np.trace(naive) == pytest.approx(np.trace(once) / 2, rel=0.03)
    assert np.trace(clustered) == pytest.approx(np.trace(once), rel=0.03)


def test_a_program_against_readers() -> None:
    truth, ratings, _ = a_study(np.random.default_rng(6), n=200, readers=6)
    ahead = mrmc.against(truth, ratings, truth + np.random.default_rng(7).normal(0, 0.4, 200))
    same = mrmc.against(truth, ratings, ratings.mean(axis=0) - ratings.mean(axis=0).mean())
    assert ahead.p_value < 0.001
    assert ahead.value.low > 0
    assert same.value.value > 0  # the mean of readers ranks better than each of them


@pytest.mark.shared_data
def test_the_readers_of_the_mammography_reader_study_against_its_models(shared_data: object) -> None:
    """Mean of the 14 readers 0.779 and GMIC-top5 0.881 as published for these breasts (Wu N et al.; Shen Y et al. 2021)."""
    import pandas as pd

    table = pd.read_csv(f"{shared_data}/tables/mammography_reader_study.csv")
    readers = table[[name for name in table if name.startswith("Reader")]].to_numpy().T
    assert mrmc.mean_area(table.label, readers, person=table.case_ID).value == pytest.approx(0.779, abs=1e-3)
    found = mrmc.against(table.label, readers, table.AI_GMIC_top5_POM, person=table.case_ID)
    assert found.value.value == pytest.approx(0.881 - 0.779, abs=1.5e-3)
    assert found.value.low > 0


@pytest.mark.parametrize(
    ("first", "second", "named"),
    [(np.zeros((1, 4)), np.zeros((1, 4)), "at least two"), (np.zeros((2, 4)), np.zeros((3, 4)), "the same readers")],
)
def test_what_does_not_fit_is_named(first: Floats, second: Floats, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        mrmc.compare([1, 1, 0, 0], first, second)
    with pytest.raises(ValueError, match="at least two of each"):
        mrmc.areas_of([1, 0, 0], np.arange(6).reshape(2, 3))
    with pytest.raises(ValueError, match="no variance"):
        mrmc.compare([1, 1, 0, 0], [[2, 2, 1, 1]] * 2, [[2, 2, 1, 1]] * 2)

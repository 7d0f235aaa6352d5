"""The figures of a drawn screening set: what is known of it must come out, and what cannot be told is left out."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit, logit

from models.breast.calibration import Calibration, deciles, platt
from models.breast.ensemble import Answer
from models.breast.table import Labelled
from models.evaluation import mammography_calibration, mammography_figures, mammography_metadata, mammography_screening
from models.evaluation.mammography_cases import Cases, units
from models.refusal import NoResult
from tests.breast_build import LINE

CLASSES = np.eye(4)
Views = tuple[list[Labelled], list[Answer]]


def labelled(woman: str, side: str, view: str, cancer: bool, **more: object) -> Labelled:
    told = {"invasive": None, "density": None, "age": None, "implant": None, "machine": None, "site": None} | more
    return Labelled(Path(f"{woman}{side}{view}.png"), woman, side, view, cancer, **told)  # type: ignore[arg-type]


def answer(cancer: float, density: int = 1) -> Answer:
    return Answer(cancer, CLASSES[density] * 0.7 + 0.075, np.zeros((2, 2), np.float32))


def drawn(women: int = 300, *, sees: float = 1.5, older: float = 0.0) -> Views:
    """Women with both views of both breasts; a third has cancer in the left one, which the model sees and which comes with age."""
    draw = np.random.default_rng(0)
    rows, answers = [], []
    for number in range(women):
        ill, machine, density = number % 3 == 0, f"{number % 2}", number % 4
        age = float(np.clip(draw.normal(58 + older * ill, 8), 41, 79))
        for side in "LR":
            cancer = ill and side == "L"
            shared = draw.normal(sees * cancer)
            for view in ("CC", "MLO"):
                told = {"density": "ABCD"[density], "age": age, "implant": False, "machine": machine, "site": "1"}
                rows.append(labelled(f"w{number}", side, view, cancer, **told))
                answers.append(answer(shared + draw.normal(0, 0.3), density))
    return rows, answers


@pytest.fixture(scope="module")
def report() -> dict:
    return json.loads(json.dumps(mammography_figures.report(*drawn(older=6), LINE, own_women=True), allow_nan=False))


def test_views_make_breasts_and_breasts_make_women() -> None:
    rows = [
        labelled("w", "L", "CC", False),
        labelled("w", "L", "MLO", True),
        labelled("w", "R", "CC", False),
        labelled("v", "R", "CC", False),
    ]
    found = units(rows, [answer(1.0), answer(3.0), answer(-1.0), answer(0.0)], LINE)
    assert found.logits.tolist() == [2.0, -1.0, 0.0]
    assert found.breasts.truth.tolist() == [True, False, False]
    assert found.women.truth.tolist() == [True, False]
    assert found.women.probability.tolist() == pytest.approx([expit(2.0), 0.5])


def test_every_unit_and_group_is_counted(report: dict) -> None:
    assert (report["image"]["n"], report["breast"]["n"], report["woman"]["n"]) == (1200, 600, 300)
    assert report["auc"] == report["breast"]["auc"]
    assert report["breast"]["auc"]["low"] < 0.85 < report["breast"]["auc"]["high"]
    for group in ("machine", "site", "density"):
        found = report["breast"][f"within_{group}"]
        assert found["n"] == 600
        assert found["auc"]["low"] < report["auc"]["value"] < found["auc"]["high"]
    assert {"age 50-59", "density A", "density CD", "site 1", "machine 0"} <= set(report["breast"]["subgroups"])


def test_density_that_is_always_right_agrees_wholly(report: dict) -> None:
    assert report["density"]["quadratic_kappa"]["value"] == 1
    assert report["density"]["confusion"] == [[75, 0, 0, 0], [0, 75, 0, 0], [0, 0, 75, 0], [0, 0, 0, 75]]


def test_density_of_one_class_has_no_kappa() -> None:
    rows, answers = drawn(60)
    found = mammography_figures.report(rows, [answer(one.cancer) for one in answers], LINE)["density"]
    assert found["quadratic_kappa"] is None
    assert found["same_class"]["value"] == 0.25


def test_a_score_that_knows_more_than_age_is_above_it(report: dict) -> None:
    assert report["baselines"]["metadata"]["breast"]["n"] == report["baselines"]["age"]["breast"]["n"] == 600
    assert report["above_metadata"]["low"] > 0
    assert report["above_age"]["p_value"] < 0.001
    assert report["baselines"]["image_and_age"]["breast"]["auc"]["value"] > report["auc"]["value"] - 0.02


def test_a_score_of_noise_is_not_above_anything() -> None:
    found = mammography_figures.report(*drawn(sees=0.0, older=12), LINE)
    assert found["breast"]["auc"]["low"] < 0.5 < found["breast"]["auc"]["high"]
    assert found["above_age"]["high"] < 0
    assert found["above_image_with_age"]["low"] > 0


def test_sets_that_know_nothing_of_their_women_say_so() -> None:
    rows, answers = drawn(60)
    bare = [labelled(row.woman, row.laterality, row.view, row.cancer) for row in rows]
    found = mammography_figures.report(bare, answers, LINE)
    assert "names no age" in found["baselines"]["metadata"]["reason"]
    assert "above_age" not in found
    assert found["breast"]["within_machine"] is None
    assert found["density"] is None


def test_breasts_of_one_kind_are_refused_and_women_of_one_kind_left_out() -> None:
    ill = [labelled(f"w{n}", side, "CC", side == "L") for n in range(40) for side in "LR"]
    found = mammography_figures.report(ill, [answer(0.1 * n) for n in range(80)], LINE)
    assert found["woman"] == {"n": 40, "cancers": 40, "auc": None, "sensitivity_at_90_specificity": None}
    assert found["screening"] is None
    with pytest.raises(NoResult, match="same label"):
        mammography_figures.report(ill[::2], [answer(0.1 * n) for n in range(40)], LINE)


def test_crossed_lines_calibrate_logits_that_are_far_off() -> None:
    draw = np.random.default_rng(1)
    logits = draw.normal(0, 2, 4000)
    truth, woman = draw.random(4000) < expit(0.4 * logits - 1), np.array([f"w{n // 2}" for n in range(4000)])
    crossed = mammography_calibration.crossfitted(logits, truth, woman)
    assert crossed is not None
    assert crossed == pytest.approx(expit(0.4 * logits - 1), abs=0.06)
    cases = Cases(truth, expit(logits), woman, ())
    found = mammography_calibration.measured(cases, logits, own_women=True)
    assert found["shown"] == "after"
    assert found["after"]["ece"] < 0.03 < found["before"]["ece"]
    assert found["slope"]["low"] < 1 < found["slope"]["high"]
    assert mammography_calibration.measured(cases, logits, own_women=False)["shown"] == "as_installed"


def test_the_line_of_a_part_never_saw_its_women() -> None:
    """A woman whose label is turned round changes every probability but those of her own part."""
    draw = np.random.default_rng(2)
    logits, truth, woman = draw.normal(size=200), draw.random(200) < 0.4, np.array([f"w{n}" for n in range(200)])
    turned = truth.copy()
    turned[0] = not turned[0]
    first, again = (mammography_calibration.crossfitted(logits, one, woman) for one in (truth, turned))
    assert first is not None
    assert again is not None
    same = first == again
    part = [mammography_calibration.folds.fold(name, 5) for name in woman]
    assert same.tolist() == [one == part[0] for one in part]


def test_at_screening_prevalence_a_right_probability_stays_right() -> None:
    """Half ill at a likelihood ratio of 3 or 1/3: at 0.6 % the probabilities are those of Bayes' rule by hand."""
    truth = np.array([1] * 75 + [0] * 25 + [1] * 25 + [0] * 75, bool)
    found = mammography_calibration.at_screening(truth, np.where(np.arange(200) < 100, 0.75, 0.25))
    assert found["predicted"] == pytest.approx(0.006, abs=1e-9)
    assert found["ece_15_bins"] == pytest.approx(0, abs=1e-9)
    high, low = expit(logit(0.006) + np.log(3)), expit(logit(0.006) - np.log(3))
    hand = 0.006 * (0.75 * (1 - high) ** 2 + 0.25 * (1 - low) ** 2) + 0.994 * (0.25 * high**2 + 0.75 * low**2)
    assert found["brier"] == pytest.approx(hand)
    assert found["brier"] < found["base_brier"]


def test_the_table_of_the_exam_score_is_that_of_the_screened() -> None:
    draw = np.random.default_rng(3)
    truth = np.arange(900) < 300
    logits = draw.normal(2.0 * truth)
    slope, intercept = platt(logits, truth)
    probability = expit(slope * logits + intercept)
    line = Calibration(1, 0, slope, intercept, 1 / 3, deciles(probability, truth))
    women = Cases(truth, probability, np.array([f"w{n}" for n in range(900)]), ())
    found = mammography_screening.measured(women, line, own_women=True)
    assert found is not None
    levels = found["exam_score"]["levels"]
    assert [level["share_of_screened"]["value"] for level in levels] == pytest.approx([0.1] * 10, abs=0.005)
    assert sum(level["women"] for level in levels) == 900
    assert sum(level["cancers"] for level in levels) == 300
    assert levels[9]["share_of_cancers"] == found["exam_score"]["sensitivity_of_10"]
    assert levels[9]["cancers_per_1000"]["low"] > 20 > levels[4]["cancers_per_1000"]["high"]
    point = found["at_90_specificity"]
    assert point["recall_rate"]["value"] == pytest.approx(0.006 * point["sensitivity"]["value"] + 0.994 * 0.1, abs=1e-9)
    expected = 0.006 * point["sensitivity"]["value"] / point["recall_rate"]["value"]
    assert point["positive_predictive_value"]["value"] == pytest.approx(expected)
    assert found["exam_score"]["limits_set_on"] == "the same women"


def test_the_most_wrong_breasts_are_named(report: dict) -> None:
    cancers = [miss for miss in report["misses"] if miss["cancer"]]
    assert len(report["misses"]) == len(report["hits"]) == 16
    assert max(miss["probability"] for miss in cancers) < min(hit["probability"] for hit in report["hits"] if hit["cancer"])


def test_the_metadata_score_is_that_of_the_same_breasts() -> None:
    rows, answers = drawn(120)
    found = units(rows, answers, LINE)
    score = mammography_metadata._of_breasts(rows, found.breasts)
    assert score is not None
    assert len(score) == len(found.breasts.truth)
    backwards = units(rows[::-1], answers[::-1], LINE)
    again = mammography_metadata._of_breasts(rows[::-1], backwards.breasts)
    assert again == pytest.approx(score[::-1])

"""What the result of a mammogram means is told in words, on the page and in the report; numbers that are not there are not told."""

from typing import Any

import pytest

from core.clock import now
from core.workflow import breast_result
from core.workflow.about_model import about
from core.workflow.ai import AiResult, FindingLine
from core.workflow.breast_result import partners, words
from db.enums import FindingKind

VIEWS = [{"reason": None}] * 4
TOLD: dict[str, Any] = {
    "breasts": {"R": 0.41, "L": 0.12},
    "breasts_at_screening_prevalence": {"R": 0.0081, "L": 0.0016},
    "density": "C",
    "density_probabilities": {"A": 0.01, "B": 0.24, "C": 0.68, "D": 0.07},
    "percent_density": 34.2,
    "views": VIEWS,
}


def result(*marks: FindingLine, step: int | None = 8, synthetic: bool = False, **told: Any) -> AiResult:
    return AiResult(
        run_id=1, model="mammography", tag="1", weights_sha256="", device="CPU", finished_at=now(), seconds=3.0, stage_seconds={},
        score=0.41, step=step, findings=marks, result=TOLD | told, thresholds={}, limits=(), research_use=True, synthetic=synthetic,
    )  # fmt: skip


def mark(number: int, view: str, *linked: dict[str, Any]) -> FindingLine:
    return FindingLine(
        number=number, kind=FindingKind.suspicious_region, laterality="R", view=view, sop_uid=view, slice_index=None, place={},
        mean_diameter_mm=None, long_axis_mm=None, short_axis_mm=None, volume_mm3=None, probability=None, malignancy=0.4, category=None,
        because=None, detail={"evidence": 0.3, "linked": list(linked)},
    )  # fmt: skip


def test_every_number_has_its_meaning() -> None:
    told = breast_result.of(result())
    assert str(told.score) == "30 % of screened women would score as high or higher"
    assert str(told.density) == "C, Heterogeneously dense (A 1 %, B 24 %, C 68 %, D 7 %)"
    assert str(told.share) == "About 34 % of the breast's area is dense"
    assert str(told.screening) == "Where 0.6 % of women have cancer, as in screening: right 0.8 %, left 0.2 %"
    assert told.rests_on is None


@pytest.mark.parametrize(("step", "share"), [(1, 100), (2, 90), (10, 10)])
def test_the_score_says_which_share_of_women_it_is(step: int, share: int) -> None:
    assert str(breast_result.of(result(step=step)).score) == f"{share} % of screened women would score as high or higher"


def test_what_was_not_told_is_not_said() -> None:
    told = breast_result.of(result(step=None, density=None, density_probabilities=None, percent_density=None, views=[]))
    assert (told.score, told.density, told.share, told.rests_on) == (None, None, None, None)
    assert breast_result.of(result(synthetic=True)).score is None, "an invented score stands for no share of women"
    one = breast_result.of(result(breasts_at_screening_prevalence={"L": 0.0016}))
    assert str(one.screening) == "Where 0.6 % of women have cancer, as in screening: left 0.2 %"


def test_an_exam_with_other_views_than_four_says_so() -> None:
    assert str(breast_result.of(result(views=[*VIEWS[:3], {"reason": "blank"}])).rests_on) == "The result rests on 3 of 4 views"
    assert str(breast_result.of(result(views=VIEWS[:2])).rests_on) == "The result rests on 2 of 2 views"


def test_partners_are_told_with_both_distances() -> None:
    there = {"mark": 2, "from_nipple": 52.3, "partner_from_nipple": 55.4, "unit": "mm"}
    share = {"mark": 2, "from_nipple": 0.52, "partner_from_nipple": 0.6, "unit": "depth"}
    gone = {"mark": 9, "from_nipple": 1.0, "partner_from_nipple": 1.0, "unit": "mm"}
    both = (mark(1, "CC", there, gone), mark(2, "MLO"))
    assert [str(words(one)) for one in partners(both[0], both)] == ["as far from the nipple as 2 on MLO (52, 55 mm)"]
    shared = (mark(1, "CC", share), mark(2, "MLO"))
    assert [str(words(one)) for one in partners(shared[0], shared)] == ["as far from the nipple as 2 on MLO (52, 60 %)"]
    assert partners(both[1], both) == ()


def test_the_card_is_told_by_its_headlines() -> None:
    auc = {"value": 0.81, "low": 0.78, "high": 0.84}
    card = {"licence": "research only", "figures": {"mammography": {"n": 2878, "breast": {"n": 1242, "auc": auc, "other": auc}}}}
    told = about("mammography", card)
    assert (told.licence, told.training_data) == ("research only", "")
    assert [(one.interval.value, one.n) for _said, one in told.figures] == [(0.81, 1242)]
    assert about("someone-elses", card).figures == ()

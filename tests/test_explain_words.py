"""What a case says beside the AI's suspicion: the nearest baseline, and what the map shows, in words for those who cannot see it."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.clock import now
from core.workflow.ai import AiResult, FindingLine
from db.enums import FindingKind
from pages.ui.case_parts.explanation import beside_diameter, percent, reaction
from pages.ui.i18n import use


@pytest.fixture(autouse=True)
def english() -> None:
    use("en")


def a_mark(*, number: int = 2, malignancy: float | None = 0.62, mean_diameter_mm: float | None = 8.4, **detail: Any) -> FindingLine:
    return FindingLine(
        number=number, kind=FindingKind.nodule, laterality="R", view="", sop_uid="1.2", slice_index=7, place={},
        mean_diameter_mm=mean_diameter_mm, long_axis_mm=9.0, short_axis_mm=7.8, volume_mm3=300.0, probability=0.9, malignancy=malignancy,
        category=None, because=None, detail=detail,
    )  # fmt: skip


def test_the_diameter_alone_stands_beside_the_model() -> None:
    said = beside_diameter(a_mark(baseline_malignancy=0.478))
    assert said == "AI mark 2: model 62 % · diameter alone would say 48 % (8.4 mm)"


def test_a_diameter_that_is_not_known_is_not_invented() -> None:
    assert beside_diameter(a_mark(baseline_malignancy=0.48, mean_diameter_mm=None)).endswith("diameter alone would say 48 %")


def test_without_a_baseline_or_a_suspicion_nothing_is_said() -> None:
    assert beside_diameter(a_mark()) == ""
    assert beside_diameter(a_mark(baseline_malignancy=None)) == ""
    assert beside_diameter(a_mark(malignancy=None, baseline_malignancy=0.4)) == ""


def test_what_the_map_shows_is_said_in_words() -> None:
    strongest = [{"logit": 0.31, "towards": []}, {"logit": -0.2, "towards": ["head", "left"]}]
    assert reaction(a_mark(explanation={"strongest": strongest})) == (
        "AI mark 2, the network’s reaction: its middle speaks for malignancy (odds × 1.36); its rim and what lies beyond towards the head, "
        "the patient’s left speaks against malignancy (odds × 0.82)"
    )


def test_a_map_on_which_nothing_weighs_says_so_and_a_mark_without_a_map_says_nothing() -> None:
    assert "no single place" in reaction(a_mark(explanation={"strongest": []}))
    assert reaction(a_mark()) == ""


@pytest.mark.parametrize(("share", "said"), [(0.0, "0 %"), (0.004, "< 1 %"), (0.125, "12 %"), (0.997, "> 99 %"), (1.0, "100 %")])
def test_nearly_nothing_is_not_nothing(share: float, said: str) -> None:
    assert percent(share) == said


def an_ai_result(*marks: FindingLine) -> AiResult:
    return AiResult(
        run_id=1, model="lung-ct", tag="1", weights_sha256="", device="CPU", finished_at=now(), seconds=9.0, stage_seconds={}, score=0.62,
        step=7, findings=marks, result={}, thresholds={}, limits=(), research_use=True, synthetic=False,
    )  # fmt: skip


def the_part_of_the_page() -> None:
    from pages.ui.case_parts.explanation import explanation
    from tests.test_explain_words import a_mark, an_ai_result

    weighed = {"strongest": [{"logit": 0.31, "towards": []}]}
    explanation(7, an_ai_result(a_mark(number=1, baseline_malignancy=0.48, explanation=weighed), a_mark(number=2, baseline_malignancy=0.5)))


def test_the_page_speaks_of_the_first_mark_until_another_is_chosen() -> None:
    page = AppTest.from_function(the_part_of_the_page, default_timeout=300).run()
    assert [one.value for one in page.markdown] == ["AI mark 1: model 62 % · diameter alone would say 48 % (8.4 mm)"]
    assert "its middle speaks for malignancy" in page.caption[0].value
    page.session_state["goto-7"] = (2, 1)
    page.run()
    assert [one.value for one in page.markdown] == ["AI mark 2: model 62 % · diameter alone would say 50 % (8.4 mm)"]
    assert not page.caption

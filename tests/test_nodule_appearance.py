"""What the AI tells of a nodule beyond its size: to the rules, the reader's form and the probabilities, and never further than that."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from core.rules import brock, combined, growth, nelson
from core.rules.bounds import bounds
from core.rules.checks import MissingInput
from core.rules.first_sight import Seen, first_sight
from core.rules.side_by_side import Pair, side_by_side
from core.rules.stated import stated
from core.words import Sentence
from core.workflow.ai import FindingLine
from core.workflow.appearance import appearance
from core.workflow.growth_rows import Between, GrowthRow, Size, rows
from core.workflow.matching import Matched
from core.workflow.nodule_sheet import nodule_sheet
from core.workflow.opportunistic import BesideLine
from core.workflow.prefill import nodule_of
from core.workflow.probabilities import probabilities
from core.workflow.programmes import card
from core.workflow.risk_facts import Facts
from core.workflow.suggestion import suggestion
from db.enums import ExamKind, FindingKind, Sex
from models.lung.nodule import Nodule, RunLength
from models.worker.lung import _detail

PART_SOLID = {"type": "part-solid", "solid_mean_mm": 6.5, "solid_volume_mm3": 150.0, "third": "upper", "pleural_mm": 0.0}


def a_mark(size: float = 12.0, **said: Any) -> FindingLine:
    empty = dict.fromkeys(FindingLine.__dataclass_fields__)
    known = {
        "number": 1, "kind": FindingKind.nodule, "laterality": "L", "place": {}, "mean_diameter_mm": size, "long_axis_mm": size + 1,
        "short_axis_mm": size - 1, "volume_mm3": 900.0, "malignancy": 0.2, "detail": {},
    }  # fmt: skip
    return FindingLine(**{**empty, **known, **said})


def a_case(*marks: FindingLine) -> Any:
    ai = SimpleNamespace(findings=marks, result={})
    return SimpleNamespace(kind=ExamKind.lung_ct, baseline=True, card=card("lung"), ai=ai, ai_reason=None, changes={})


def test_what_the_model_told_goes_into_the_record_and_what_it_did_not_tell_does_not() -> None:
    nodule = Nodule(
        center_lps_mm=(0, 0, 0), center_kji=(0, 0, 0), long_axis_mm=13, short_axis_mm=11, mean_diameter_mm=12, volume_mm3=900,
        probability=0.9, malignancy=0.4, box_kji=((0, 1), (0, 1), (0, 1)), mask=RunLength((0, 0, 0), (1, 1, 1), (0, 1)), side="left",
        nodule_type="part-solid", solid_mean_mm=6.54321, pleural_mm=0.0, fat=False, attributes={"texture": 3.0}, baseline_malignancy=0.31,
    )  # fmt: skip
    detail = _detail(nodule)
    assert (detail["type"], detail["solid_mean_mm"], detail["pleural_mm"], detail["fat"]) == ("part-solid", 6.5432, 0.0, False)
    assert (detail["attributes"], detail["baseline_malignancy"]) == ({"texture": 3.0}, 0.31)
    assert not {"calcification", "third", "spiculation", "mask", "malignancy"} & set(detail)


def test_lung_rads_of_a_part_solid_nodule_turns_on_its_solid_part() -> None:
    assert suggestion(a_case(a_mark(detail=PART_SOLID))).category == "4A"
    lacking = suggestion(a_case(a_mark(detail={"type": "part-solid"})))
    assert lacking.category is None
    assert any("the size of its solid part is missing" in str(gap) for gap in lacking.gaps)
    assert "its type is not known" in str(suggestion(a_case(a_mark())).text)


@pytest.mark.parametrize("seen", [{"calcification": "central"}, {"calcification": "popcorn"}, {"fat": True}])
def test_a_benign_pattern_by_the_ai_is_only_offered(seen: dict[str, Any]) -> None:
    said = suggestion(a_case(a_mark(9.0, detail={"type": "solid", **seen})))
    assert said.category == "4A"
    assert any("category 1 only if you confirm" in str(one) for one in said.because)
    assert nodule_of(a_mark(9.0, detail={"type": "solid", **seen})).flags == ()


def test_an_eccentric_calcification_is_no_benign_pattern() -> None:
    assert appearance({"calcification": "eccentric"}).benign is None


def test_the_form_begins_with_type_and_solid_part_as_the_ais() -> None:
    drafted = nodule_of(a_mark(detail=PART_SOLID))
    assert (drafted.kind, drafted.solid_mm, drafted.before["solid_mm"]) == ("part-solid", 6.5, 6.5)
    assert nodule_of(a_mark(6.0, detail=PART_SOLID)).solid_mm == 6.0  # never more than the whole


def test_a_first_exam_says_what_half_a_millimetre_and_a_quarter_of_the_volume_would_change() -> None:
    lung_rads, by_nelson, bts, _ = first_sight(Seen(kind="solid", mean_mm=7.8, long_mm=8.0, volume_mm3=290.0))
    assert lung_rads.possible == ("3", "4A")
    assert by_nelson.flips is False
    assert "Brock" in str(bts.beyond)  # at 300 mm³ and more
    assert ("volume_mm3", 290.0) in bts.inputs
    part = first_sight(Seen(kind="part-solid", mean_mm=12.0, solid_mm=5.8, solid_mm3=45.0))
    assert (part[0].possible, part[1].possible) == (("3", "4A"), ("3",))  # 12 mm is a NELSON 3 whatever its solid part


def test_growth_of_a_solid_part_decides_about_a_part_solid_nodule() -> None:
    pair = Pair(
        kind="part-solid", days=365, months=12, now_mm=12.0, before_mm=12.0, now_solid_mm=4.2, before_solid_mm=2.0, name="7",
    )  # fmt: skip
    said = side_by_side(pair)[0]
    assert said.label == "4B"
    assert said.possible == ("4A", "4B")
    assert ("before_solid_mm", 2.0) in said.inputs


def a_size(number: int, **said: Any) -> Size:
    known = {"kind": "part-solid", "laterality": "R", "slice": 1, "mean_mm": 12.0, "long_mm": 13.0, "short_mm": 11.0, "volume_mm3": 900.0}
    return Size(number=number, **{**known, **said})


def compared(now: Size, before: Size, prior: str | None = None) -> GrowthRow:
    known = {1: Matched(1, 2, None, 1.0)}
    return rows({1: now}, {2: before}, known, Between(180, 6, {2: prior} if prior else {}))[0]


def test_the_solid_part_has_a_doubling_time_of_its_own() -> None:
    row = compared(a_size(1, solid_mm=7.0, solid_mm3=200.0), a_size(4, solid_mm=5.5, solid_mm3=100.0))
    assert "+100 % in 180 days. Volume doubling time 180 days (136 to 308" in str(row.solid_told)
    assert (row.type_changed, row.assumed_solid) == (False, False)
    born = compared(a_size(1, solid_mm=4.0), a_size(4, kind="non-solid"))
    assert (born.before_solid_mm, born.protocols[0].label, born.type_changed) == (0.0, "4B", True)
    unknown = compared(a_size(1, solid_mm=4.0), a_size(4, kind="solid"))
    assert "solid part are missing" in str(unknown.protocols[0].gap)


def test_a_category_steps_down_from_what_it_was() -> None:
    now, before = a_size(1, kind="solid", mean_mm=7.0), a_size(4, kind="solid", mean_mm=7.0)
    assert compared(now, before, "3").protocols[0].label == "2"
    assert compared(now, before).protocols[0].label == "3"


def test_the_combined_score_moves_the_model_by_the_participant_only() -> None:
    centre: dict[str, Any] = {"age": 62, "female": False, "family_history": False, "emphysema": False, "nodule_count": 4}
    for suspicion in (0.01, 0.3, 0.99):
        assert combined.malignancy_probability(model_probability=suspicion, **centre) == pytest.approx(suspicion)
    older = combined.malignancy_probability(model_probability=0.3, **{**centre, "age": 75})
    assert older > 0.3
    assert combined.malignancy_probability(model_probability=0.3, **{**centre, "nodule_count": 9}) < 0.3
    with pytest.raises(MissingInput, match="age"):
        combined.malignancy_probability(model_probability=0.3, **{**centre, "age": None})
    assert "not validated" in combined.VERSION


def test_brock_is_centre_intercept_nodule_and_participant() -> None:
    """PMC6717521 prints the folded intercept 0.2761 of the coefficients to four places."""
    folded = -6.7892 + 5.3854 * 1.58113883 - 62 * 0.0287 + 4 * 0.0824
    assert folded == pytest.approx(0.27607, abs=5e-6)
    assert brock.participant_logit(age=62, female=False, family_history=False, emphysema=False, nodule_count=4) == 0


def test_what_nobody_entered_gives_the_range_between_both_answers() -> None:
    given: dict[str, Any] = {"age": 62, "female": True, "family_history": False, "nodule_count": 1}
    found = bounds(combined.malignancy_probability, combined.FLAGS, model_probability=0.3, emphysema=None, **given)
    ends = [combined.malignancy_probability(model_probability=0.3, emphysema=said, **given) for said in (False, True)]
    assert ([found.low, found.high], found.open, found.known) == (ends, ("emphysema",), None)


def test_four_probabilities_stand_beside_each_other_with_their_gaps() -> None:
    mark = a_mark(detail={**PART_SOLID, "upper_lobe": True, "baseline_malignancy": 0.3})
    (found,) = probabilities([mark], [], Facts(66, Sex.unknown))
    assert (found.model, found.alone, found.brock.low, found.combined.low) == (0.2, 0.3, None, None)
    assert "the sex" in words(found.combined.missing)
    (found,) = probabilities([mark], [], Facts(66, Sex.female, family_history=True, emphysema=False))
    assert found.combined.low == found.combined.high
    assert "spiculated" in words(found.brock.open)  # the AI says how much, and only the reader whether
    own = nodule_of(mark)
    (found,) = probabilities([mark], [own], Facts(66, Sex.female, family_history=True, emphysema=False))
    assert (found.by_reader, found.brock.low) == (True, found.brock.high)


def words(sentence: Sentence | None) -> str:
    return "" if sentence is None else str(sentence)


def test_measured_emphysema_is_offered_and_not_taken() -> None:
    beside = [BesideLine("lung-emphysema", "1", 8.1, "%", {}, (), None, (), "")]
    sheet = nodule_sheet(a_case(a_mark(detail=PART_SOLID)), [], Facts(66, Sex.female, family_history=False), beside)
    assert sheet.asks == ("emphysema",)
    assert "8.1 % of the lung" in words(sheet.emphysema)
    assert "emphysema" in words(sheet.rows[0].risk.combined.open)
    assert nodule_sheet(a_case(a_mark()), [], Facts(66, Sex.female, emphysema=False), beside).emphysema is None
    without = [replace(beside[0], value=None, reason="too noisy")]
    assert nodule_sheet(a_case(a_mark()), [], Facts(66, Sex.female), without).emphysema is None


def test_a_result_names_its_rule_its_version_and_its_inputs() -> None:
    found = stated(nelson, nelson.category, kind="solid", volume_mm3=120.0)
    assert (found.rule, found.version, found.value, found.inputs) == ("NELSON", nelson.VERSION, 3, {"kind": "solid", "volume_mm3": 120.0})
    gap = stated(nelson, nelson.category, kind="solid", volume_mm3=None)
    assert (gap.value, gap.missing) == (None, "volume_mm3")
    grown = growth.assess(100, 200, 90)
    assert (grown.before_mm3, grown.now_mm3, grown.days, grown.rule.startswith(growth.NAME)) == (100, 200, 90, True)

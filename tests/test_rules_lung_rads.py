"""Lung-RADS v2022: the conformance table of the clinical page, row by row, then the traps and the gaps."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.rules import size
from core.rules.lung_nodule import Nodule
from core.rules.lung_rads import INCOMPLETE, MANAGEMENT, Assessment, categorise


def nodule(kind: str = "solid", mm: str | None = None, solid_mm: str | None = None, **more: Any) -> Nodule:
    """A nodule with sizes as they are written in a report."""
    sizes = {"mean_tenths": mm, "solid_tenths": solid_mm, "before_tenths": more.pop("before", None)}
    sizes["solid_before_tenths"] = more.pop("solid_before", None)
    return Nodule(kind=kind, **{name: None if mm is None else size.tenths(Decimal(mm)) for name, mm in sizes.items()}, **more)  # type: ignore[arg-type]


def first(*nodules: Nodule, **more: Any) -> Assessment:
    return categorise(nodules, baseline=True, **more)


def later(*nodules: Nodule, **more: Any) -> Assessment:
    return categorise(nodules, baseline=False, **more)


@pytest.mark.parametrize(("mm", "category"), [("5.9", "2"), ("6.0", "3"), ("7.9", "3"), ("8.0", "4A"), ("14.9", "4A"), ("15.0", "4B")])
def test_solid_at_baseline(mm: str, category: str) -> None:
    assert first(nodule(mm=mm)).category == category


@pytest.mark.parametrize(("mm", "category"), [("3.9", "2"), ("4.0", "3"), ("5.9", "3"), ("6.0", "4A"), ("7.9", "4A"), ("8.0", "4B")])
def test_new_solid(mm: str, category: str) -> None:
    assert later(nodule(mm=mm, status="new")).category == category


@pytest.mark.parametrize(("before", "mm", "category"), [("6.1", "7.7", "4A"), ("6.4", "8.0", "4B"), ("3.0", "4.6", "4A")])
def test_growing_solid(before: str, mm: str, category: str) -> None:
    assert later(nodule(mm=mm, before=before, months=12)).category == category


@pytest.mark.parametrize("mm", ["7.4", "7.5"])
def test_a_millimetre_and_a_half_is_no_growth(mm: str) -> None:
    assert later(nodule(mm=mm, before="6.0", months=12)).category == "3"


def test_no_start_size_turns_exactly_one_and_a_half_into_growth() -> None:
    for start in range(40, 200):
        grown = Nodule(kind="solid", mean_tenths=start + 15, before_tenths=start, months=12)
        assert "growing" not in str(later(grown).because[0]), start


def test_step_down_after_the_interval() -> None:
    assert later(nodule(mm="7.0", before="7.0", prior_category="3", months=6)).category == "2"
    assert later(nodule(mm="9.0", before="9.0", prior_category="4A", months=3)).category == "3"
    assert later(nodule(mm="6.5", before="7.0", prior_category="3", months=6)).category == "2"


@pytest.mark.parametrize(("mm", "prior", "months", "category"), [("7.0", "3", 3, "3"), ("9.0", "4A", 2, "4A"), ("9.0", "3", 6, "2")])
def test_step_down_not_before_its_time_and_one_step_at_a_time(mm: str, prior: str, months: int, category: str) -> None:
    assert later(nodule(mm=mm, before=mm, prior_category=prior, months=months)).category == category


def test_stepped_down_nodule_stays_benign_while_it_is_stable() -> None:
    assert later(nodule(mm="7.2", before="7.0", prior_category="2", months=12)).category == "2"


def test_crossing_a_size_limit_counts_without_growth() -> None:
    assert later(nodule(mm="6.0", before="5.0", prior_category="2", months=12)).category == "3"
    assert later(nodule(mm="8.2", before="7.5", prior_category="3", months=6)).category == "4A"


@pytest.mark.parametrize("prior", ["4B", "4X"])
def test_stable_does_not_undo_4b(prior: str) -> None:
    assert later(nodule(mm="9.0", before="9.0", prior_category=prior, months=12)).category == prior


def test_slow_growth_is_4b() -> None:
    assert later(nodule(mm="7.0", status="slow-growing")).category == "4B"
    assert later(nodule(mm="7.0", before="6.2", months=12, status="slow-growing")).category == "4B"
    assert later(nodule(mm="8.0", before="6.0", months=24)).category == "4B"
    assert later(nodule("part-solid", "9.0", "3.0", status="slow-growing")).category == "4B"


def test_fast_growth_over_a_long_interval_is_growth() -> None:
    assert later(nodule(mm="7.9", before="4.0", months=24)).category == "4A"


@pytest.mark.parametrize(
    ("mm", "solid_mm", "category"),
    [("5.9", None, "2"), ("6.0", "5.9", "3"), ("12.0", "6.5", "4A"), ("12.0", "7.9", "4A"), ("20.0", "8.0", "4B")],
)
def test_part_solid_at_baseline(mm: str, solid_mm: str | None, category: str) -> None:
    assert first(nodule("part-solid", mm, solid_mm)).category == category


@pytest.mark.parametrize(
    ("mm", "solid_mm", "category"),
    [("5.0", "3.0", "3"), ("3.9", None, "3"), ("8.0", "3.0", "4A"), ("8.0", "3.9", "4A"), ("10.0", "4.0", "4B"), ("5.5", "4.0", "4B")],
)
def test_new_part_solid(mm: str, solid_mm: str | None, category: str) -> None:
    assert later(nodule("part-solid", mm, solid_mm, status="new")).category == category


@pytest.mark.parametrize(
    ("solid_before", "solid_mm", "category"), [("0", "3.0", "4A"), ("0", "4.0", "4B"), ("2.0", "3.6", "4A"), ("2.4", "4.0", "4B")]
)
def test_solid_part_new_or_growing(solid_before: str, solid_mm: str, category: str) -> None:
    assert later(nodule("part-solid", "12.0", solid_mm, before="12.0", solid_before=solid_before, months=12)).category == category


def test_part_solid_stable_steps_down() -> None:
    same = {"before": "8.0", "solid_before": "4.0"}
    assert later(nodule("part-solid", "8.0", "4.0", **same, prior_category="3", months=6)).category == "2"
    assert later(nodule("part-solid", "8.0", "4.0", **same, months=6)).category == "3"


@pytest.mark.parametrize(("mm", "category"), [("29.9", "2"), ("30.0", "3")])
def test_non_solid_at_baseline_or_new(mm: str, category: str) -> None:
    assert first(nodule("non-solid", mm)).category == category
    assert later(nodule("non-solid", mm, status="new")).category == category


@pytest.mark.parametrize(
    ("more", "category"),
    [
        ({"mm": "25.0", "status": "new"}, "2"),
        ({"mm": "35.0", "status": "stable"}, "2"),
        ({"mm": "35.0", "status": "slow-growing"}, "2"),
        ({"mm": "25.0", "before": "20.0", "months": 12}, "2"),
        ({"mm": "31.0", "before": "28.0", "months": 12}, "3"),
    ],
)
def test_non_solid_later(more: dict[str, Any], category: str) -> None:
    assert later(nodule("non-solid", **more)).category == category


@pytest.mark.parametrize(("mm", "category"), [("9.9", "2"), ("10.0", "4A")])
def test_juxtapleural(mm: str, category: str) -> None:
    assert first(nodule(mm=mm, juxtapleural=True)).category == category


@pytest.mark.parametrize(
    ("airway", "status", "category"),
    [
        ("subsegmental", None, "2"),
        ("subsegmental", "new", "2"),
        ("subsegmental", "stable", "2"),
        ("segmental", None, "4A"),
        ("segmental", "new", "4A"),
        ("segmental", "stable", "4B"),
        ("segmental", "growing", "4B"),
    ],
)
def test_airway(airway: Any, status: Any, category: str) -> None:
    found = categorise([Nodule(kind="airway", airway=airway, status=status)], baseline=status is None)
    assert found.category == category


def test_new_proximal_airway_nodule_says_that_4a_is_assumed() -> None:
    assert "4A is assumed" in str(later(Nodule(kind="airway", airway="segmental", status="new")).because[0])


@pytest.mark.parametrize(
    ("wall", "multilocular", "changes", "status", "category"),
    [
        ("thick", False, (), None, "4A"),
        ("thin", True, (), None, "4A"),
        ("thin", False, (), None, "1"),
        ("thick", False, ("thicker wall",), "growing", "4B"),
        ("thick", False, ("larger",), "growing", "3"),
        ("thin", True, ("larger",), "growing", "4B"),
        ("thin", True, ("more opacity",), "growing", "4B"),
        ("thin", True, ("became multilocular",), "growing", "4A"),
    ],
)
def test_cysts(wall: Any, multilocular: bool, changes: tuple[Any, ...], status: Any, category: str) -> None:
    cyst = Nodule(kind="cyst", cyst_wall=wall, multilocular=multilocular, cyst_changes=frozenset(changes), status=status)
    assert categorise([cyst], baseline=status is None).category == category


def test_stable_thick_walled_cyst_steps_down() -> None:
    cyst = Nodule(kind="cyst", cyst_wall="thick", status="stable", prior_category="4A", months=3)
    assert later(cyst).category == "3"


def test_no_nodules_is_category_one() -> None:
    found = first()
    assert (found.category, found.positive, [str(reason) for reason in found.because]) == ("1", False, ["No nodules"])


def test_benign_pattern_and_proven_benign() -> None:
    assert first(nodule(mm="20.0", benign_pattern=True)).category == "1"
    assert later(nodule(mm="20.0", before="16.0", proven_benign=True, prior_category="4B")).category == "2"


def test_exam_takes_the_most_suspicious_nodule_and_names_it_first() -> None:
    found = first(nodule(mm="5.0"), nodule(mm="16.0"), nodule(mm="7.0"))
    assert found.category == "4B"
    assert str(found.because[0]) == "Nodule 2: solid, 16.0 mm at baseline, band ≥15 mm"


@pytest.mark.parametrize(("mm", "category"), [("5.0", "2"), ("7.0", "4X"), ("9.0", "4X"), ("16.0", "4X")])
def test_suspicious_features_make_4x_of_3_and_4_only(mm: str, category: str) -> None:
    assert first(nodule(mm=mm, suspicious=("spiculation",))).category == category
    assert first(nodule(mm=mm), suspicious_findings=["enlarged lymph nodes"]).category == category


def test_modifier_s_is_added_to_the_label() -> None:
    assert first(nodule(mm="7.0"), significant_finding=True).label == "3S"


@pytest.mark.parametrize("reason", list(INCOMPLETE))
def test_incomplete_exam_is_category_zero_and_neither_positive_nor_negative(reason: str) -> None:
    found = first(nodule(mm="5.0"), incomplete=reason)
    assert (found.category, found.positive, str(found.management)) == ("0", None, INCOMPLETE[reason])


def test_incomplete_exam_does_not_hide_a_4b() -> None:
    assert first(nodule(mm="16.0"), incomplete="not evaluable").category == "4B"


@pytest.mark.parametrize(("mm", "management"), [("5.0", MANAGEMENT["2"]), ("7.0", MANAGEMENT["3"]), ("16.0", MANAGEMENT["4B"])])
def test_management(mm: str, management: str) -> None:
    assert str(first(nodule(mm=mm)).management) == management


def test_pet_is_offered_only_from_8_mm() -> None:
    assert "PET" in str(first(nodule(mm="8.0")).management)
    assert "PET" not in str(later(nodule(mm="7.0", status="new")).management)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (nodule(status="new"), "mean diameter is missing"),
        (nodule(mm="7.0"), "not stated whether it is new or changed, and a size is missing"),
        (nodule(mm="8.0", before="6.0"), "months between the exams are missing"),
        (nodule(mm="8.0", before="6.0", months=12, status="stable"), "contradicts the sizes 6.0 and 8.0 mm"),
        (nodule(mm="7.0", before="7.0", prior_category="3"), "months between the exams are missing"),
        (nodule(mm="9.0", status="stable", prior_category="2"), "its earlier size is missing"),
        (nodule("part-solid", "9.0", status="new"), "size of its solid part is missing"),
        (nodule("part-solid", "5.0", status="new"), "size of its solid part is missing"),
        (nodule("part-solid", "9.0", "3.0", before="9.0", months=12), "earlier size of its solid part is missing"),
        (nodule("part-solid", "12.0", "3.0", before="9.0", solid_before="3.0", months=12), "table does not name"),
        (nodule("non-solid", "36.0", before="32.0", months=12), "table does not name"),
        (Nodule(kind="airway", status="new"), "not stated whether subsegmental"),
        (Nodule(kind="airway", airway="subsegmental", status="growing"), "table does not name"),
        (Nodule(kind="cyst", status="new"), "not stated whether its wall is thick"),
        (Nodule(kind="cyst", cyst_wall="thick", status="growing"), "not stated what grew"),
        (Nodule(kind="cyst", cyst_wall="thin", cyst_changes=frozenset({"larger"}), status="growing"), "table does not name"),
    ],
)
def test_what_cannot_be_told_is_a_named_gap(case: Nodule, words: str) -> None:
    found = later(case)
    assert (found.category, found.positive, found.label) == (None, None, None)
    assert words in str(found.gaps[0])
    assert str(found.management).startswith("No recommendation")


def test_a_gap_beside_a_known_nodule_tells_the_least_category() -> None:
    found = later(nodule(mm="9.0", status="new"), nodule(mm="7.0"))
    assert (found.category, found.at_least, len(found.gaps)) == (None, "4B", 1)
    assert later(nodule(mm="9.0", status="new", suspicious=("spiculation",)), nodule(mm="7.0")).category == "4X"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"mean_tenths": 0}, "mean_tenths is 0; expected 1 to 3000"),
        ({"mean_tenths": 60.5}, "whole number"),
        ({"kind": "part-solid", "mean_tenths": 60, "solid_tenths": 61}, r"solid part is 6\.1 mm in a nodule of 6\.0 mm"),
        ({"kind": "lump"}, "nodule kind is 'lump'"),
        ({"status": "new", "before_tenths": 50}, r"new and was 5\.0 mm before"),
        ({"prior_category": "5"}, "prior_category is '5'"),
        ({"kind": "non-solid", "juxtapleural": True}, "solid nodules only"),
        ({"months": -1}, "months is -1"),
    ],
)
def test_impossible_nodules_are_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Nodule(**({"kind": "solid"} | more))


def test_a_baseline_exam_has_no_earlier_state() -> None:
    with pytest.raises(ValueError, match="baseline exam"):
        first(nodule(mm="7.0", before="6.0"))


@pytest.mark.parametrize(("long", "short", "mean"), [(6.0, 5.9, 60), (8.3, 6.8, 76), (7.0, 6.8, 69), ("10.15", "9.95", 101)])
def test_mean_diameter_rounds_halves_up(long: Any, short: Any, mean: int) -> None:
    assert size.mean_tenths(Decimal(str(long)), Decimal(str(short))) == mean


def test_mean_diameter_needs_the_long_one_first() -> None:
    with pytest.raises(ValueError, match="short not above long"):
        size.mean_tenths(5, 6)


@pytest.mark.parametrize(("days", "months"), [(178, 6), (91, 3), (365, 12), (372, 12), (0, 0)])
def test_months_are_rounded_to_the_nearest(days: int, months: int) -> None:
    assert size.months_between(date(2024, 1, 1), date.fromordinal(date(2024, 1, 1).toordinal() + days)) == months


def test_assessment_names_rule_and_inputs() -> None:
    found = first(nodule(mm="7.0"))
    assert found.rule == "Lung-RADS v2022"
    assert (found.nodules[0].name, found.nodules[0].mean_tenths) == ("1", 70)


@given(
    kind=st.sampled_from(["solid", "part-solid", "non-solid"]),
    mean=st.none() | st.integers(1, 400),
    part=st.none() | st.integers(0, 400),
    status=st.sampled_from([None, "new", "stable", "growing", "slow-growing"]),
    before=st.none() | st.integers(1, 400),
    part_before=st.none() | st.integers(0, 400),
    months=st.none() | st.integers(0, 60),
    prior=st.sampled_from([None, "0", "1", "2", "3", "4A", "4B", "4X"]),
)
def test_every_possible_nodule_gets_a_category_or_a_named_gap(
    kind: Any, mean: Any, part: Any, status: Any, before: Any, part_before: Any, months: Any, prior: Any
) -> None:
    assume(mean is None or part is None or part <= mean)
    assume(before is None or part_before is None or part_before <= before)
    assume(status != "new" or before is None)
    sizes = {"mean_tenths": mean, "solid_tenths": part, "before_tenths": before, "solid_before_tenths": part_before}
    found = later(Nodule(kind=kind, status=status, months=months, prior_category=prior, **sizes))
    assert (found.category in MANAGEMENT) != bool(found.gaps)
    assert all(str(reason) for reason in (*found.because, *found.gaps, found.management))


@pytest.mark.parametrize("status", [None, "new", "growing"])
def test_a_larger_solid_nodule_is_never_less_suspicious(status: Any) -> None:
    order = list(MANAGEMENT)
    exams = [categorise([Nodule(kind="solid", mean_tenths=mm, status=status)], baseline=status is None) for mm in range(1, 300)]
    ranks = [order.index(exam.category or "") for exam in exams]
    assert ranks == sorted(ranks)

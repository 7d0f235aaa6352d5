"""Two opinions compared field by field, and what became of the AI's marks, in words."""

from dataclasses import replace

import pytest

from core.workflow.ai import FindingLine
from core.workflow.comparison import between
from core.workflow.differences import DISMISSED, FIELDS, against_ai, in_words
from core.workflow.follow_up import Change
from core.workflow.opinion import Lesion, NoduleFinding, Opinion, ViewToRepeat
from core.workflow.opinion_extent import Extent
from core.workflow.prefill import nodule_of
from db.enums import ProgrammeDecision as D

EXTENT = Extent({"L-CC": (2000, 3000)})


def said(first: Opinion, second: Opinion) -> dict[str, tuple[str, str]]:
    return {str(one.what): (str(one.first), str(one.second)) for one in between(first, second, EXTENT)}


def nodule(name: str = "1", size: float = 7.0, at: float | None = 0.0, mark: int | None = None) -> NoduleFinding:
    centre = None if at is None else (at, 0.0, 0.0)
    return NoduleFinding(name=name, kind="solid", mean_mm=size, centre_lps_mm=centre, from_mark=mark, slice=3)


def lung(*nodules: NoduleFinding) -> Opinion:
    return Opinion("3", D.short_term_recall, nodules=nodules)


def breast(*lesions: Lesion) -> Opinion:
    return Opinion("4B", D.assessment, lesions=lesions)


def lesion(x: float, *, concern: int = 4, side: str = "L", kind: str = "other") -> Lesion:
    return Lesion(side=side, kind=kind, concern=concern, positions={f"{side}-CC": (x, 100.0)})


def test_two_that_say_the_same_do_not_differ() -> None:
    assert between(lung(nodule()), lung(nodule(name="5"))) == ()


def test_decision_category_density_and_each_breast_are_named() -> None:
    first = Opinion("4B", D.assessment, density="B", assessments={"L": "abnormal"}, per_side={"L": "4B", "R": "1"})
    second = Opinion("2", D.routine_recall, density="C", assessments={"L": "normal"}, per_side={"L": "2", "R": "1"})
    assert said(first, second) == {
        "Decision": ("Assessment", "Routine screening"),
        "Category": ("4B", "2"),
        "Assessment, left breast": ("Abnormal", "Normal"),
        "Category, left breast": ("4B", "2"),
        "Breast density": ("B", "C"),
    }


def test_a_side_that_is_not_named_is_normal_where_the_other_is() -> None:
    first = Opinion("4B", D.assessment, assessments={"L": "abnormal"})
    second = Opinion("4B", D.assessment, assessments={"L": "abnormal", "R": "normal"})
    assert said(first, second) == {}


def test_views_to_repeat_differ_by_name_and_by_reason() -> None:
    first = Opinion("0", D.technical_recall, views=(ViewToRepeat(view="L-CC", reason="motion"), ViewToRepeat(view="R-CC", reason="motion")))
    second = Opinion("0", D.technical_recall, views=(ViewToRepeat(view="L-CC", reason="exposure"),))
    assert said(first, second) == {
        "View to repeat: L-CC": ("Motion", "Exposure"),
        "View to repeat: R-CC": ("Motion", "not named"),
    }


@pytest.mark.parametrize(
    ("other", "differ"),
    [
        (nodule("9", at=9.0), {}),
        (nodule("9", at=11.0), {"Nodule 1": ("Solid, 7.0 mm", "not named"), "Nodule 9": ("not named", "Solid, 7.0 mm")}),
        (nodule("9", size=8.0, at=2.0), {"Nodule 1": ("Solid, 7.0 mm", "Solid, 8.0 mm")}),
        (nodule("9", at=None), {"Nodule 1": ("Solid, 7.0 mm", "not named"), "Nodule 9": ("not named", "Solid, 7.0 mm")}),
    ],
)
def test_nodules_are_the_same_by_their_place(other: NoduleFinding, differ: dict[str, tuple[str, str]]) -> None:
    assert said(lung(nodule()), lung(other)) == differ


def test_nodules_are_the_same_by_the_mark_they_began_as() -> None:
    assert said(lung(nodule(at=0.0, mark=2)), lung(nodule(at=50.0, mark=2))) == {}


def test_lesions_are_the_same_when_close_together_on_a_view() -> None:
    assert said(breast(lesion(100)), breast(lesion(240))) == {}
    assert len(between(breast(lesion(100)), breast(lesion(260)), EXTENT)) == 2
    assert len(between(breast(lesion(100)), breast(lesion(100, side="R")), EXTENT)) == 2
    assert said(breast(lesion(100)), breast(lesion(100, concern=5))) == {
        "Lesion, left breast": ("Other, concern 4: Suspicious of malignancy", "Other, concern 5: Highly suspicious of malignancy")
    }


def test_a_difference_says_where_to_look() -> None:
    (missing,) = between(lung(nodule()), lung())
    assert missing.place == {"slice": 3, "centre_lps_mm": (0.0, 0.0, 0.0)}
    (spot,) = between(breast(), breast(lesion(100)), EXTENT)
    assert spot.place == {"view": "L-CC", "position": [100, 100.0]}


BEFORE = {"kind": "solid", "long_mm": 7.0, "short_mm": 6.0, "mean_mm": 6.5, "volume_mm3": 140.0, "side": "R"}


def taken(**changed: object) -> NoduleFinding:
    return NoduleFinding.from_json({"name": "1", **BEFORE, "from_mark": 1, "before": BEFORE, **changed})


@pytest.mark.parametrize(
    ("nodule", "expected"),
    [
        (taken(), ["AI mark 1: taken over as it was"]),
        (taken(long_mm=7.04), ["AI mark 1: taken over as it was"]),
        (taken(kind="part-solid"), ["AI mark 1: type changed from Solid to Part-solid"]),
        (taken(volume_mm3=200.0), ["AI mark 1: volume changed from 140 mm³ to 200 mm³"]),
        (taken(volume_mm3=None), ["AI mark 1: volume 140 mm³ taken away"]),
        (taken(lobe="RUL"), ["AI mark 1: lobe right upper lobe added by the reader"]),
        (taken(side="L"), ["AI mark 1: side changed from right to left"]),
    ],
)
def test_what_was_changed_of_a_mark_is_kept_in_words(nodule: NoduleFinding, expected: list[str]) -> None:
    assert [str(in_words(one)) for one in against_ai([nodule], [1], {})] == expected


def test_every_mark_and_every_finding_of_ones_own_has_its_entry() -> None:
    own = NoduleFinding(name="5", kind="solid")
    found = against_ai([taken(), own], [1, 2, 3], {2: "scar"}, [Lesion(side="L", kind="other", concern=1)])
    assert [str(in_words(one)) for one in found] == [
        "AI mark 1: taken over as it was",
        "AI mark 2: dismissed, scar or fibrosis",
        "AI mark 3: neither taken over nor dismissed",
        "Nodule 5: not marked by the AI",
        "Other, left breast: not marked by the AI",
    ]
    assert set(FIELDS) == {"kind", "long_mm", "short_mm", "mean_mm", "solid_mm", "volume_mm3", "side", "lobe", "earlier_mm"}
    assert all(str(in_words({"what": "dismissed", "mark": 1, "reason": reason})) for reason in DISMISSED)


def mark(**said: object) -> FindingLine:
    empty = dict.fromkeys(FindingLine.__dataclass_fields__)
    known = {"number": 3, "laterality": "R", "place": {"center_lps_mm": [1, 2, 3]}, "detail": {}, "mean_diameter_mm": 6.4}
    return FindingLine(**{**empty, **known, **said})  # type: ignore[arg-type]


def test_a_mark_becomes_a_draft_without_anything_that_the_ai_did_not_say() -> None:
    drafted = nodule_of(mark())
    assert (drafted.kind, drafted.long_mm, drafted.mean_diameter_mm, drafted.side, drafted.lobe) == ("", None, 6.4, "R", "")
    assert (drafted.from_mark, drafted.centre_lps_mm, drafted.slice) == (3, (1.0, 2.0, 3.0), None)
    assert drafted.before == {"mean_mm": 6.4, "side": "R"}
    assert nodule_of(mark(laterality="L", detail={"type": "solid", "upper_lobe": True})).lobe == "LUL"
    assert nodule_of(mark(laterality="R", detail={"upper_lobe": True})).lobe == ""


def test_an_earlier_size_from_the_pairing_is_the_ais_until_it_is_changed() -> None:
    grown = nodule_of(mark(), None, Change(3, 1, 5.0, 12, False))
    assert (grown.earlier_mm, grown.earlier_months, grown.before["earlier_mm"]) == (5.0, 12, 5.0)
    own = against_ai([replace(grown, earlier_mm=6.0)], [3], {})
    assert "AI mark 3: earlier size changed from 5.0 mm to 6.0 mm" in [str(in_words(one)) for one in own]
    assert nodule_of(mark(), None, Change(3, None, None, 12, False)).change == ""

"""What a reader says: it survives storage whole, and what contradicts itself is refused in plain words."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Rejected
from core.words import say
from core.workflow.opinion import Lesion, Measurement, NoduleFinding, Opinion, ViewToRepeat
from core.workflow.opinion_check import check
from core.workflow.opinion_extent import Extent
from core.workflow.opinion_parts import ASSESSMENTS, FLAGS, LESIONS, NODULES, REASONS
from core.workflow.programmes import card
from db.enums import ProgrammeDecision as D

mm = st.floats(0.5, 300, allow_nan=False)
some = st.none() | mm
texts = st.text(max_size=20)
points = st.tuples(st.floats(0, 4000), st.floats(0, 4000))
lesions = st.builds(
    Lesion, side=st.sampled_from("LR"), kind=st.sampled_from(list(LESIONS)), concern=st.integers(1, 5), size_mm=some, note=texts,
    positions=st.dictionaries(st.sampled_from(["L-CC", "L-MLO"]), points), from_mark=st.none() | st.integers(1, 9),
)  # fmt: skip
nodules = st.builds(
    NoduleFinding, name=st.text(min_size=1, max_size=5), kind=st.sampled_from(list(NODULES)), long_mm=some, short_mm=some, mean_mm=some,
    solid_mm=st.none() | st.just(0.0) | mm, earlier_solid_mm=st.none() | st.just(0.0), volume_mm3=some,
    slice=st.none() | st.integers(0, 600),
    flags=st.lists(st.sampled_from(list(FLAGS)), unique=True).map(tuple), centre_lps_mm=st.none() | st.tuples(mm, mm, mm),
    before=st.dictionaries(texts, mm), multilocular=st.booleans(), earlier_months=st.none() | st.integers(0, 24),
)  # fmt: skip
measurements = st.builds(
    Measurement, id=texts, kind=st.just("length"), points=st.lists(st.tuples(mm, mm, mm), max_size=4).map(tuple), mm=st.tuples(mm),
    image=st.dictionaries(texts, st.integers() | texts),
)  # fmt: skip
opinions = st.builds(
    Opinion, category=st.sampled_from(["1", "4A"]), decision=st.sampled_from(list(D)), note=texts.map(str.strip),
    density=st.none() | st.sampled_from("ABCD"), assessments=st.dictionaries(st.sampled_from("LR"), st.sampled_from(list(ASSESSMENTS))),
    per_side=st.dictionaries(st.sampled_from("LR"), st.just("2")), lesions=st.lists(lesions, max_size=3).map(tuple),
    nodules=st.lists(nodules, max_size=3).map(tuple), measurements=st.lists(measurements, max_size=2).map(tuple),
    views=st.lists(st.builds(ViewToRepeat, view=texts, reason=st.sampled_from(list(REASONS)), note=texts), max_size=2).map(tuple),
    suggestion=texts, differences=st.lists(st.dictionaries(texts, texts), max_size=2).map(tuple),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(opinions)
def test_an_opinion_comes_back_from_storage_as_it_went_in(opinion: Opinion) -> None:
    stored = json.loads(json.dumps(opinion.to_json()))
    assert Opinion.from_json(stored, category=opinion.category, decision=opinion.decision) == opinion


def test_a_normal_case_stores_nothing_but_what_was_said() -> None:
    assert Opinion("1", D.routine_recall).to_json() == {}


def test_reads_signed_by_the_first_form_still_open() -> None:
    old: dict[str, Any] = {"note": "Old", "density": "B", "per_side": {"L": "2"}, "nodules": [{"size": 5}], "suggestion": "The rule says 2"}
    found = Opinion.from_json(old, category="2", decision=D.routine_recall)
    assert (found.note, found.density, found.per_side, found.nodules[0].long_mm) == ("Old", "B", {"L": "2"}, None)
    assert str(found.rule_said) == "The rule says 2"


def test_what_the_rule_said_is_kept_as_a_sentence_that_can_be_translated() -> None:
    said = say("{rule} suggests category {category}", rule="Lung-RADS v2022", category="3")
    assert Opinion("3", D.short_term_recall, suggestion=said.to_json()).rule_said == said


EXTENT = Extent({"L-CC": (2000, 3000), "R-CC": (2000, 3000)}, 100)
L = {"side": "L", "kind": "other", "concern": 3}
N = {"name": "1", "kind": "solid"}
ONE = Measurement(id="a", kind="length", mm=(4.0,))


def breast(category: str = "4B", decision: D = D.assessment, **said: Any) -> tuple[str, Opinion]:
    return "breast", Opinion(category, decision, **said)


def lesion(**said: Any) -> tuple[str, Opinion]:
    return breast(lesions=(Lesion(**{**L, **said}),))


def lung(**said: Any) -> tuple[str, Opinion]:
    return "lung", Opinion("3", D.short_term_recall, nodules=(NoduleFinding(**{**N, **said}),))


def measured(**said: Any) -> tuple[str, Opinion]:
    return "lung", Opinion("2", D.routine_recall, measurements=(Measurement(**{"id": "a", "kind": "length", "mm": (4.0,), **said}),))


WRONG = {
    "has no category 7": breast("7"),
    "has no category 9": breast(per_side={"L": "9"}),
    "has no category 8": lesion(category="8"),
    "Density E is not known": breast(density="E"),
    "Side X is not known": breast(per_side={"X": "2"}),
    "Assessment odd is not known": breast(assessments={"L": "odd"}),
    "Side L is described but has no category": breast(assessments={"L": "abnormal"}, per_side={"R": "2"}),
    "is abnormal, but the decision is routine recall": breast("2", D.routine_recall, assessments={"L": "abnormal"}),
    "is clinical, but the decision is routine recall": breast("2", D.routine_recall, assessments={"R": "clinical", "L": "normal"}),
    "Both breasts are normal, but": breast(assessments={"L": "normal", "R": "normal"}),
    "cannot be less than its breasts": breast("2", D.routine_recall, per_side={"L": "5", "R": "1"}),
    "Technical recall names no view": breast("0", D.technical_recall),
    "the decision is not technical recall": breast(views=(ViewToRepeat(view="L-CC", reason="motion"),)),
    "View L-XX is not one": breast("0", D.technical_recall, views=(ViewToRepeat(view="L-XX", reason="motion"),)),
    "repeated for no known reason": breast("0", D.technical_recall, views=(ViewToRepeat(view="L-CC", reason=""),)),
    "named twice": breast("0", D.technical_recall, views=(ViewToRepeat(view="L-CC", reason="motion"),) * 2),
    "Lesion type odd": lesion(kind="odd"),
    "Level of concern is 6": lesion(concern=6),
    "Lesion size is -1": lesion(size_mm=-1),
    "placed on view R-CC; place it on its own side": lesion(positions={"R-CC": (1, 1)}),
    "view L-MLO, which this exam does not have": lesion(positions={"L-MLO": (1, 1)}),
    "outside its 2000 × 3000 pixels": lesion(positions={"L-CC": (2001, 5)}),
    "Breasts are assessed on mammograms only": ("lung", Opinion("2", D.routine_recall, density="B")),
    "Lung nodules are described on CT only": breast(nodules=(NoduleFinding(**N),)),
    "“odd” is not known; choose one of solid": lung(kind="odd"),
    "“” is not known; choose one of solid": lung(kind=""),
    "“wings” is not known": lung(flags=("wings",)),
    "“melted” is not known": lung(cyst_changes=("melted",)),
    "short diameter 9.0 mm is more than long diameter 6.0 mm": lung(long_mm=6.0, short_mm=9.0),
    "mean diameter 9.0 mm does not lie": lung(long_mm=6.0, short_mm=5.0, mean_mm=9.0),
    "solid part 8.0 mm is more than the whole nodule, 6.0 mm": lung(kind="part-solid", mean_mm=6.0, solid_mm=8.0),
    "size 0 mm; expected more than 0": lung(long_mm=0),
    "size nan mm³": lung(volume_mm3=float("nan")),
    "solid part of -1": lung(solid_mm=-1.0),
    "juxtapleural counts for solid nodules only": lung(kind="non-solid", flags=("juxtapleural",)),
    "it is new and has an earlier size": lung(change="new", earlier_mm=4.0),
    "lobe LUL does not lie on side R": lung(lobe="LUL", side="R"),
    "slice 100, but the exam has 100 slices": lung(slice=100),
    "“ ” is empty or used twice": lung(name=" "),
    "“1” is empty or used twice": ("lung", Opinion("3", D.short_term_recall, nodules=(NoduleFinding(**N), NoduleFinding(**N)))),
    "Measurement of kind area": measured(kind="area"),
    "expected 2 lengths": measured(kind="two_diameters"),
    "expected the long diameter first": measured(kind="two_diameters", mm=(3.0, 4.0)),
    "belongs to nodule 7": measured(nodule="7"),
}


@pytest.mark.parametrize("words", WRONG)
def test_what_contradicts_itself_is_refused(words: str) -> None:
    programme, opinion = WRONG[words]
    with pytest.raises(Rejected) as refused:
        check(opinion, card(programme), EXTENT)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("programme", "opinion"),
    [
        breast("1", D.routine_recall),
        breast("2", D.routine_recall, assessments={"L": "normal", "R": "normal"}, per_side={"L": "1", "R": "2"}, density="C"),
        breast("4B", assessments={"L": "abnormal"}, per_side={"L": "4B", "R": "1"}),
        breast("0", assessments={"L": "clinical", "R": "normal"}),
        breast("0", D.technical_recall, views=(ViewToRepeat(view="L-CC", reason="motion"), ViewToRepeat(view="R-CC", reason="other"))),
        lesion(positions={"L-CC": (0, 3000)}),
        lung(kind="part-solid", long_mm=9.0, short_mm=7.0, solid_mm=0.0, slice=99, lobe="RUL", side="R"),
        lung(flags=("juxtapleural",)),
        ("lung", Opinion("0", D.technical_recall)),
        measured(nodule=""),
        ("lung", Opinion("2", D.routine_recall, nodules=(NoduleFinding(**N),), measurements=(replace(ONE, nodule="1"),))),
    ],
)  # fmt: skip
def test_what_makes_sense_is_accepted(programme: str, opinion: Opinion) -> None:
    check(opinion, card(programme), EXTENT)

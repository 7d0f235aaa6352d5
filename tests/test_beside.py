"""What the rules say beside an opinion: the next step of every category, the reader's own nodules, and gaps by name."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from core.workflow.beside import beside
from core.workflow.breast_beside import breast
from core.workflow.lung_beside import lung_rads_line, other_protocols
from core.workflow.lung_risk import risk_lines
from core.workflow.opinion import Lesion, NoduleFinding, Opinion
from core.workflow.programmes import card
from core.workflow.risk_facts import Facts, facts_of
from core.workflow.rule_line import RuleLine
from db.engine import transaction
from db.enums import ExamKind, Sex
from db.enums import ProgrammeDecision as D
from db.tables import ParticipantFact
from tests.build import a_participant, a_person, a_site, ago

LESION = Lesion(side="L", kind="other", concern=4)
FACTS = Facts(62, Sex.female, family_history=False, emphysema=False, ever_smoker=True, extrathoracic_cancer=False)


def nodule(size: float | None = None, kind: str = "solid", name: str = "1", **said: Any) -> NoduleFinding:
    return NoduleFinding(name=name, kind=kind, long_mm=size, short_mm=size, **said)


def texts(found: tuple[object, ...]) -> str:
    return "\n".join(str(one) for one in found)


@pytest.mark.parametrize(
    ("category", "step", "decision"),
    [
        ("0", "Further imaging or comparison with earlier images", D.assessment),
        ("0", "Further imaging or comparison with earlier images", D.technical_recall),
        ("1", "Routine screening", D.routine_recall),
        ("2", "Routine screening", D.routine_recall),
        ("3", "Follow-up in 6 months", D.short_term_recall),
        ("4A", "Tissue diagnosis", D.assessment),
        ("4B", "Tissue diagnosis", D.assessment),
        ("4C", "Tissue diagnosis", D.assessment),
        ("5", "Tissue diagnosis", D.assessment),
        ("6", "Treatment as planned", D.assessment),
    ],
)
def test_every_birads_category_of_the_programme_has_its_next_step(category: str, step: str, decision: D) -> None:
    line = breast(category, decision, None)
    assert step in str(line.said)
    assert line.warnings == ()
    fitting = {row[2] for row in [(c, None, d) for c, d in FITTING if c == category]}
    for other in set(D) - fitting:
        assert len(breast(category, other, None).warnings) == 1


FITTING = [
    ("0", D.assessment), ("0", D.technical_recall), ("1", D.routine_recall), ("2", D.routine_recall), ("3", D.short_term_recall),
    ("4A", D.assessment), ("4B", D.assessment), ("4C", D.assessment), ("5", D.assessment), ("6", D.assessment),
]  # fmt: skip


def test_no_category_of_the_breast_card_lacks_a_next_step() -> None:
    assert {category.code for category in card("breast").categories} == {code for code, _ in FITTING}
    for category in card("breast").categories:
        assert breast(category.code, category.usual, None).warnings == ()


@pytest.mark.parametrize(
    ("opinion", "words"),
    [
        (
            Opinion("2", D.routine_recall, lesions=(Lesion(side="L", kind="other", concern=4),)),
            "concern 4 in the left breast, but category 2",
        ),
        (
            Opinion("4B", D.assessment, assessments={"L": "normal"}, lesions=(LESION,)),
            "concern 4 in the left breast, which is assessed as normal",
        ),
        (
            Opinion("4B", D.assessment, assessments={"R": "abnormal"}, per_side={"R": "1", "L": "4B"}),
            "The right breast is abnormal, but category 1",
        ),
        (Opinion("4B", D.assessment, assessments={"R": "normal"}, per_side={"R": "4B"}), "The right breast is normal, but category 4B"),
    ],
)
def test_parts_of_a_breast_opinion_that_point_different_ways_are_named(opinion: Opinion, words: str) -> None:
    assert words in texts(breast(opinion.category, opinion.decision, opinion).warnings)


def test_lung_rads_reads_the_readers_nodules_and_says_where_the_reader_differs() -> None:
    line = lung_rads_line([nodule(7.0), nodule(5.0, name="2")], baseline=True, chosen="4A")
    assert (line.category, line.rule) == ("3", "Lung-RADS v2022")
    assert "Low-dose CT in 6 months" in str(line.said)
    assert texts(line.warnings) == "The rule says 3, you chose 4A"
    assert "Nodule 1: solid, 7.0 mm at baseline" in str(line.because[0])
    assert lung_rads_line([nodule(7.0)], baseline=True, chosen="3").warnings == ()


def test_a_size_near_a_limit_is_flagged_and_one_far_from_it_is_not() -> None:
    assert "may be 2 / 3" in texts(lung_rads_line([nodule(5.8)], baseline=True).warnings)
    assert lung_rads_line([nodule(7.0)], baseline=True).warnings == ()


def test_the_flag_appears_exactly_where_half_a_millimetre_changes_the_category() -> None:
    """Every tenth from 1 to 35 mm against the bands of the table: <6, <8, <15 mm."""
    for size in range(10, 351):
        wanted = any(size - 5 < limit <= size + 5 for limit in (60, 80, 150))
        line = lung_rads_line([nodule(size / 10)], baseline=True)
        assert bool(line.warnings) is wanted, size


@pytest.mark.parametrize(
    ("given", "gap"),
    [
        (nodule(6.0, kind=""), "Nodule 1: its type is not chosen"),
        (nodule(None), "the mean diameter is missing"),
        (nodule(9.0, kind="part-solid"), "the size of its solid part is missing"),
        (nodule(kind="airway"), "subsegmental or more proximal"),
        (NoduleFinding(name="1", kind="solid", long_mm=5.0, short_mm=6.0), "exchange them"),
    ],
)
def test_what_is_missing_is_a_gap_with_a_name_and_no_category(given: NoduleFinding, gap: str) -> None:
    line = lung_rads_line([given, nodule(20.0, name="2")], baseline=True)
    assert line.category is None
    assert gap in texts(line.gaps)
    assert "no category yet" in str(line.said)


def test_at_follow_up_the_change_has_to_be_stated_and_growth_counts() -> None:
    assert "not stated whether it is new" in texts(lung_rads_line([nodule(7.0)], baseline=False).gaps)
    assert lung_rads_line([nodule(7.0, change="new")], baseline=False).category == "4A"
    grown = nodule(9.0, earlier_mm=6.0, earlier_months=12)
    assert lung_rads_line([grown], baseline=False).category == "4B"
    assert lung_rads_line([grown], baseline=True).category == "4A"


def test_flags_reach_the_rule() -> None:
    assert lung_rads_line([nodule(9.0, flags=("fat",))], baseline=True).category == "1"
    assert lung_rads_line([nodule(9.0, flags=("juxtapleural",))], baseline=True).category == "2"
    assert lung_rads_line([nodule(9.0, flags=("spiculation",))], baseline=True).category == "4X"
    assert lung_rads_line([nodule(kind="cyst", cyst_wall="thick")], baseline=True).category == "4A"


def by_rule(lines: tuple[RuleLine, ...], name: str) -> RuleLine:
    return next(line for line in lines if line.rule.startswith(name))


def test_other_protocols_stand_beside_and_name_what_they_lack() -> None:
    lines = other_protocols([nodule(6.0, volume_mm3=113.0), nodule(4.0, name="2")], baseline=True)
    assert "Nodule 1: NELSON category 3" in texts(by_rule(lines, "NELSON").because)
    assert "Nodule 2: its volume is missing" in texts(by_rule(lines, "NELSON").gaps)
    assert "Nodule 1: CT in 3 months" in texts(by_rule(lines, "BTS").because)
    assert "Nodule 2: Discharge" in texts(by_rule(lines, "BTS").because)
    assert "(unverified limit)" in texts(by_rule(lines, "European").because)
    assert all(line.folded for line in lines)


@pytest.mark.parametrize(("volume", "flips"), [(55.0, True), (100.0, False), (420.0, True), (300.0, False)])
def test_a_volume_near_a_limit_of_nelson_is_flagged(volume: float, flips: bool) -> None:
    assert bool(by_rule(other_protocols([nodule(6.0, volume_mm3=volume)], baseline=True), "NELSON").warnings) is flips


def test_a_large_solid_nodule_needs_the_brock_probability() -> None:
    lines = other_protocols([nodule(10.0, volume_mm3=520.0)], baseline=True)
    assert "the Brock probability decides" in texts(by_rule(lines, "BTS").gaps)


def test_brock_and_mayo_are_computed_only_from_facts() -> None:
    upper = nodule(8.0, lobe="RUL", side="R")
    lines = risk_lines([upper], FACTS)
    assert "probability of malignancy 5.8 %" in texts(by_rule(lines, "Brock").because)  # domain/clinical-rules.md 2.6: 0.057940
    assert by_rule(lines, "Mayo").gaps == ()
    unknown = texts(by_rule(risk_lines([nodule(8.0)], Facts(62, Sex.unknown)), "Brock").gaps)
    for named in ("the sex", "family history of lung cancer", "emphysema", "the lobe"):
        assert named in unknown
    assert "the age" not in unknown
    assert len(risk_lines([upper, nodule(4.0, name="2")], FACTS)) == 1


def test_facts_are_those_of_the_day_of_the_exam_and_of_the_own_sites(database: str) -> None:
    with transaction() as session:
        dana, stranger = a_person(session), a_person(session, "stranger", site=a_site(session, "SOUTH", name="South clinic"))
        who = a_participant(session, "Doe^Jane")
        for day, said in ((date(2020, 1, 1), True), (date(2024, 1, 1), False)):
            fact = {"kind": "emphysema", "value": {"said": said}, "valid_from": day, "entered_at": ago(1)}
            session.add(ParticipantFact(participant_id=who.id or 0, **fact))
    with transaction() as session:
        assert [facts_of(session, dana, who.id or 0, date(year, 6, 1)).emphysema for year in (2019, 2022, 2025)] == [None, True, False]
        with pytest.raises(Exception, match="not at one of your sites"):
            facts_of(session, stranger, who.id or 0, date(2025, 1, 1))


def test_without_own_nodules_no_rule_speaks_for_the_reader() -> None:
    case: Any = SimpleNamespace(kind=ExamKind.lung_ct, baseline=True, card=card("lung"))
    assert beside(case, category="2", decision=D.routine_recall) == ()
    assert "leads to short-term recall; you chose routine recall" in texts(
        beside(case, category="3", decision=D.routine_recall)[0].warnings
    )

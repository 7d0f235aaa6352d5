"""Nodules before and now as a reader sees them: what was measured, what it may mean within the error, and nothing that is held back."""

import numpy as np
import pytest
from sqlmodel import Session

from core.access import Person
from core.rules.growth_error import of_volumes
from core.workflow.ai import FindingLine
from core.workflow.follow_up import changes, inputs
from core.workflow.growth_view import GrowthView, growth_view
from core.workflow.growth_words import told
from core.workflow.matching import match, pair
from core.workflow.prefill import nodule_of
from core.workflow.reading import case, suggestion
from db.engine import transaction
from db.tables import Registration
from tests.build import a_decision, a_person, a_run
from tests.growth_build import NOW_MM, PLACES, TwoExams, a_scored, scored_both, sphere, two_exams


def compared(session: Session, *, days_between: int = 365, decided: bool = True) -> tuple[Person, TwoExams]:
    """Five nodules, the fifth one new now, and one more that was there earlier only."""
    person, two = a_person(session), two_exams(session, days_between=days_between, moved=np.eye(4))
    a_scored(session, two.now, NOW_MM, np.array(PLACES))
    a_scored(session, two.earlier, (8.0, 6.0, 10.0, 7.0, 5.0), np.array([*PLACES[:4], (0, 100, 0)]))
    session.add(
        Registration(
            exam_id=two.now.id,
            earlier_exam_id=two.earlier.id,
            method="test",
            matrix=np.eye(4).tolist(),
            quality={"grade": "good"},
            at=two.now.received_at,
        )
    )
    session.flush()
    match(session, two.now.id or 0, two.earlier.id or 0)
    if decided:
        a_decision(session, two.earlier, person, days_ago=100)
    return person, two


def seen(session: Session, person: Person, two: TwoExams) -> GrowthView:
    return growth_view(session, person, two.now.id or 0)


def test_each_nodule_has_its_sizes_its_change_and_its_doubling_time(database: str) -> None:
    with transaction() as session:
        found = seen(session, *compared(session))
    assert found.reason is None
    assert found.days == 365
    assert [row.status for row in found.rows] == ["paired"] * 4 + ["not marked earlier", "not marked now"]
    grown, steady = found.rows[0], found.rows[1]
    assert grown.before is not None
    assert grown.now is not None
    assert (grown.before.mean_mm, grown.now.mean_mm) == (8.0, 10.0)
    assert grown.change_percent == pytest.approx(95.3, abs=0.1)
    assert grown.doubling is not None
    assert grown.doubling.days == pytest.approx(378.0, abs=0.5)
    assert "Volume +95 % in 365 days. Volume doubling time 378 days" in str(grown.told)
    assert "within the error of measurement (25 %)" in str(steady.told)
    assert grown.assumed_solid is False
    assert not grown.disagree  # 2 mm in a year and a doubling in about one: work-up for Lung-RADS, NELSON and BTS
    assert grown.flips  # within a quarter of its volume it might have doubled more slowly
    assert found.rows[5].before is not None
    assert found.rows[5].before.number == 5


def test_a_correction_recalculates_everything(database: str) -> None:
    with transaction() as session:
        person, two = compared(session)
        pair(session, person, two.now.id or 0, two.earlier.id or 0, number=1, earlier_number=3)
        rows = {row.now.number: row for row in seen(session, person, two).rows if row.now}
        assert rows[1].before is not None
        assert rows[1].before.mean_mm == 10.0
        assert rows[1].change_percent == pytest.approx(0)
        assert rows[1].paired_by == "Dana Test"
        assert rows[3].status == "not marked earlier"
        assert [row.before.number for row in seen(session, person, two).rows if row.before and not row.now] == [1, 5]


def test_before_anything_was_compared_nothing_is_called_new_or_gone(database: str) -> None:
    with transaction() as session:
        person, two = a_person(session), two_exams(session)
        scored_both(session, two)
        a_decision(session, two.earlier, person)
        found = seen(session, person, two)
        assert {row.status for row in found.rows} == {"not compared"}
        assert found.laid is None
        assert changes(session, person, two.now.id or 0) == {}


def test_without_an_earlier_exam_or_a_result_the_reason_is_said(database: str) -> None:
    with transaction() as session:
        person, two = a_person(session), two_exams(session)
        assert "no earlier CT" in str(growth_view(session, person, two.earlier.id or 0).reason)
        a_run(session, two.now)
        a_decision(session, two.earlier, person)
        assert seen(session, person, two).rows == ()
        assert seen(session, person, two).reason is not None


def test_nothing_is_shown_before_the_earlier_exam_is_decided(database: str) -> None:
    with transaction() as session:
        found = seen(session, *compared(session, decided=False))
    assert found.rows == ()
    assert "not been decided" in str(found.reason)


def test_the_rule_gets_new_and_earlier_sizes_and_says_what_to_look_at(database: str) -> None:
    with transaction() as session:
        person, two = compared(session)
        known = changes(session, person, two.now.id or 0)
        marks = case(session, person, two.now.id or 0).ai
        assert marks is not None
        found = inputs(marks.findings, known)
        assert found.gap is None
        assert [(one.status, one.before_tenths, one.months) for one in found.nodules[:2]] == [(None, 80, 12), (None, 60, 12)]
        assert found.nodules[4].status == "new"
        assert [str(one) for one in found.remarks] == [
            "Nodule 5 was not marked in the earlier exam and is taken as new: look there before you sign"
        ]
        pair(session, person, two.now.id or 0, two.earlier.id or 0, number=5, earlier_number=None)
        assert inputs(marks.findings, changes(session, person, two.now.id or 0)).remarks == ()


def test_without_match_or_type_the_gap_stays_named(database: str) -> None:
    with transaction() as session:
        person, two = compared(session)
        ai = case(session, person, two.now.id or 0).ai
        assert ai is not None
        marks: tuple[FindingLine, ...] = ai.findings
        assert "new or have grown" in str(inputs(marks, {}).gap)
        known = changes(session, person, two.now.id or 0)
        untyped = [FindingLine(**{**{name: getattr(mark, name) for name in mark.__dataclass_fields__}, "detail": {}}) for mark in marks]
        assert "type is not known" in str(inputs(untyped, known).gap)


def test_words_claim_no_more_than_was_measured() -> None:
    def words(before: float, now: float, days: int = 365) -> str:
        return str(told((now / before - 1) * 100, of_volumes(before, now, days), days, by_diameter=False))

    assert words(sphere(6), sphere(6.1)).startswith("Volume +5 % in 365 days: within the error")
    assert "no growth" in words(100, 126)
    assert words(100, 60).endswith("it became smaller")
    assert str(told(None, None, 365, by_diameter=False)).startswith("A size is missing")
    assert str(told(5.0, None, 0, by_diameter=False)) == "The exams are of the same day"


def test_the_case_says_what_lung_rads_makes_of_matched_nodules(database: str) -> None:
    with transaction() as session:
        person, two = compared(session)
        found = case(session, person, two.now.id or 0)
        said = suggestion(found)
        assert found.ai is not None
        assert said.category == "4B"  # 8 → 10 mm in a year has grown, and is 8 mm or more
        assert [mark.category for mark in found.ai.findings][:2] == ["4B", "2"]  # 6.0 mm was a 3; 6.1 mm a year later steps down
        assert any("look there before you sign" in str(one) for one in said.because)
        drafts = [nodule_of(mark, None, found.changes[mark.number]) for mark in found.ai.findings]
        assert (drafts[0].earlier_mm, drafts[0].earlier_months, drafts[0].change) == (8.0, 12, "")
        assert (drafts[4].earlier_mm, drafts[4].change) == (None, "")  # only a doctor calls a nodule new
        pair(session, person, two.now.id or 0, two.earlier.id or 0, number=5, earlier_number=None)
        again = case(session, person, two.now.id or 0)
        assert again.ai is not None
        assert nodule_of(again.ai.findings[4], None, again.changes[5]).change == "new"


def test_before_the_match_the_case_keeps_the_gap(database: str) -> None:
    with transaction() as session:
        person, two = a_person(session), two_exams(session)
        scored_both(session, two)
        a_decision(session, two.earlier, person)
        found = case(session, person, two.now.id or 0)
        assert found.changes == {}
        assert "new or have grown" in str(suggestion(found).text)

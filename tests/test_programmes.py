"""Programme cards: complete, translatable, and what a decision sets in motion is said with its date."""

from datetime import date, timedelta

import pytest

from core.errors import Rejected
from core.workflow import programmes
from core.workflow.months import months_after
from core.workflow.programmes import card, cards, consequence, due, programme_row
from db.engine import transaction
from db.enums import ExamKind, ProgrammeDecision

DAY = date(2026, 11, 23)


def test_every_kind_of_exam_has_one_programme() -> None:
    assert sorted(one.kind for one in cards().values()) == sorted(ExamKind)
    assert set(cards()) == {"lung", "breast"}


def test_every_decision_has_its_days_and_every_word_can_be_translated() -> None:
    for one in cards().values():
        assert set(one.due_days) | set(one.due_months) == set(ProgrammeDecision) - {ProgrammeDecision.routine_recall}
        assert not set(one.due_days) & set(one.due_months), "days or months, not both"
        assert {one.name, *(category.name for category in one.categories)} <= set(programmes.CARD_WORDS)
        assert one.queue.priority_days < one.queue.urgent_days
        assert one.triage.soon_step < one.triage.urgent_step


@pytest.mark.parametrize(
    ("programme", "decision", "category", "expected"),
    [
        ("lung", ProgrammeDecision.routine_recall, "2", DAY + timedelta(days=365)),
        ("breast", ProgrammeDecision.routine_recall, "1", DAY + timedelta(days=730)),
        ("lung", ProgrammeDecision.short_term_recall, "3", date(2027, 5, 23)),
        ("lung", ProgrammeDecision.short_term_recall, "4A", date(2027, 2, 23)),
        ("breast", ProgrammeDecision.short_term_recall, "3", date(2027, 5, 23)),
        ("lung", ProgrammeDecision.short_term_recall, None, date(2027, 5, 23)),
        ("lung", ProgrammeDecision.assessment, "4B", DAY + timedelta(days=14)),
        ("breast", ProgrammeDecision.assessment, None, DAY + timedelta(days=21)),
        ("breast", ProgrammeDecision.technical_recall, "0", DAY + timedelta(days=28)),
    ],
)
def test_what_was_decided_is_due_on_the_day_that_is_said(
    programme: str, decision: ProgrammeDecision, category: str | None, expected: date
) -> None:
    assert due(card(programme), decision, DAY, category) == expected
    assert consequence(card(programme), decision, DAY, category).values["due"] == expected


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 6, date(2026, 7, 31)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 10, 31), 12, date(2027, 10, 31)),
    ],
)
def test_months_keep_inside_the_month(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


def test_the_consequence_reads_as_a_sentence() -> None:
    said = consequence(card("breast"), ProgrammeDecision.assessment, DAY)
    assert str(said) == "Recall for assessment: a task for the coordinator is made, due 2026-12-14"


def test_an_unknown_programme_is_named() -> None:
    with pytest.raises(Rejected, match="no programme called prostate; expected one of breast, lung"):
        card("prostate")


def test_a_programme_has_one_row_for_each_version_of_its_card(database: str) -> None:
    with transaction() as session:
        first, again = programme_row(session, "lung"), programme_row(session, "lung")
        assert (first.id, first.card_version) == (again.id, card("lung").version)

"""Programme cards: complete, translatable, and what a decision sets in motion is said with its date."""

from datetime import date, timedelta

import pytest

from core.errors import Rejected
from core.workflow import programmes
from core.workflow.programmes import card, cards, consequence, due, programme_row
from db.engine import transaction
from db.enums import ExamKind, ProgrammeDecision

DAY = date(2026, 11, 23)


def test_every_kind_of_exam_has_one_programme() -> None:
    assert sorted(one.kind for one in cards().values()) == sorted(ExamKind)
    assert set(cards()) == {"lung", "breast"}


def test_every_decision_has_its_days_and_every_word_can_be_translated() -> None:
    for one in cards().values():
        assert set(one.due_days) == set(ProgrammeDecision) - {ProgrammeDecision.routine_recall}
        assert {one.name, *(category.name for category in one.categories)} <= set(programmes.CARD_WORDS)
        assert one.queue.priority_days < one.queue.urgent_days
        assert one.triage.soon_step < one.triage.urgent_step


@pytest.mark.parametrize(
    ("programme", "decision", "category", "days"),
    [
        ("lung", ProgrammeDecision.routine_recall, "2", 365),
        ("breast", ProgrammeDecision.routine_recall, "1", 730),
        ("lung", ProgrammeDecision.short_term_recall, "3", 180),
        ("lung", ProgrammeDecision.short_term_recall, "4A", 90),
        ("lung", ProgrammeDecision.assessment, "4B", 14),
        ("breast", ProgrammeDecision.assessment, None, 21),
        ("breast", ProgrammeDecision.technical_recall, "0", 28),
    ],
)
def test_what_was_decided_is_due_on_the_day_that_is_said(
    programme: str, decision: ProgrammeDecision, category: str | None, days: int
) -> None:
    assert due(card(programme), decision, DAY, category) == DAY + timedelta(days=days)
    assert consequence(card(programme), decision, DAY, category).values["due"] == DAY + timedelta(days=days)


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

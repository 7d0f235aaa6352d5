"""Programme cards: what a screening programme expects, allows and promises, as one TOML file per programme."""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, select

from core.clock import now
from core.errors import Rejected
from core.words import N_, Sentence, say
from core.workflow.months import months_after
from core.workflow.reading_policy import ReadingPolicy
from db.enums import ExamKind, ProgrammeDecision, TaskKind
from db.tables import Programme

CARDS = Path(__file__).parent / "cards"
CARD_WORDS = (
    N_("Incomplete"), N_("Negative"), N_("Benign"), N_("Probably benign"), N_("Suspicious"), N_("Very suspicious"),
    N_("Suspicious with further features"), N_("Low suspicion of malignancy"), N_("Moderate suspicion of malignancy"),
    N_("High suspicion of malignancy"), N_("Highly suggestive of malignancy"), N_("Proven malignancy"),
    N_("Lung screening"), N_("Breast screening"),
)  # fmt: skip
"""What the cards say in words, named here so that it is translated; a test compares both."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Category(_Part):
    """A category of the programme's reporting scheme and the decision that usually follows; the reader decides."""

    code: str = Field(max_length=8)
    name: str
    usual: ProgrammeDecision
    short_term_months: int | None = Field(None, gt=0)


class Window(_Part):
    """When something that is due may be done: days before and after its date."""

    before: int = Field(0, ge=0)
    after: int = Field(0, ge=0)


class SafetyNet(_Part):
    """After how many days the safety net asks somebody to act, and how often somebody is tried before being called lost."""

    answer_days: int = Field(42, gt=0)
    missed_days: int = Field(14, gt=0)
    outcome_days: int = Field(42, gt=0)
    told_days: int = Field(14, gt=0)
    attempts: int = Field(3, gt=0)
    escalate_days: tuple[int, ...] = (0, 28)
    windows: Mapping[TaskKind, Window] = {}

    def window(self, kind: TaskKind) -> Window:
        return self.windows.get(kind, Window())


class Queue(_Part):
    priority_days: int = Field(gt=0)
    urgent_days: int = Field(gt=0)


class OwnText(_Part):
    """A sentence for notes that the programme adds to the built-in ones: title and text by language ("en", "zh_CN")."""

    id: str = Field(max_length=32)
    title: Mapping[str, str]
    text: Mapping[str, str]


class Triage(_Part):
    """From which AI result on a case is read earlier. Steps 1–10, suspicion 0–1, diameters in mm."""

    urgent_step: int = Field(ge=1, le=10)
    soon_step: int = Field(ge=1, le=10)
    suspicion: float = Field(ge=0, le=1)
    urgent_diameter_mm: float | None = None
    soon_diameter_mm: float | None = None


class Target(_Part):
    """What readers are expected to read in a year: `of` all cases, those of screening rounds, or first reads of them."""

    of: Literal["cases", "screening", "first_reads"]
    a_year: int = Field(gt=0)
    source: str


class Statistics(_Part):
    """How a reader's own figures are counted. A read that took longer than `pause_minutes` was interrupted and is not timed."""

    pause_minutes: int = Field(gt=0)
    targets: tuple[Target, ...] = ()


class Card(_Part):
    """One version of one programme, as its TOML file says."""

    id: str
    version: str
    name: str
    kind: ExamKind
    model: str
    expected_parts: tuple[str, ...]
    scheme: str
    screening_interval_days: int = Field(gt=0)
    reading: ReadingPolicy
    earlier: Mapping[str, ReadingPolicy] = {}
    queue: Queue
    triage: Triage
    statistics: Statistics
    due_days: Mapping[ProgrammeDecision, int]
    due_months: Mapping[ProgrammeDecision, int] = {}
    safety_net: SafetyNet = SafetyNet()
    categories: tuple[Category, ...]
    templates: tuple[OwnText, ...] = ()

    def reading_of(self, version: str) -> ReadingPolicy:
        """How cases are read that were made under that version of the card, where no stored policy says otherwise."""
        return self.earlier.get(version, self.reading)

    @property
    def decisions(self) -> tuple[ProgrammeDecision, ...]:
        return tuple(ProgrammeDecision)

    def category(self, code: str) -> Category | None:
        return next((category for category in self.categories if category.code == code), None)


@cache
def cards() -> Mapping[str, Card]:
    """Every programme card by its id."""
    found = (Card.model_validate(tomllib.loads(path.read_text("utf-8"))) for path in sorted(CARDS.glob("*.toml")))
    return {card.id: card for card in found}


def card(card_id: str) -> Card:
    """The card of a programme; Rejected when there is none."""
    if card_id not in cards():
        raise Rejected(N_("There is no programme called {programme}; expected one of {known}"), programme=card_id, known=", ".join(cards()))
    return cards()[card_id]


def programme_row(session: Session, card_id: str) -> Programme:
    """The row of the programme's present card version, made when it is missing."""
    wanted = card(card_id)
    found = select(Programme).where(Programme.card_id == wanted.id, Programme.card_version == wanted.version)
    row = session.exec(found).first()
    if row is None:
        row = Programme(card_id=wanted.id, card_version=wanted.version, created_at=now())
        session.add(row)
        session.flush()
    return row


def due(card: Card, decision: ProgrammeDecision, on: date, category: str | None = None) -> date:
    """When what was decided is due: the recall's date, or for a routine recall the next round.

    Calendar months where the card or the category speaks of months (`months_after`), else days.
    """
    if decision == ProgrammeDecision.routine_recall:
        return on + timedelta(days=card.screening_interval_days)
    known = card.category(category) if category else None
    own = known.short_term_months if known and decision == ProgrammeDecision.short_term_recall else None
    months = own or card.due_months.get(decision)
    return months_after(on, months) if months else on + timedelta(days=card.due_days[decision])


def consequence(
    card: Card, decision: ProgrammeDecision, today: date, category: str | None = None, *, exam_date: date | None = None
) -> Sentence:
    """What signing this decision will set in motion, said before the click. The next round counts from the exam, a recall from today."""
    on = exam_date if exam_date and decision == ProgrammeDecision.routine_recall else today
    templates = {
        ProgrammeDecision.routine_recall: N_("Routine recall: nothing further now; the next round is due {due}"),
        ProgrammeDecision.short_term_recall: N_("Short-term recall: a task for the coordinator is made, repeat exam due {due}"),
        ProgrammeDecision.assessment: N_("Recall for assessment: a task for the coordinator is made, due {due}"),
        ProgrammeDecision.technical_recall: N_("Technical recall: a task for the coordinator is made, new images due {due}"),
    }
    return say(templates[decision], due=due(card, decision, on, category))

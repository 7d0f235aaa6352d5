"""How a simulated screening round goes: chances taken from published programmes, drawn from a seed.

Lung: positives by round 14.5, 8.2 and 4.5 % and cancers about 2.0, 1.3 and 0.5 % of exams (Lahey, domain/clinical-rules.md 2.10).
Breast: recall about 4 %, detection about 7 per 1000, interval cancers about 2 per 1000 exams (2.8 and 2.9).
"""

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from db.enums import OutcomeKind, ProgrammeDecision

D = ProgrammeDecision
LUNG_CANCER = {1: 0.021, 2: 0.013, 3: 0.008}
LUNG_SENSITIVITY, LUNG_FALSE_POSITIVE = 0.92, {1: 0.125, 2: 0.07, 3: 0.04}
BREAST_CANCER, BREAST_SENSITIVITY, BREAST_FALSE_POSITIVE = 0.009, 0.78, 0.034
TECHNICAL = 0.008
VIEWS = ("L-CC", "L-MLO", "R-CC", "R-MLO")
TO_CHANGE = timedelta(minutes=60)  # two reads that agree become final so long after the second
DENSITY = (("A", 0.10), ("B", 0.43), ("C", 0.39), ("D", 0.08))


@dataclass(frozen=True)
class Round:
    """One attended round, exam to outcome. Days count from the exam. `waits`: "arbitration" or "finalisation", not decided yet."""

    exam_date: date
    categories: tuple[str, ...]  # one per reader, in the order of signing
    decisions: tuple[ProgrammeDecision, ...]  # one per reader
    minutes: tuple[int, ...]  # past ten, eleven: when each reader signed
    decision: ProgrammeDecision
    category: str
    read_after_days: int
    outcome: OutcomeKind | None
    outcome_after_days: int
    score: float  # simulated suspicion, 0 to 1
    detail: dict[str, object]
    side: str = ""  # of what was found
    view: str = ""  # to be taken again
    density: str | None = None
    waits: str = ""

    @property
    def agreed(self) -> bool:
        return len(set(self.decisions)) == 1

    @property
    def signed(self) -> tuple[datetime, ...]:
        """When each reader signed."""
        day = self.exam_date + timedelta(days=self.read_after_days)
        return tuple(datetime.combine(day, time(10 + order, minute), UTC) for order, minute in enumerate(self.minutes))

    @property
    def decided(self) -> datetime:
        """A single read decides at once; two that agree become final an hour later, two that differ are settled on the next day."""
        last = self.signed[-1]
        return last if len(self.signed) == 1 else last + (TO_CHANGE if self.agreed else timedelta(hours=20))


def waiting(rng: random.Random, exam_date: date, waits: str) -> Round:
    """A mammogram of the last days that two have read and nobody has decided."""
    one = simulate(rng, "breast", 1, exam_date)
    while one.outcome is not None or one.decision != D.routine_recall or one.agreed != (waits == "finalisation"):
        one = simulate(rng, "breast", 1, exam_date)
    return replace(one, waits=waits, read_after_days=1)


def simulate(rng: random.Random, programme: str, round_: int, exam_date: date) -> Round:
    """Draw one round of the "lung" programme, read by one, or of the "breast" programme, read by two."""
    lung = programme == "lung"
    cancer = rng.random() < (LUNG_CANCER.get(round_, 0.006) if lung else BREAST_CANCER)
    found = _positive(rng, lung, round_, cancer)
    decision, category = _lung(rng, found, cancer) if lung else _breast(rng, found, cancer)
    opinions = [(category, decision)] if lung else [(category, decision), _second(rng, category, decision)]
    rng.shuffle(opinions)
    detail = _detail(rng, lung) if cancer else {}
    recalled = decision in (D.assessment, D.short_term_recall)
    missed = cancer and not recalled
    return Round(
        exam_date=exam_date,
        categories=tuple(opinion[0] for opinion in opinions),
        decisions=tuple(opinion[1] for opinion in opinions),
        decision=decision,
        category=category,
        minutes=tuple(rng.randint(0, 59) for _ in opinions),
        read_after_days=rng.choices((1, 2, 3, 4, 5, 6, 7), (10, 25, 25, 18, 12, 7, 3))[0],
        outcome=_outcome(rng, cancer, decision),
        outcome_after_days=rng.randint(60, 340) if missed else rng.randint(12, 34),
        score=rng.betavariate(5, 2.2) if cancer else rng.betavariate(1.1, 7),
        detail=detail,
        side=str(detail.get("side") or rng.choice(("L", "R"))),
        view=rng.choice(VIEWS),
        density=None if lung else rng.choices([grade for grade, _ in DENSITY], [share for _, share in DENSITY])[0],
    )


def _positive(rng: random.Random, lung: bool, round_: int, cancer: bool) -> bool:
    if lung:
        return rng.random() < (LUNG_SENSITIVITY if cancer else LUNG_FALSE_POSITIVE.get(round_, 0.04))
    return rng.random() < (BREAST_SENSITIVITY if cancer else BREAST_FALSE_POSITIVE)


def _lung(rng: random.Random, positive: bool, cancer: bool) -> tuple[ProgrammeDecision, str]:
    """Decision and Lung-RADS category."""
    if not positive:
        return (D.technical_recall, "0") if rng.random() < TECHNICAL else (D.routine_recall, rng.choices(("1", "2"), (45, 55))[0])
    category = rng.choices(("3", "4A", "4B", "4X"), (5, 20, 55, 20) if cancer else (62, 27, 10, 1))[0]
    return (D.short_term_recall if category in ("3", "4A") else D.assessment), category


def _breast(rng: random.Random, positive: bool, cancer: bool) -> tuple[ProgrammeDecision, str]:
    """Decision and BI-RADS category."""
    if positive:
        return D.assessment, rng.choices(("0", "4A", "4B", "4C", "5"), (20, 20, 25, 20, 15) if cancer else (70, 22, 7, 1, 0))[0]
    return (D.technical_recall, "0") if rng.random() < TECHNICAL else (D.routine_recall, rng.choices(("1", "2"), (70, 30))[0])


def _second(rng: random.Random, category: str, decision: ProgrammeDecision) -> tuple[str, ProgrammeDecision]:
    """What a second reader says: the same in most cases (agreement about 96 % on routine recalls, 70 % on the others)."""
    if decision == D.technical_recall or rng.random() < (0.965 if decision == D.routine_recall else 0.7):
        return category, decision
    if decision == D.routine_recall:
        return "0", D.assessment
    return "2", D.routine_recall


def _outcome(rng: random.Random, cancer: bool, decision: ProgrammeDecision) -> OutcomeKind | None:
    if cancer:
        return OutcomeKind.cancer if decision in (D.assessment, D.short_term_recall) else OutcomeKind.interval_cancer
    if decision == D.assessment:
        return rng.choices((OutcomeKind.benign, OutcomeKind.no_finding), (35, 65))[0]
    return OutcomeKind.no_finding if decision == D.short_term_recall else None


def _detail(rng: random.Random, lung: bool) -> dict[str, object]:
    side = rng.choice(("L", "R"))
    if lung:
        stage = rng.choices(("I", "II", "III", "IV"), (66, 12, 14, 8))[0]
        return {"side": side, "type": rng.choice(("adenocarcinoma", "squamous cell")), "stage": stage}
    return {"side": side, "type": rng.choices(("invasive", "in situ"), (79, 21))[0], "size_mm": round(rng.lognormvariate(2.6, 0.5))}

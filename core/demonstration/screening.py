"""How a simulated screening round goes: chances taken from published programmes, drawn from a seed.

Lung: positives by round 14.5, 8.2 and 4.5 % and cancers about 2.0, 1.3 and 0.5 % of exams (Lahey, domain/clinical-rules.md 2.10).
Breast: recall about 4 %, detection about 7 per 1000, interval cancers about 2 per 1000 exams (2.8 and 2.9).
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from db.enums import OutcomeKind, ProgrammeDecision, Sex

D = ProgrammeDecision
LUNG_CANCER = {1: 0.021, 2: 0.013, 3: 0.008}
LUNG_SENSITIVITY, LUNG_FALSE_POSITIVE = 0.92, {1: 0.125, 2: 0.07, 3: 0.04}
BREAST_CANCER, BREAST_SENSITIVITY, BREAST_FALSE_POSITIVE = 0.009, 0.78, 0.034
TECHNICAL = 0.008
DENSITY = (("A", 0.10), ("B", 0.43), ("C", 0.39), ("D", 0.08))


@dataclass(frozen=True)
class Round:
    """One attended round, exam to outcome. Days count from the exam."""

    exam_date: date
    categories: tuple[str, ...]  # one per reader
    decisions: tuple[ProgrammeDecision, ...]  # one per reader
    decision: ProgrammeDecision
    category: str
    read_after_days: int
    outcome: OutcomeKind | None
    outcome_after_days: int
    score: float  # simulated suspicion, 0 to 1
    detail: dict[str, object]
    density: str | None = None


def simulate(rng: random.Random, programme: str, round_: int, exam_date: date) -> Round:
    """Draw one round of the "lung" or "breast" programme."""
    lung = programme == "lung"
    cancer = rng.random() < (LUNG_CANCER.get(round_, 0.006) if lung else BREAST_CANCER)
    found = _positive(rng, lung, round_, cancer)
    readers = 2 if not lung or rng.random() < 0.25 else 1
    decision, category = _lung(rng, found, cancer) if lung else _breast(rng, found, cancer)
    opinions = [(category, decision)] + [_second(rng, category, decision, lung) for _ in range(readers - 1)]
    recalled = decision in (D.assessment, D.short_term_recall)
    missed = cancer and not recalled
    return Round(
        exam_date=exam_date,
        categories=tuple(opinion[0] for opinion in opinions),
        decisions=tuple(opinion[1] for opinion in opinions),
        decision=decision,
        category=category,
        read_after_days=rng.choices((1, 2, 3, 4, 5, 7, 9), (10, 25, 25, 18, 12, 7, 3))[0],
        outcome=_outcome(rng, cancer, decision),
        outcome_after_days=rng.randint(60, 340) if missed else rng.randint(12, 34),
        score=rng.betavariate(5, 2.2) if cancer else rng.betavariate(1.1, 7),
        detail=_detail(rng, lung) if cancer else {},
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


def _second(rng: random.Random, category: str, decision: ProgrammeDecision, lung: bool) -> tuple[str, ProgrammeDecision]:
    """What a second reader says: the same in most cases (agreement about 96 % on routine recalls, 70 % on the others)."""
    if decision == D.technical_recall or rng.random() < (0.965 if decision == D.routine_recall else 0.7):
        return category, decision
    if decision == D.routine_recall:
        return ("3", D.short_term_recall) if lung else ("0", D.assessment)
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


@dataclass(frozen=True)
class Plan:
    """One simulated participant: who, and the days of the rounds, attended or not."""

    programme: str
    sex: Sex
    birth_date: date
    exam_dates: tuple[date, ...]
    missed_dates: tuple[date, ...]  # invited, but did not come

    def round_of(self, day: date) -> int:
        """The number of the invitation for that day, from 1."""
        return sorted(self.exam_dates + self.missed_dates).index(day) + 1


def plan(rng: random.Random, programme: str, today: date, years: int = 3) -> Plan:
    """A participant with yearly (lung) or two-yearly (breast) rounds; some miss a round, the newest exam is over a week old."""
    lung = programme == "lung"
    age = rng.randint(55, 73) if lung else rng.randint(50, 69)
    sex = rng.choice((Sex.female, Sex.male)) if lung else Sex.female
    birth = today - timedelta(days=round(age * 365.25) + rng.randint(0, 364))
    interval = 365 if lung else 730
    first = today - timedelta(days=rng.randint(9, min(years * 365, round(interval * 3))))
    days = [first + timedelta(days=interval * number + rng.randint(-12, 25)) for number in range(4)]
    due = [day for day in days if day < today - timedelta(days=8)]
    came = {day for number, day in enumerate(due) if rng.random() < (0.93 if number == 0 else 0.86)}
    attended = tuple(_to_weekday(day) for day in due if day in came)
    return Plan(programme, sex, birth, attended, tuple(_to_weekday(day) for day in due if day not in came))


def _to_weekday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))

"""Invented nodule marks of the simulated lung scores, followed over the rounds, so that growth and protocols have something to show."""

import random
from datetime import date
from itertools import pairwise
from math import pi
from typing import Any

from sqlmodel import Session, col, select

from core.demonstration.book import insert_rows, moment
from core.demonstration.read import MODEL_NAMES
from db.enums import FindingKind
from db.tables import Decision, Episode, Exam, Finding, ModelRun, ModelVersion, NoduleMatch

SHARE = 0.18
"""Of the participants of the lung programme have marks."""
KINDS = ("solid",) * 8 + ("non-solid",) * 2
LUNG_MM = ((-95.0, 95.0), (-60.0, 60.0), (-240.0, -60.0))


def write(session: Session, rng: random.Random, today: date) -> None:
    """Marks on decided exams, matched from each exam to the one before; a few grow, most do not."""
    marks: list[dict[str, Any]] = []
    chains: list[list[tuple[int, Exam, ModelRun]]] = []
    for exams in _people(session, today):
        if rng.random() >= SHARE:
            continue
        for number in range(1, rng.choice((1, 1, 1, 2, 3)) + 1):
            chain = []
            for exam, run, mm, mm3, kind, place in _course(rng, exams):
                chain.append((len(marks), exam, run))
                marks.append(_mark(run, number, mm, mm3, kind, place))
            chains.append(chain)
    ids = insert_rows(session, Finding, marks)
    matches = [_match(ids, before, now) for chain in chains for before, now in pairwise(chain)]
    insert_rows(session, NoduleMatch, matches)


def _people(session: Session, today: date) -> list[list[tuple[Exam, ModelRun]]]:
    """Each participant's decided simulated exams up to today, the oldest first."""
    rows = select(Exam, ModelRun, Episode.participant_id).join(ModelRun, col(ModelRun.exam_id) == Exam.id)
    rows = rows.join(ModelVersion, col(ModelVersion.id) == ModelRun.version_id).join(Episode, col(Episode.id) == Exam.episode_id)
    rows = rows.where(ModelVersion.name == MODEL_NAMES["lung"], ModelVersion.synthetic, Exam.exam_date <= today)
    rows = rows.where(col(Exam.id).in_(select(Decision.exam_id))).order_by(col(Episode.participant_id), col(Exam.exam_date), col(Exam.id))
    found: dict[int, list[tuple[Exam, ModelRun]]] = {}
    for exam, run, who in session.exec(rows):
        found.setdefault(who, []).append((exam, run))
    return list(found.values())


def _course(rng: random.Random, exams: list[tuple[Exam, ModelRun]]) -> list[tuple[Exam, ModelRun, float, float, str, list[float]]]:
    """One nodule through the exams: its doubling time is drawn once, each measurement has an error of its own."""
    mm, kind = rng.uniform(3.8, 8.5), rng.choice(KINDS)
    doubling_days = rng.choice((None, None, None, 2500, 700, 420, 300))
    place = [round(rng.uniform(*span), 1) for span in LUNG_MM]
    first = exams[0][0].exam_date
    made = []
    for exam, run in exams:
        grown = 1.0 if doubling_days is None else 2 ** ((exam.exam_date - first).days / doubling_days)
        volume = pi / 6 * mm**3 * grown * rng.uniform(0.93, 1.07)
        made.append((exam, run, (6 * volume / pi) ** (1 / 3) * rng.uniform(0.98, 1.02), volume, kind, place))
    return made


def _mark(run: ModelRun, number: int, mm: float, mm3: float, kind: str, place: list[float]) -> dict[str, Any]:
    return {
        "run_id": run.id, "number": number, "kind": FindingKind.nodule, "sop_uid": "", "laterality": "L" if place[0] > 0 else "R",
        "view": "", "place": {"center_lps_mm": place}, "mean_diameter_mm": round(mm, 1), "long_axis_mm": round(mm * 1.08, 1),
        "short_axis_mm": round(mm * 0.92, 1), "volume_mm3": round(mm3, 1), "probability": 0.9, "malignancy": None,
        "detail": {"type": kind, "simulated": True},
    }  # fmt: skip


def _match(ids: list[int], before: tuple[int, Exam, ModelRun], now: tuple[int, Exam, ModelRun]) -> dict[str, Any]:
    return {
        "finding_id": ids[now[0]], "earlier_exam_id": before[1].id, "earlier_finding_id": ids[before[0]], "author_id": None,
        "at": moment(now[1].exam_date, 12), "detail": {"earlier_run": before[2].id, "simulated": True},
    }  # fmt: skip

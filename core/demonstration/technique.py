"""How the exams of the demonstration were taken: two scanners at each site, and a new one at the first site two months ago."""

import random
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from db.enums import ExamKind
from db.tables import Exam

NEW_DAYS_AGO = 60
CT = (("Siemens", "Br44", 1.5, 1.2), ("GE", "LUNG", 1.25, 1.6), ("Canon", "FC51", 1.0, 1.1))
MAMMOGRAPHY = (("Hologic", 1.5), ("Siemens", 1.3), ("Fujifilm", 1.2))


def write(session: Session, rng: random.Random, today: date) -> None:
    """Give every invented exam without images its technique; the third scanner works at the first site since two months."""
    exams = select(col(Exam.id), col(Exam.kind), col(Exam.site_id), col(Exam.exam_date)).where(col(Exam.synthetic), ~col(Exam.phantom))
    rows = session.execute(exams.order_by(col(Exam.id))).all()
    first = min((site for _, _, site, _ in rows), default=0)
    new = today - timedelta(days=NEW_DAYS_AGO)
    made = []
    for exam_id, kind, site, day in rows:
        place = 2 if site == first and day >= new else int(rng.random() < (0.3 if site == first else 0.7))
        made.append({"exam": exam_id, "said": _ct(rng, place) if kind is ExamKind.lung_ct else _mammogram(rng, place)})
    if made:
        table = Exam.__table__  # type: ignore[attr-defined]
        session.connection().execute(update(table).where(table.c.id == bindparam("exam")).values(technique=bindparam("said")), made)


def _ct(rng: random.Random, place: int) -> dict[str, Any]:
    maker, kernel, thickness, dose = CT[place]
    ctdivol = round(max(0.4, rng.gauss(dose, 0.25)), 2)
    return {
        "manufacturer": maker, "kernel": kernel, "thickness_mm": thickness, "kvp": 120.0, "ctdivol_mgy": ctdivol,
        "dlp_mgycm": round(ctdivol * rng.uniform(30, 38), 1),
    }  # fmt: skip


def _mammogram(rng: random.Random, place: int) -> dict[str, Any]:
    maker, dose = MAMMOGRAPHY[place]
    return {"manufacturer": maker, "kvp": float(rng.randint(26, 31)), "dose_mgy": round(max(0.5, rng.gauss(dose, 0.3)), 2)}

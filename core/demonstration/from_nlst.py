"""The rounds of the National Lung Screening Trial as they were imaged: who came to which scanner, and nothing of what was found."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from sqlmodel import Session

from core.clock import now
from core.cohorts.selection import Selection
from core.demonstration.research import Person, Taken, make_account, make_site, records, table, write_exams, write_people
from core.words import N_, say
from db.tables import Cohort, CohortVersion

CODE, FILE, CARD = "NLST", "nlst_exams.parquet", "lung"
SOURCE = "National Lung Screening Trial, via IDC, CC BY 4.0"
ABOUT = N_(
    "Exams of the National Lung Screening Trial (IDC, CC BY 4.0): what was imaged, not what was found. Days are invented; rounds "
    "lie a year apart."
)
SILENT = N_("the table holds no reading result, no outcome, no age and no sex")
THICKEST_MM = 20.0  # 999 stands for unknown in the table
YEAR = timedelta(days=365)


def load(session: Session, today: date, folder: Path | None) -> int:
    """Write the site, the participants, their rounds and the cohort NLST; the number of exams."""
    rows = pd.read_parquet(table(folder, FILE)).sort_values(["participant", "round", "study_uid"], ignore_index=True)
    site_id = make_site(session, CODE, "National Lung Screening Trial (research table)")
    author = make_account(session, "nlst", "NLST demonstration", [site_id])
    numbers = rows.participant.drop_duplicates().tolist()
    ids = dict(zip(numbers, write_people(session, [Person(f"NLST-{number}", site_id) for number in numbers]), strict=True))
    last = rows["round"].astype(int).groupby(rows.participant).max().to_dict()
    newest = today - timedelta(days=30)
    exams = [
        Taken(
            ids[row["participant"]],
            site_id,
            int(row["round"]) + 1,
            newest - YEAR * (last[row["participant"]] - int(row["round"])),
            _technique(row),
        )
        for row in rows.to_dict("records")
    ]
    write_exams(session, CARD, exams)
    records(session, CARD, site_id, (), {}, say(ABOUT), SILENT)
    _cohort(session, site_id, author)
    return len(exams)


def _technique(row: dict[Any, Any]) -> dict[str, Any]:
    """As `Exam.technique` keeps it; what the table leaves out or marks as unknown is left out."""
    said = {key: row[key] for key in ("manufacturer", "model", "kernel", "kvp", "mas", "fov_mm")}
    said["thickness_mm"] = row["thickness_mm"] if row["thickness_mm"] <= THICKEST_MM else None
    said["slices"] = None if pd.isna(row["slices"]) else int(row["slices"])
    return {key: value for key, value in said.items() if value is not None and not pd.isna(value)}


def _cohort(session: Session, site_id: int, author_id: int) -> None:
    """A saved selection of everybody in the trial."""
    cohort = Cohort(name=CODE, author_id=author_id, created_at=now())
    session.add(cohort)
    session.flush()
    selection = Selection(programme=CARD, site_ids=(site_id,)).stored()
    session.add(CohortVersion(cohort_id=cohort.id or 0, version=1, selection=selection, reason=SOURCE, author_id=author_id, at=now()))
    session.flush()

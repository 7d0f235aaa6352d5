"""An export of lung exams in the form of a lung cancer screening registry: one row per exam, what is missing named and not guessed.

LCSR-like, not the ACR's file: its data dictionary is not public here, so the columns carry plain names. Pack-years and smoking are those
that were known on the day of the exam.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlmodel import Session, col, select

from core.access import Act, Person
from core.batches import batches
from core.rules.pack_years import pack_years
from core.workflow.cohort import end_of
from core.workflow.programme_figures import ProgrammeFigures
from db.tables import ParticipantFact

KINDS = ("ever_smoker", "current_smoker", "smoking")
AT_ONCE = 5000
HEADER = (
    "site", "participant", "sex", "age", "smoking_status", "pack_years", "years_since_quitting", "exam_date", "indication",
    "manufacturer", "kernel", "slice_thickness_mm", "ctdivol_mgy", "dlp_mgycm", "lung_rads", "modifier_s", "decision", "follow_up_due",
    "next_exam", "assessed_on", "biopsied_on", "biopsy_result", "cancer_within_365_days", "histology", "size_mm", "stage",
)  # fmt: skip
ASKED = frozenset(HEADER[:16]) | {"decision"}
"""Fields that every exam should have; the others exist only where something was found or done."""
USED = (
    "participant_id", "site_id", "number", "sex", "age", "exam_date", "round", "manufacturer", "kernel", "thickness_mm", "ctdivol_mgy",
    "dlp_mgycm", "category", "significant_finding", "decision", "due_on", "returned_on", "assessed_on", "biopsied_on", "biopsy_result",
    "cancer_365", "histology", "size_mm", "stage",
)  # fmt: skip
"""Columns of the exams' frame; the others are not carried along."""


@dataclass(frozen=True)
class Export:
    """`rows` end with the names of the fields that are missing; `missing` counts them by field."""

    header: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    missing: Mapping[str, int]


def lcsr(session: Session, person: Person, found: ProgrammeFigures) -> Export:
    """Every exam of the period with a final result."""
    person.must(Act.see_figures, found.asked.site_id)
    wanted = [name for name in USED if name in found.frame]
    frame = found.frame.loc[found.tally.cohorts["exams"].final, wanted]
    facts = _facts(session, frame.participant_id.unique().tolist(), found.as_of)
    rows = [_row(record, facts.get(record["participant_id"], ()), found.names["site"]) for record in frame.to_dict("records")]
    missing = {field: sum(row[place] is None for row in rows) for place, field in enumerate(HEADER) if field in ASKED}
    return Export((*HEADER, "missing"), [(*row, ", ".join(_missing(row))) for row in rows], missing)


def _missing(row: Sequence[Any]) -> Iterator[str]:
    """Fields that should be there; years since quitting only of those who quit."""
    status = row[HEADER.index("smoking_status")]
    for field, value in zip(HEADER, row, strict=True):
        if field in ASKED and value is None and not (field == "years_since_quitting" and status in ("current", "never")):
            yield field


def _row(record: Mapping[Any, Any], facts: Sequence[ParticipantFact], sites: Mapping[int, str]) -> tuple[Any, ...]:
    on: date = record["exam_date"].date()
    known = {fact.kind: fact.value for fact in facts if fact.valid_from <= on}
    status, packs, quit_years = _smoking(known, on)
    cancer = {True: "yes", False: "no"}.get(record["cancer_365"])
    said = {
        "site": sites.get(record["site_id"]), "participant": record["number"], "sex": _word(record.get("sex")),
        "age": _whole(record["age"]),
        "smoking_status": status, "pack_years": packs, "years_since_quitting": quit_years, "exam_date": on,
        "indication": "baseline" if record["round"] == 1 else "annual", "manufacturer": _word(record.get("manufacturer")),
        "kernel": _word(record.get("kernel")), "slice_thickness_mm": _number(record.get("thickness_mm")),
        "ctdivol_mgy": _number(record.get("ctdivol_mgy")), "dlp_mgycm": _number(record.get("dlp_mgycm")),
        "lung_rads": _word(record["category"]), "modifier_s": _word(record.get("significant_finding")),
        "decision": _word(record["decision"]),
        "follow_up_due": _day(record.get("due_on")), "next_exam": _day(record.get("returned_on")),
        "assessed_on": _day(record.get("assessed_on")), "biopsied_on": _day(record.get("biopsied_on")),
        "biopsy_result": _word(record.get("biopsy_result")), "cancer_within_365_days": cancer, "histology": _word(record.get("histology")),
        "size_mm": _number(record.get("size_mm")), "stage": _word(record.get("stage")),
    }  # fmt: skip
    return tuple(said[field] for field in HEADER)


def _smoking(known: Mapping[str, Mapping[str, Any]], on: date) -> tuple[str | None, float | None, float | None]:
    """Status, pack-years and years since quitting; None for what was not said."""
    ever, now, amount = known.get("ever_smoker", {}).get("said"), known.get("current_smoker", {}).get("said"), known.get("smoking", {})
    status = "never" if ever is False else "current" if now is True else "former" if now is False and ever is True else None
    per_day, years, quit_on = amount.get("cigarettes_per_day"), amount.get("years"), amount.get("quit_on")
    packs = round(pack_years(per_day, years), 1) if per_day is not None and years is not None else 0.0 if status == "never" else None
    since = round((on.year - int(quit_on[:4])) + (on.month - int(quit_on[5:7])) / 12, 1) if quit_on and status == "former" else None
    return status, packs, since


def _facts(session: Session, ids: Collection[int], known: date) -> dict[int, list[ParticipantFact]]:
    """Of each participant the facts entered until that day, the older first."""
    found: dict[int, list[ParticipantFact]] = {}
    for some in batches(ids, AT_ONCE):
        rows = select(ParticipantFact).where(col(ParticipantFact.participant_id).in_(some), col(ParticipantFact.kind).in_(KINDS))
        rows = rows.where(ParticipantFact.entered_at < end_of(known)).order_by(col(ParticipantFact.valid_from), col(ParticipantFact.id))
        for row in session.exec(rows):
            found.setdefault(row.participant_id, []).append(row)
    return found


def _word(value: Any) -> str | None:
    return str(value) if isinstance(value, str) and value else None


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _whole(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _day(value: Any) -> date | None:
    return None if value is None or pd.isna(value) else value.date()

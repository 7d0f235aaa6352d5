"""The RSNA Screening Mammography table (2022): 11,913 women of two sites with age, density, BI-RADS, biopsy and cancer by breast.

Only site 1 tells who was not recalled: its BI-RADS is 0, 1 or 2. Site 2 names a BI-RADS only where it is 0, so that nothing can be said
of its recall. A woman with one breast read as 1 or 2 and nothing said of the other is undecided, not negative.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pandas as pd
from sqlalchemy import insert
from sqlmodel import Session

from core.demonstration.book import insert_rows, moment
from core.demonstration.research import (
    Person,
    Taken,
    approve,
    closed_accounts,
    make_account,
    make_site,
    records,
    table,
    write_exams,
    write_people,
)
from core.words import N_, say
from db.enums import AssessmentKind, Certainty, OutcomeKind, ProgrammeDecision, RecallStep, Sex
from db.tables import Assessment, Decision, Outcome, Pathology, Read, Recall, RecallEvent

CODE, FILE, CARD = "RSNA-1", "rsna_screening.parquet", "breast"
SOURCE = "RSNA Screening Mammography 2022"
SITES = {1: ("RSNA-1", "RSNA 2022, site 1 (research table)"), 2: ("RSNA-2", "RSNA 2022, site 2 (research table)")}
ABOUT = N_(
    "RSNA Screening Mammography 2022, for non-commercial research: real figures of women known by a study number. Exams were chosen, with "
    "more cancers and recalls than screening has, so no band is held against them. All exams stand on one invented day."
)
DECIDED = N_("BI-RADS of the research table")
NO_NEGATIVES = N_("the table names no cancer after a negative exam, and does not say whether one was looked for")
NO_BIRADS = N_("site 2 names a BI-RADS only where it is 0, so nobody knows who was not recalled")
ROUND_UNKNOWN = N_("the table does not say whether it was a first round")
FIGURES = ("recall", "detection", "ppv", "ppv3", "biopsy", "invasive")
BACK = timedelta(days=460)


def load(session: Session, today: date, folder: Path | None) -> int:
    """Write both sites with their women, exams, decisions, biopsies and cancers; the number of exams."""
    women = of_women(pd.read_parquet(table(folder, FILE)))
    sites = {site: make_site(session, *named) for site, named in SITES.items()}
    make_account(session, "rsna", "RSNA demonstration", sites.values())
    (reader,) = closed_accounts(session, [("rsna-reader", "Reader not named in the table")])
    day = today - BACK
    women["site"] = women.site_id.map(sites)
    people = [Person(f"RSNA-{row['patient_id']}", row["site"], Sex.female, _born(day, row["age"])) for row in women.to_dict("records")]
    women["person"] = write_people(session, people)
    taken = [Taken(row["person"], row["site"], 1, day, {"station": f"machine {row['machine']}"}) for row in women.to_dict("records")]
    women["exam_id"] = write_exams(session, CARD, taken)
    _decide(session, women[women.recalled.notna()], reader, day)
    _outcomes(session, women, day)
    _declare(session, sites)
    return len(women)


def of_women(images: pd.DataFrame) -> pd.DataFrame:
    """One row per woman with her study number `patient_id`. `recalled` is True, False or None where the table does not tell."""
    by = images.groupby(["patient_id", "laterality"])
    breasts = by.agg(birads=("BIRADS", "first"), cancer=("cancer", "max"), biopsy=("biopsy", "max"), invasive=("invasive", "max"))
    sides = cast(pd.DataFrame, breasts.unstack("laterality"))
    of = images.groupby("patient_id")
    women = of.agg(site_id=("site_id", "first"), age=("age", "first"), density=("density", "first"), machine=("machine_id", "first"))
    for what in ("cancer", "biopsy", "invasive"):
        for side in ("L", "R"):
            women[f"{what}_{side}"] = sides[what, side].eq(1)
    birads = cast(pd.DataFrame, sides.xs("birads", axis=1))
    zero, settled = birads.eq(0).any(axis=1), birads.isin([1, 2]).all(axis=1)
    told = women.site_id.eq(1)
    women["recalled"] = pd.Series(None, index=women.index, dtype=object).mask(told & zero, True).mask(told & settled, False)
    women["category"] = birads.max(axis=1).map({1.0: "1", 2.0: "2"}).where(~zero, "0")
    return women.reset_index()


def _born(day: date, age: float) -> date | None:
    """A day of birth that makes the age of the table; the day itself is invented."""
    return None if pd.isna(age) else day - timedelta(days=round((age + 0.5) * 365.25))


def _decide(session: Session, women: pd.DataFrame, reader: int, day: date) -> None:
    """The reading as the table has it, the decision, and for the recalled a recall that is over."""
    decisions = [ProgrammeDecision.assessment if recalled else ProgrammeDecision.routine_recall for recalled in women.recalled]
    rows = list(zip(women.exam_id, women.category, decisions, women.density, strict=True))
    reads = [
        {
            "exam_id": exam, "reader_id": reader, "category": category, "decision": decision, "saw_ai": False, "revision": 0,
            "opinion": {"density": density} if isinstance(density, str) else {}, "opened_at": moment(day, 12) - timedelta(days=1),
            "committed_at": moment(day, 12), "seen": {"run": None, "priors": [], "reads": []},
        }
        for exam, category, decision, density in rows
    ]  # fmt: skip
    session.execute(insert(Read), reads)
    made = [
        {
            "exam_id": exam,
            "decision": decision,
            "category": category,
            "author_id": reader,
            "at": moment(day, 13),
            "reason": say(DECIDED).to_json(),
        }
        for exam, category, decision, _density in rows
    ]
    ids = insert_rows(session, Decision, made)
    called = [
        {"exam_id": row["exam_id"], "decision_id": id_, "kind": row["decision"], "due": day, "opened_at": moment(day, 13)}
        for id_, row in zip(ids, made, strict=True)
        if row["decision"] == ProgrammeDecision.assessment
    ]
    steps = [
        {"recall_id": recall, "step": step, "at": moment(day, 13), "note": SOURCE}
        for recall in insert_rows(session, Recall, called)
        for step in (RecallStep.opened, RecallStep.closed)
    ]
    session.execute(insert(RecallEvent), steps)


def _outcomes(session: Session, women: pd.DataFrame, day: date) -> None:
    """Cancers with their tissue, biopsies, and for the recalled without either that nothing was found."""
    known = day + timedelta(days=30)
    made: dict[str, list[dict[str, Any]]] = {"outcome": [], "assessment": [], "pathology": []}
    said: dict[str, Any] = {"source": SOURCE, "entered_at": moment(known, 12)}
    for row in women.to_dict("records"):
        exam, recalled = row["exam_id"], row["recalled"] is True
        ill, taken = [side for side in "LR" if row[f"cancer_{side}"]], [side for side in "LR" if row[f"biopsy_{side}"]]
        if ill or taken or recalled:
            kind = OutcomeKind.cancer if ill else OutcomeKind.benign if taken else OutcomeKind.no_finding
            invasive = any(row[f"invasive_{side}"] for side in ill)
            detail = {"side": ill[0], "type": "invasive" if invasive else "in situ"} if ill else {}
            made["outcome"].append(
                {"exam_id": exam, "kind": kind, "certainty": Certainty.final, "happened_on": known, "detail": detail, **said}
            )
        made["assessment"] += [
            {
                "exam_id": exam, "number": number, "kind": AssessmentKind.core_biopsy, "happened_on": known, "side": side,
                "result": "malignant" if side in ill else "benign", "detail": {"kind_of_biopsy": "not in the table"}, **said,
            }
            for number, side in enumerate(taken, start=1)
        ]  # fmt: skip
        made["pathology"] += [
            {
                "exam_id": exam, "side": side, "certainty": Certainty.final, "histology": "", "invasive": bool(row[f"invasive_{side}"]),
                "stage": "", "reported_on": known, "detail": {}, **said,
            }
            for side in ill
        ]  # fmt: skip
    for subject, of in (("outcome", Outcome), ("assessment", Assessment), ("pathology", Pathology)):
        approve(session, subject, insert_rows(session, of, made[subject]), known)


def _declare(session: Session, sites: dict[int, int]) -> None:
    rounds = dict.fromkeys(("recall_first", "recall_later"), say(ROUND_UNKNOWN))
    negatives = dict.fromkeys(
        ("sensitivity", "specificity", "missed", "interval", "interval_1", "interval_2", "interval_3"), say(NO_NEGATIVES)
    )
    records(session, CARD, sites[1], FIGURES, rounds | negatives, say(ABOUT))
    silent = dict.fromkeys((*FIGURES, *rounds, *negatives), say(NO_BIRADS))
    records(session, CARD, sites[2], (), silent, say(ABOUT))

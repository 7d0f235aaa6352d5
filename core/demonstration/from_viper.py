"""The VIPER reader study: 20,382 reads by 43 readers of 715 women, each on film and digitally, with far more cancers than screening has.

Every woman has two exams, one by modality. A study has many reads of an exam and no decision of a programme, so none is written.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import insert
from sqlmodel import Session

from core.demonstration.book import insert_rows, moment
from core.demonstration.research import (
    Person,
    Taken,
    approve,
    closed_accounts,
    in_parts,
    make_account,
    make_site,
    records,
    table,
    write_exams,
    write_people,
)
from core.words import N_, say
from db.enums import Certainty, OutcomeKind, ProgrammeDecision, Sex
from db.tables import Outcome, Read

CODE, FILE, CARD = "VIPER", "viper_reads.csv", "breast"
SOURCE = "VIPER reader study"
MODALITIES = {"SFM": "film", "FFDM": "digital"}
ABOUT = N_(
    "VIPER reader study (CC0): 20,382 reads by 43 readers of 715 women on film and digitally, with far more cancers than screening has. "
    "Days are invented."
)
NO_DECISION = N_("a reader study has many reads of each exam and no decision of a programme; see the readers and the simulator")
BACK = timedelta(days=500)
WITHIN, LATER = timedelta(days=30), timedelta(days=400)
"""Days of the cancers known after 365 days and of those known after 455 days only; the table gives no days."""


def load(session: Session, today: date, folder: Path | None) -> int:
    """Write the site, the women, both exams of each, every read and what is known of cancer; the number of exams."""
    reads = pd.read_csv(table(folder, FILE)).sort_values(["caseID", "modalityID", "readerID", "subStudyLabel"], ignore_index=True)
    site_id = make_site(session, CODE, "VIPER reader study (research table)")
    make_account(session, "viper", "VIPER demonstration", [site_id])
    names = sorted(reads.readerID.unique())
    readers = dict(zip(names, closed_accounts(session, [(f"viper-{name}", f"VIPER {name}") for name in names]), strict=True))
    day = today - BACK
    exams = reads.drop_duplicates(["caseID", "modalityID"]).copy()
    women = exams.caseID.drop_duplicates().tolist()
    ids = dict(zip(women, write_people(session, [Person(f"VIPER-{case}", site_id, Sex.female) for case in women]), strict=True))
    taken = [Taken(ids[row["caseID"]], site_id, 1, day, {"modality": MODALITIES[row["modalityID"]]}) for row in exams.to_dict("records")]
    exams["exam_id"] = write_exams(session, CARD, taken)
    _reads(session, reads.merge(exams[["caseID", "modalityID", "exam_id"]]), readers, day)
    _cancers(session, exams, day)
    records(session, CARD, site_id, (), {}, say(ABOUT), NO_DECISION)
    return len(exams)


def _reads(session: Session, reads: pd.DataFrame, readers: dict[str, int], day: date) -> None:
    """Recalled or not, with the study's score of 0 to 201 and its part of the study; a read without recall has no category."""
    in_parts(
        lambda some: session.execute(insert(Read), some),
        [
            {
                "exam_id": row["exam_id"], "reader_id": readers[row["readerID"]], "category": "0" if row["recall"] == 1 else "",
                "decision": ProgrammeDecision.assessment if row["recall"] == 1 else ProgrammeDecision.routine_recall,
                "opinion": {"study_score": row["score"], "study_part": row["subStudyLabel"]}, "saw_ai": False, "revision": 0,
                "opened_at": moment(day, 12) - timedelta(days=1), "committed_at": moment(day, 12),
                "seen": {"run": None, "priors": [], "reads": []},
            }
            for row in reads.to_dict("records")
        ],
    )  # fmt: skip


def _cancers(session: Session, exams: pd.DataFrame, day: date) -> None:
    ill: list[dict[str, Any]] = [
        {
            "exam_id": row.exam_id, "kind": OutcomeKind.cancer, "certainty": Certainty.final, "source": SOURCE, "detail": {},
            "happened_on": day + (WITHIN if row.cancerStatus365 else LATER), "entered_at": moment(day + LATER, 12),
        }
        for row in exams[exams.cancerStatus455.eq(1)].itertuples()
    ]  # fmt: skip
    approve(session, "outcome", insert_rows(session, Outcome, ill), day + LATER)

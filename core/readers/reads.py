"""The blind reads of the exams behind a programme's figures, every reader's side by side, with what became of their cases.

A read counts when it stands and was signed without sight of the AI result and of what others had said, as in `core.workflow.blind_reads`;
of the others only their number is known here, so that no figure of a reader can be made of reads that had been led.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlmodel import Session, and_, col, select

from core.columns import current
from core.columns.places import places, rank
from core.workflow.cohort import end_of
from core.workflow.discordance import RECALLS
from core.workflow.programme_figures import ProgrammeFigures
from db.tables import Arbitration, Read, Reveal


@dataclass(frozen=True)
class BlindReadsOfAll:
    """`reads`: one row per blind read with reader, row (place in the exams' frame), place, recalled, seconds, day, screening, arbitrated.

    `excluded`: how many reads of each reader had been led.
    """

    reads: pd.DataFrame
    excluded: Mapping[int, int]


def blind_reads_of_all(session: Session, found: ProgrammeFigures) -> BlindReadsOfAll:
    """Reads signed by the day of knowledge, of the exams in `found.frame`."""
    kept, moment = current(session), end_of(found.as_of)
    table, undone = kept["read"], kept["readundone"]
    before = int(moment.timestamp())
    taken_back = undone["read_id"][undone["at"] < before]
    table = table.take((table["at"] < before) & ~np.isin(table["id"], taken_back))
    ids = found.frame.exam_id.to_numpy(dtype=np.int64)
    order = np.argsort(ids)
    at = places(ids[order], table["exam_id"])
    row = np.where(at >= 0, order[np.maximum(at, 0)], -1) if len(order) else at
    turn = rank(np.where(row >= 0, table["exam_id"].astype(np.int64), -1)) + 1
    blind = (table["blind"] == 1) & ~np.isin(table["id"], _knew(session, moment))
    excluded = pd.Series(table["reader_id"][(row >= 0) & ~blind]).value_counts()
    chosen = (row >= 0) & blind
    reads = pd.DataFrame(
        {
            "reader": table["reader_id"][chosen].astype(np.int64), "row": row[chosen], "place": turn[chosen],
            "recalled": table.is_word("decision", *(decision.value for decision in RECALLS))[chosen],
            "seconds": (table["at"] - table["opened"])[chosen].astype(np.int64),
            "day": (table["at"][chosen] // 86_400).astype(np.int64),
        }
    )  # fmt: skip
    reads["screening"] = ~found.frame.follow_up.to_numpy(dtype=bool)[reads["row"]]
    reads["arbitrated"] = np.isin(ids, _arbitrated(session, moment))[reads["row"]]
    return BlindReadsOfAll(reads, {int(str(reader)): int(n) for reader, n in excluded.items()})


def _knew(session: Session, moment: datetime) -> NDArray[np.int64]:
    """Reads signed after something had been revealed to their reader, as when a read was taken back and signed again."""
    rows = select(col(Read.id)).join(Reveal, and_(col(Reveal.exam_id) == Read.exam_id, col(Reveal.user_id) == Read.reader_id))
    found = session.exec(rows.where(Reveal.at <= Read.committed_at, Read.committed_at < moment)).all()
    return np.asarray(sorted({read or 0 for read in found}), dtype=np.int64)


def _arbitrated(session: Session, moment: datetime) -> NDArray[np.int64]:
    return np.asarray(session.exec(select(Arbitration.exam_id).where(Arbitration.at < moment)).all(), dtype=np.int64)

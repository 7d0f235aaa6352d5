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
from sqlmodel import Session, col, func, select

from core.columns import Rows, current
from core.columns.places import Ints, places, rank
from core.workflow.cohort import end_of
from core.workflow.discordance import RECALLS
from core.workflow.programme_figures import ProgrammeFigures
from db.tables import Arbitration, Reveal


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
    ids = found.frame.exam_id.to_numpy(dtype=np.int64)
    table = table.take((table["at"] < before) & ~np.isin(table["id"], taken_back) & np.isin(table["exam_id"], ids))
    order = np.argsort(ids)
    at = places(ids[order], table["exam_id"])
    row = np.where(at >= 0, order[np.maximum(at, 0)], -1) if len(order) else at
    turn = rank(np.where(row >= 0, table["exam_id"].astype(np.int64), -1)) + 1
    blind = (table["blind"] == 1) & ~_knew(session, table, ids, moment)
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


def _knew(session: Session, table: Rows, ids: Ints, moment: datetime) -> NDArray[np.bool_]:
    """Which reads were signed after something had been revealed to their reader, as when a read was taken back and signed again."""
    known: dict[tuple[int, int], float] = {}
    if len(ids):
        rows = select(col(Reveal.exam_id), col(Reveal.user_id), func.min(col(Reveal.at))).group_by(col(Reveal.exam_id), col(Reveal.user_id))
        rows = rows.where(col(Reveal.exam_id).between(int(ids.min()), int(ids.max())), Reveal.at < moment)
        known = {(exam, user): at.timestamp() for exam, user, at in session.exec(rows)}
    knew = np.zeros(len(table), dtype=bool)
    if known:
        some = np.flatnonzero(np.isin(table["exam_id"], sorted({exam for exam, _user in known})))
        pairs = zip(table["exam_id"][some].tolist(), table["reader_id"][some].tolist(), table["at"][some].tolist(), strict=True)
        knew[some] = [known.get((exam, reader), np.inf) <= at for exam, reader, at in pairs]
    return knew


def _arbitrated(session: Session, moment: datetime) -> NDArray[np.int64]:
    return np.asarray(session.exec(select(Arbitration.exam_id).where(Arbitration.at < moment)).all(), dtype=np.int64)

"""What the cohort is put together from: exams, decisions, reads, outcomes, pathology and AI results, joined as columns."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from core.columns import NONE, Rows
from core.columns.places import Ints, last, places
from core.columns.store import Kept
from db.enums import PriorStep
from db.tables import Programme

Bools = NDArray[np.bool_]
SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Chosen:
    """The exams of a programme that were known before `moment` (seconds): their places in the columns, and what else hangs on them."""

    kept: Kept
    moment: int
    exams: Ints
    episodes: Ints
    participants: Ints
    row_of_exam: Ints

    def __len__(self) -> int:
        return len(self.exams)

    def rows(self, exam_ids: NDArray[Any]) -> Ints:
        """The row of each exam id, -1 for exams that are not among these."""
        found = places(self.kept["exam"]["id"], exam_ids)
        return np.where(found >= 0, self.row_of_exam[np.maximum(found, 0)], -1) if len(self.row_of_exam) else found

    def before(self, table: Rows, column: str = "at") -> Bools:
        """The rows of a table that were there before the moment."""
        return np.asarray(table[column] < self.moment)


def choose(session: Session, kept: Kept, card_id: str, sites: Collection[int], moment: datetime) -> Chosen:
    """The exams of a programme at some sites that had come before `moment`, in the order participant, day, id."""
    exam, episode, participant = kept["exam"], kept["episode"], kept["participant"]
    programmes = programme_ids(session, card_id)
    before = int(moment.astimezone(UTC).timestamp())
    of_episode = places(episode["id"], exam["episode_id"])
    wanted = np.isin(exam["site_id"], list(sites)) & (exam["received"] < before) & (of_episode >= 0)
    wanted &= np.isin(episode["programme_id"][of_episode], list(programmes)) & ~_for_comparison(kept)
    exams = np.flatnonzero(wanted)
    people = episode["participant_id"][of_episode[exams]]
    exams = exams[np.lexsort((exam["id"][exams], exam["exam_day"][exams], people))]
    row_of_exam = np.full(len(exam), -1, np.int64)
    row_of_exam[exams] = np.arange(len(exams))
    episodes = of_episode[exams]
    return Chosen(kept, before, exams, episodes, places(participant["id"], episode["participant_id"][episodes]), row_of_exam)


def programme_ids(session: Session, card_id: str) -> list[int]:
    """Every version of the programme's card."""
    return [found or 0 for found in session.exec(select(col(Programme.id)).where(Programme.card_id == card_id))]


def _for_comparison(kept: Kept) -> Bools:
    """The exams that are there to be compared with, as `core.workflow.earlier_images` knows them."""
    exam, asked = kept["exam"], kept["priorrequest"]
    found = np.zeros(len(exam), bool)
    asked = asked.take(asked.is_word("step", PriorStep.pending.value))
    if not len(asked):
        return found
    asking = places(exam["id"], asked["exam_id"])
    wanted = pd.DataFrame({"episode": exam["episode_id"][asking], "day": exam["exam_day"][asking], "at": asked["at"]})
    near = np.flatnonzero(np.isin(exam["episode_id"], wanted.episode.unique()))
    others = pd.DataFrame(
        {"place": near, "episode": exam["episode_id"][near], "own": exam["exam_day"][near], "came": exam["received"][near]}
    )
    both = others.merge(wanted, on="episode")
    found[both.place[(both.own < both.day) & (both["at"] <= both.came)]] = True
    return found


def word(table: Rows, column: str, found: Ints) -> Any:
    """The words of a column at some places as a pandas Categorical, missing where there is none."""
    codes = np.where(found >= 0, table[column][np.maximum(found, 0)], -1) if len(table) else np.full(len(found), -1)
    return words(codes, list(table.words[column]))


def words(codes: NDArray[Any], categories: list[str]) -> Any:
    """Codes as a pandas Categorical; -1 is missing."""
    made: Any = pd.Categorical.from_codes(codes.astype(np.int64), categories=pd.Index(categories, dtype=object))
    return made


def number(table: Rows, column: str, found: Ints) -> NDArray[np.float64]:
    """The numbers of a column at some places, NaN where there is none."""
    if not len(table):
        return np.full(len(found), np.nan)
    values = table[column][np.maximum(found, 0)].astype(np.float64)
    return np.where((found >= 0) & (values != NONE), values, np.nan)


def day(values: NDArray[Any]) -> NDArray[Any]:
    """Days since 1970 as moments; NaT where there is none."""
    made = np.asarray(values, dtype=np.int64)
    return np.where(made == NONE, np.datetime64("NaT", "D"), made.astype("datetime64[D]")).astype("datetime64[s]")


def second(values: NDArray[Any]) -> NDArray[Any]:
    """Seconds since 1970 as moments; NaT where there is none."""
    made = np.asarray(values, dtype=np.int64)
    return np.where(made == NONE, np.datetime64("NaT", "s"), made.astype("datetime64[s]"))


def at(table: Rows, column: str, found: Ints) -> NDArray[np.int64]:
    """The whole numbers of a column at some places, NONE where there is none."""
    if not len(table):
        return np.full(len(found), NONE, np.int64)
    return np.where(found >= 0, table[column][np.maximum(found, 0)].astype(np.int64), NONE)


def facts(chosen: Chosen) -> dict[str, Any]:
    """What an exam, its round and its participant say themselves."""
    exam, episode, participant = (chosen.kept[name] for name in ("exam", "episode", "participant"))
    came = exam["completed"][chosen.exams].astype(np.int64)
    technique = {name: number(exam, name, chosen.exams) for name in ("thickness_mm", "ctdivol_mgy", "dlp_mgycm")}
    return {
        "exam_id": exam["id"][chosen.exams].astype(np.int64), "participant_id": participant["id"][chosen.participants].astype(np.int64),
        "number": word(participant, "number", chosen.participants), "sex": word(participant, "sex", chosen.participants),
        "born": day(participant["birth_day"][chosen.participants]), "site_id": exam["site_id"][chosen.exams].astype(np.int64),
        "exam_date": day(exam["exam_day"][chosen.exams]), "round": episode["round"][chosen.episodes].astype(np.int64),
        "completed_at": second(np.where((came == NONE) | (came >= chosen.moment), exam["received"][chosen.exams], came)),
        "synthetic": exam["synthetic"][chosen.exams] == 1, "phantom": exam["phantom"][chosen.exams] == 1,
        "manufacturer": word(exam, "manufacturer", chosen.exams), "kernel": word(exam, "kernel", chosen.exams), **technique,
    }  # fmt: skip


def decisions(chosen: Chosen) -> dict[str, Any]:
    """The last decision on each exam."""
    table = chosen.kept["decision"]
    table = table.take(chosen.before(table))
    found = last(chosen.rows(table["exam_id"]), len(chosen))
    return {
        "category": word(table, "category", found), "decision": word(table, "decision", found), "decided_at": second(at(table, "at", found))
    }  # fmt: skip

"""Who could have been screened: the participants registered for a programme, as known on a day, and whether their last exam is recent."""

from collections.abc import Collection
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from core.cohorts.standing import DIED, ENDING, MOVED_AWAY, OPTED_OUT
from core.columns import NONE, current
from core.columns.places import places
from core.metrics.screening import Terms
from core.workflow.cohort import end_of
from db.enums import Sex
from db.tables import ParticipantFact, ParticipantMerge, Programme

EPOCH = date(1970, 1, 1)


def registered(session: Session, terms: Terms, sites: Collection[int], *, synthetic: bool, known: date) -> pd.DataFrame:
    """One row for each site and age with `covered` and `weight`, the number of participants; who has no date of birth is left out.

    Registered for the programme is who has had a round in it, or, for mammography, every woman of the site.
    """
    kept = current(session)
    people, episode, exam = kept["participant"], kept["episode"], kept["exam"]
    programmes = [found or 0 for found in session.exec(select(col(Programme.id)).where(Programme.card_id == terms.programme))]
    own = np.isin(episode["programme_id"], programmes)
    enrolled = np.zeros(len(people), bool)
    enrolled[_there(places(people["id"], episode["participant_id"][own]))] = True
    if terms.programme == "breast":
        enrolled |= people.is_word("sex", Sex.female.value)
    born = people["birth_day"].astype(np.int64)
    day = (known - EPOCH).days
    age = np.where(born == NONE, -1, (day - born) // 365.25).astype(np.int64)
    asked = enrolled & np.isin(people["site_id"], list(sites)) & ((people["synthetic"] == 1) == synthetic)
    asked &= (age >= terms.ages[0]) & (age <= terms.ages[1]) & ~_gone(session, terms.programme, people["id"], known)
    of_episode = places(episode["id"], exam["episode_id"])
    recent = (of_episode >= 0) & (exam["received"] < int(end_of(known).timestamp()))
    recent &= (exam["exam_day"] > (known - timedelta(days=terms.interval_days) - EPOCH).days) & (exam["exam_day"] <= day)
    recent &= own[np.maximum(of_episode, 0)] if len(own) else False
    covered = np.zeros(len(people), bool)
    covered[_there(places(people["id"], episode["participant_id"][of_episode[recent]]))] = True
    table = pd.DataFrame({"site_id": people["site_id"][asked].astype(np.int64), "age": age[asked], "covered": covered[asked]})
    return table.groupby(["site_id", "age", "covered"], as_index=False).size().rename(columns={"size": "weight"})


def _there(found: NDArray[np.int64]) -> NDArray[np.int64]:
    return found[found >= 0]


def _gone(session: Session, card_id: str, ids: NDArray[np.int64], known: date) -> NDArray[np.bool_]:
    """Who had died, moved away, opted out or was merged into another entry, by what was entered until that day."""
    rows = select(ParticipantFact).where(col(ParticipantFact.kind).in_(ENDING), ParticipantFact.valid_from <= known)
    rows = rows.where(ParticipantFact.entered_at < end_of(known)).order_by(col(ParticipantFact.valid_from), col(ParticipantFact.id))
    ended: dict[tuple[int, str], bool] = {}
    for row in session.exec(rows):
        said = {DIED: "on", MOVED_AWAY: "said", OPTED_OUT: "said"}[row.kind]
        if row.kind != OPTED_OUT or row.value.get("programme") in (None, "", card_id):
            ended[row.participant_id, row.kind] = bool(row.value.get(said))
    merged = session.exec(select(ParticipantMerge.from_id).where(ParticipantMerge.at < end_of(known)))
    gone = {participant for (participant, _kind), over in ended.items() if over} | set(merged)
    return np.isin(ids, sorted(gone))

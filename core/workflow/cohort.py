"""The exams of a programme as one table, as they were known on a day: what every figure of the programme is counted from.

Put together from kept columns (`core.columns`), so that a million exams take about a second; only rows that were
there on the day asked for are seen.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlmodel import Session

from core.access import Act, Person
from core.clock import today
from core.columns import NONE
from core.columns.places import last, lowest, places
from core.columns.store import Kept, current
from core.workflow import cohort_parts, cohort_rows
from core.workflow.cohort_follow_up import FOLLOW_UP_DAYS, quarter, with_days, with_follow_up, with_return
from core.workflow.cohort_rows import SECONDS_A_DAY, programme_ids
from db.enums import EpisodeStep

__all__ = ["FOLLOW_UP_DAYS", "end_of", "exams_frame", "invitations_frame", "of_one_kind", "quarter"]

ANSWER_DAYS = 90
"""An invitation without an answer is left out of the uptake for so long; a setting of ours."""


def exams_frame(
    session: Session, person: Person, *, card_id: str, start: date, end: date, site_id: int | None = None, as_of: date | None = None,
    final_only: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """One row per exam of [start, end] at the person's sites, known on `as_of` (today when not given).

    `cancer_365` is True, False, or None while 365 days have not passed; a cancer found at the exam that answers a recall counts for the
    recalled exam. `mature`: 365 days have passed and the decision fell within them. `resolved`: cancer, another outcome, or mature.
    Entries count once a second person has approved them; `final_only` leaves provisional outcomes out.
    """
    person.must(Act.see_figures, site_id)
    sites = person.sites(Act.see_figures) if site_id is None else frozenset({site_id})
    known = as_of or today()
    kept = current(session)
    wanted = ("exams", card_id, sites, known, final_only)
    frame = _remembered(session, kept, wanted, lambda: _made(session, kept, card_id, sites, known, final_only))
    inside = frame.exam_date.between(pd.Timestamp(start), pd.Timestamp(end))
    return frame.copy(deep=False) if bool(inside.all()) else frame[inside].reset_index(drop=True)  # copied when somebody writes to it


KEPT_FRAMES = 6
_frames: "OrderedDict[tuple[object, ...], pd.DataFrame]" = OrderedDict()
_lock = Lock()


def _remembered(session: Session, kept: Kept, wanted: tuple[object, ...], make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """The last few frames are kept for as long as nothing has changed; a session that writes gets its own."""
    if session.get_bind().get_execution_options().get("firstlight_writes", False):
        return make()
    key = (str(session.get_bind().engine.url), kept.mark, kept.stamp, *wanted)
    with _lock:
        if key in _frames:
            _frames.move_to_end(key)
            return _frames[key]
    frame = make()
    with _lock:
        _frames[key] = frame
        while len(_frames) > KEPT_FRAMES:
            _frames.popitem(last=False)
    return frame


def _made(session: Session, kept: Kept, card_id: str, sites: frozenset[int], known: date, final_only: bool) -> pd.DataFrame:
    chosen = cohort_rows.choose(session, kept, card_id, sites, end_of(known))
    found = cohort_rows.facts(chosen) | cohort_rows.decisions(chosen) | cohort_parts.reads(chosen)
    found |= cohort_parts.outcomes(chosen, final_only=final_only) | cohort_parts.assessments(chosen) | cohort_parts.told(chosen)
    found |= cohort_parts.runs(session, chosen)
    frame = pd.DataFrame(found)
    frame = with_days(frame)
    frame = with_follow_up(frame, pd.Timestamp(known))
    return with_return(frame, chosen, card_id).sort_values(["exam_date", "exam_id"], ignore_index=True)


def invitations_frame(
    session: Session, person: Person, *, card_id: str, start: date, end: date, site_id: int | None = None, as_of: date | None = None
) -> pd.DataFrame:
    """One row per round whose participant was invited in [start, end].

    Columns: episode_id, participant_id, number, site_id, synthetic, sex, age (full years on that day), round, invited_on, booked, attended,
    answered, quarter.
    """
    person.must(Act.see_figures, site_id)
    sites = person.sites(Act.see_figures) if site_id is None else frozenset({site_id})
    known = as_of or today()
    kept = current(session)
    rounds = _remembered(
        session, kept, ("invitations", card_id, sites, known),
        lambda: _invited(kept, programme_ids(session, card_id), sites, int(end_of(known).timestamp()), known),
    )  # fmt: skip
    return rounds[rounds.invited_on.between(pd.Timestamp(start), pd.Timestamp(end))].reset_index(drop=True)


def _invited(kept: Kept, programmes: Any, sites: frozenset[int], before: int, known: date) -> pd.DataFrame:
    """From steps to one row per invited round."""
    events, episode, participant = kept["episodeevent"], kept["episode"], kept["participant"]
    seen = events["entered"] < before
    rows = np.where(seen, places(episode["id"], events["episode_id"]), -1)
    n = len(episode)
    invited = lowest(np.where(events.is_word("step", EpisodeStep.invited.value), rows, -1), events["happened"], n, NONE)
    came = last(np.where(events.is_word("step", EpisodeStep.attended.value, EpisodeStep.imaged.value), rows, -1), n) >= 0
    stayed = last(np.where(events.is_word("step", EpisodeStep.did_not_attend.value), rows, -1), n) >= 0
    booked = last(np.where(events.is_word("step", EpisodeStep.booked.value), rows, -1), n) >= 0
    who = places(participant["id"], episode["participant_id"])
    here = np.isin(participant["site_id"], list(sites))[who] if len(participant) else np.zeros(n, bool)
    chosen = np.flatnonzero((invited != NONE) & (who >= 0) & here & np.isin(episode["programme_id"], list(programmes)))
    people = who[chosen]
    day = np.floor_divide(invited[chosen], SECONDS_A_DAY)
    old = day <= (known - timedelta(days=ANSWER_DAYS) - date(1970, 1, 1)).days
    frame = pd.DataFrame(
        {
            "episode_id": episode["id"][chosen].astype(np.int64), "participant_id": participant["id"][people].astype(np.int64),
            "number": cohort_rows.word(participant, "number", people),
            "site_id": participant["site_id"][people].astype(np.int64), "synthetic": participant["synthetic"][people] == 1,
            "round": episode["round"][chosen].astype(np.int64), "invited_on": cohort_rows.day(day), "booked": booked[chosen],
            "attended": came[chosen], "answered": came[chosen] | stayed[chosen] | old,
            "sex": cohort_rows.word(participant, "sex", people), "age": _years(participant["birth_day"][people], day),
        }
    )  # fmt: skip
    frame["quarter"] = quarter(frame.invited_on)
    return frame


def _years(born: NDArray[Any], day: NDArray[Any]) -> NDArray[np.float64]:
    """Full years at a day; NaN where the date of birth is not known."""
    return np.where(born == NONE, np.nan, (day - born) // 365.25)


def of_one_kind(frame: pd.DataFrame, synthetic: bool | None) -> tuple[pd.DataFrame, bool, bool]:
    """The invented or the real exams (None: real ones where there are any), which of them they are, and whether both exist.

    The two are never counted together.
    """
    flags = set(frame.synthetic)
    chosen = flags == {True} if synthetic is None else synthetic
    return frame[frame.synthetic.eq(chosen)], chosen, len(flags) > 1


def end_of(day: date) -> datetime:
    """The first moment after a day, UTC."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)

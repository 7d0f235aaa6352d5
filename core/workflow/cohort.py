"""The exams of a programme as one table, as they were known on a day: what every figure of the programme is counted from.

A fixed number of set-based queries, whatever the number of exams; only rows entered by the day asked for are seen.
"""

from datetime import UTC, date, datetime, time, timedelta

import pandas as pd
from sqlalchemy import select
from sqlmodel import Session, col, func

from core.access import Act, Person
from core.clock import today
from core.workflow import cohort_rows
from core.workflow.second_case import WORK_UP_DAYS
from db.enums import EpisodeStep, OutcomeKind, ProgrammeDecision
from db.tables import Episode, EpisodeEvent, Participant, Programme

FOLLOW_UP_DAYS = 365
"""An exam without cancer is negative only when so many days have passed since (domain/clinical-rules.md 2.8)."""
ANSWER_DAYS = 90
"""An invitation without an answer is left out of the uptake for so long; a setting of ours."""
RECALLED = (ProgrammeDecision.assessment.value, ProgrammeDecision.short_term_recall.value)
CANCER = (OutcomeKind.cancer.value, OutcomeKind.interval_cancer.value)


def exams_frame(
    session: Session, person: Person, *, card_id: str, start: date, end: date, site_id: int | None = None, as_of: date | None = None
) -> pd.DataFrame:
    """One row per exam of [start, end] at the person's sites, known on `as_of` (today when not given).

    `cancer_365` is True, False, or None while 365 days have not passed; a cancer found at the exam that answers a recall counts for the
    recalled exam. `mature`: 365 days have passed and the decision fell within them. `resolved`: cancer, another outcome, or mature.
    """
    person.must(Act.see_figures, site_id)
    sites = person.sites(Act.see_figures) if site_id is None else frozenset({site_id})
    known = as_of or today()
    around = (start - timedelta(days=WORK_UP_DAYS), end + timedelta(days=FOLLOW_UP_DAYS))
    frame = cohort_rows.exams(session, card_id, sites, around, end_of(known))
    frame = _with_days(frame.sort_values(["participant_id", "exam_date", "exam_id"], ignore_index=True))
    frame = _with_follow_up(frame, pd.Timestamp(known))
    inside = frame.exam_date.between(pd.Timestamp(start), pd.Timestamp(end))
    return frame[inside].sort_values(["exam_date", "exam_id"], ignore_index=True)


def invitations_frame(
    session: Session, person: Person, *, card_id: str, start: date, end: date, site_id: int | None = None, as_of: date | None = None
) -> pd.DataFrame:
    """One row per round whose participant was invited in [start, end]: episode_id, site_id, invited_on, attended, answered, quarter."""
    person.must(Act.see_figures, site_id)
    sites = person.sites(Act.see_figures) if site_id is None else frozenset({site_id})
    known = as_of or today()
    steps = (EpisodeStep.invited, EpisodeStep.attended, EpisodeStep.imaged, EpisodeStep.did_not_attend)
    asked = (
        select(
            col(Episode.id), col(Participant.number), col(Participant.site_id), col(Participant.synthetic), col(Episode.round),
            col(EpisodeEvent.step), func.min(col(EpisodeEvent.happened_at)),
        )
        .join(EpisodeEvent, col(EpisodeEvent.episode_id) == Episode.id)
        .join(Participant, col(Participant.id) == Episode.participant_id)
        .join(Programme, col(Programme.id) == Episode.programme_id)
        .where(col(Programme.card_id) == card_id, col(Participant.site_id).in_(sites), col(EpisodeEvent.step).in_(steps))
        .where(col(EpisodeEvent.entered_at) < end_of(known))
        .group_by(
            col(Episode.id), col(Participant.number), col(Participant.site_id), col(Participant.synthetic), col(Episode.round),
            col(EpisodeEvent.step),
        )
    )  # fmt: skip
    columns = ["episode_id", "number", "site_id", "synthetic", "round", "step", "at"]
    frame = pd.DataFrame(session.execute(asked).all(), columns=columns).astype({"step": str})
    return _rounds(frame, start, end, known)


def _rounds(steps: pd.DataFrame, start: date, end: date, known: date) -> pd.DataFrame:
    """From one row per step to one row per invited round."""
    keys = ["episode_id", "number", "site_id", "synthetic", "round"]
    invited = steps[steps.step == EpisodeStep.invited.value]
    came = steps.loc[steps.step.isin([EpisodeStep.attended.value, EpisodeStep.imaged.value]), "episode_id"]
    stayed = steps.loc[steps.step == EpisodeStep.did_not_attend.value, "episode_id"]
    rounds = invited[keys].assign(invited_on=pd.to_datetime(invited["at"], utc=True).dt.tz_localize(None).dt.normalize())
    rounds["attended"] = rounds.episode_id.isin(came)
    old = rounds.invited_on <= pd.Timestamp(known) - pd.Timedelta(days=ANSWER_DAYS)
    rounds["answered"] = rounds.attended | rounds.episode_id.isin(stayed) | old
    rounds["quarter"] = quarter(rounds.invited_on)
    return rounds[rounds.invited_on.between(pd.Timestamp(start), pd.Timestamp(end))].reset_index(drop=True)


def of_one_kind(frame: pd.DataFrame, synthetic: bool | None) -> tuple[pd.DataFrame, bool, bool]:
    """The invented or the real exams (None: real ones where there are any), which of them they are, and whether both exist.

    The two are never counted together.
    """
    flags = set(frame.synthetic)
    chosen = flags == {True} if synthetic is None else synthetic
    return frame[frame.synthetic.eq(chosen)], chosen, len(flags) > 1


def quarter(days: "pd.Series[pd.Timestamp]") -> "pd.Series[str]":
    """2026 Q4 for every day."""
    return days.dt.year.astype(str) + " Q" + days.dt.quarter.astype(str)


def end_of(day: date) -> datetime:
    """The first moment after a day, UTC."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _with_days(frame: pd.DataFrame) -> pd.DataFrame:
    frame["exam_date"] = pd.to_datetime(frame.exam_date)
    frame["outcome_on"] = pd.to_datetime(frame.outcome_on)
    for name in ("completed_at", "decided_at", "read_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.tz_localize(None)
    frame["age"] = (frame.exam_date - pd.to_datetime(frame.pop("birth_date"))).dt.days // 365.25
    frame["days_to_read"] = (frame.decided_at.dt.normalize() - frame.completed_at.dt.normalize()).dt.days.clip(lower=0)
    frame["quarter"] = quarter(frame.exam_date)
    frame["recalled"] = frame.decision.isin(RECALLED)
    return frame


def _with_follow_up(frame: pd.DataFrame, known: pd.Timestamp) -> pd.DataFrame:
    """Which exams answer a recall, and what is known of each exam's year."""
    before = frame.groupby("participant_id")[["exam_date", "recalled"]].shift()
    near = (frame.exam_date - before.exam_date).dt.days <= WORK_UP_DAYS
    frame["follow_up"] = near & before.recalled.eq(True)
    screen = (~frame.follow_up).cumsum()  # a screening exam and the exams that answer it share a number
    cancer_on = frame.outcome_on.where(frame.outcome.isin(CANCER))
    first = cancer_on.groupby(screen).transform("min")
    frame["cancer_on"] = cancer_on.where(frame.follow_up, first)
    found = (frame.cancer_on - frame.exam_date).dt.days.between(0, FOLLOW_UP_DAYS)
    passed = (known - frame.exam_date).dt.days >= FOLLOW_UP_DAYS
    frame["mature"] = passed & ~((frame.decided_at.dt.normalize() - frame.exam_date).dt.days > FOLLOW_UP_DAYS)
    known_now = [True if cancer else False if over else None for cancer, over in zip(found, passed, strict=True)]
    frame["cancer_365"] = pd.Series(known_now, index=frame.index, dtype=object)
    frame["interval_cancer"] = frame.outcome.eq(OutcomeKind.interval_cancer.value)
    frame["waited_days"] = (known - frame.completed_at.dt.normalize()).dt.days.clip(lower=0)
    frame["age_days"] = (known - frame.exam_date).dt.days
    frame["resolved"] = found | frame.outcome.notna().groupby(screen).transform("any") | frame.mature
    return frame

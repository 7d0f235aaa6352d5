"""Conditions over `Participant` in SQL: who is of the age of a programme on a day, before any rule looks at a single person."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import col, select

from core.cohorts.standing import ENDING
from core.eligibility import breast
from core.rules import tlhc
from core.rules.birthdays import born_by
from core.workflow.programmes import card
from db.enums import Sex
from db.tables import Participant, ParticipantFact, ParticipantMerge


def of_age(card_id: str, on: date) -> ColumnElement[bool]:
    """Who is in the age band on that day: for breast by each level of risk, and women or people of unknown sex only."""
    if card(card_id).id == "lung":
        return between(on, tlhc.FIRST_AGE, tlhc.END_AGE)
    return and_(col(Participant.sex) != Sex.male, or_(*_breast_bands(on)))


def soon_of_age(card_id: str, on: date, days: int) -> ColumnElement[bool]:
    """Who reaches the band in the `days` after that day; for lung also who is in it, because there the risk decides, not the age alone."""
    later = on + timedelta(days=days)
    if card(card_id).id == "lung":
        return and_(col(Participant.birth_date) <= born_by(later, tlhc.FIRST_AGE), _younger(on, tlhc.END_AGE))
    bands = breast.setting().bands
    own, routine = bands["family_history"].first or 0, bands["routine"].first or 0
    turns = or_(_turns(routine, on, later), and_(_turns(own, on, later), _raised()))
    return and_(col(Participant.sex) == Sex.female, turns)


def between(on: date, first: int, end: int) -> ColumnElement[bool]:
    """From the birthday `first` to the day before the birthday `end`."""
    return and_(col(Participant.birth_date) <= born_by(on, first), _younger(on, end))


def cannot_be_said(card_id: str, on: date) -> ColumnElement[bool]:
    """Among whom those are to be looked for of whom it cannot be said; the rules decide which they are."""
    no_birth = col(Participant.birth_date).is_(None)
    if card(card_id).id == "lung":
        return or_(no_birth, of_age(card_id, on))
    return or_(no_birth, _raised(), and_(of_age(card_id, on), col(Participant.sex).in_((Sex.unknown, Sex.other))))


def answered(*, smoker: bool | None = None) -> ColumnElement[bool]:
    """Whether anybody ever said if the participant smoked, so that the lung rules have something to say; `smoker`: and said yes."""
    said = exists().where(col(ParticipantFact.participant_id) == col(Participant.id), col(ParticipantFact.kind) == "ever_smoker")
    return said if smoker is None else said.where(col(ParticipantFact.value)["said"].as_boolean().is_(smoker))


def _turns(age: int, after: date, until: date) -> ColumnElement[bool]:
    """Who has the birthday `age` after the one day and not after the other."""
    return and_(col(Participant.birth_date) <= born_by(until, age), _younger(after, age))


def told_to_stay_out() -> ColumnElement[bool]:
    """Who may not take part: somebody of whom an end was ever entered, or an entry that was merged. Few, so that they are looked up."""
    ended = select(ParticipantFact.participant_id).where(col(ParticipantFact.kind).in_(ENDING))
    return or_(col(Participant.id).in_(ended), col(Participant.id).in_(select(ParticipantMerge.from_id)))


def _younger(on: date, age: int) -> ColumnElement[bool]:
    return col(Participant.birth_date) > born_by(on, age)


def _breast_bands(on: date) -> list[ColumnElement[bool]]:
    """The routine band for everyone; a level with ages of its own for those of whom a level was ever entered."""
    bands = breast.setting().bands.items()
    aged = {level: between(on, band.first, (band.last or 0) + 1) for level, band in bands if band.first is not None}
    return [found if level == "routine" else and_(found, _raised()) for level, found in aged.items()]


def _raised() -> ColumnElement[bool]:
    return exists().where(col(ParticipantFact.participant_id) == col(Participant.id), col(ParticipantFact.kind) == "breast_risk")

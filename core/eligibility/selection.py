"""Conditions over `Participant` in SQL: who is of the age of a programme on a day, before any rule looks at a single person."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import col

from core.eligibility import breast
from core.rules import tlhc
from core.rules.birthdays import born_by
from core.workflow.programmes import card
from db.enums import Sex
from db.tables import Participant, ParticipantFact


def of_age(card_id: str, on: date) -> ColumnElement[bool]:
    """Who is in the age band on that day: for breast by each level of risk, and women or people of unknown sex only."""
    if card(card_id).id == "lung":
        return between(on, tlhc.FIRST_AGE, tlhc.END_AGE)
    return and_(col(Participant.sex) != Sex.male, or_(*_breast_bands(on)))


def soon_of_age(card_id: str, on: date, days: int) -> ColumnElement[bool]:
    """Who is in the band on one of the `days` after that day, or is in it already."""
    later = on + timedelta(days=days)
    if card(card_id).id == "lung":
        return and_(col(Participant.birth_date) <= born_by(later, tlhc.FIRST_AGE), _younger(on, tlhc.END_AGE))
    return and_(col(Participant.sex) == Sex.female, or_(*_breast_bands(later)), ~or_(*_breast_bands(on)))


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


def _younger(on: date, age: int) -> ColumnElement[bool]:
    return col(Participant.birth_date) > born_by(on, age)


def _breast_bands(on: date) -> list[ColumnElement[bool]]:
    """The routine band for everyone, and the bands of the raised levels for those of whom such a level was ever entered."""
    bands = breast.setting().bands
    found = []
    for level, band in bands.items():
        first, last = (band.first, band.last) if band.first is not None else (bands["routine"].first, bands["routine"].last)
        aged = between(on, first or 0, (last or 0) + 1)
        found.append(aged if level == "routine" else and_(aged, _raised()))
    return found


def _raised() -> ColumnElement[bool]:
    return exists().where(col(ParticipantFact.participant_id) == col(Participant.id), col(ParticipantFact.kind) == "breast_risk")

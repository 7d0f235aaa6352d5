"""What a cohort selects, and the one statement that it becomes. Every part is answered by an index; an empty part means all."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, not_, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from core.clock import today
from core.cohorts.standing import active, present
from core.errors import Rejected
from core.words import N_
from core.workflow.list_filters import in_programme
from core.workflow.programmes import cards
from core.workflow.undecided import undecided
from db.enums import ProgrammeDecision, Sex
from db.tables import CohortMember, Decision, Episode, Exam, Participant, ParticipantFact, Programme

OLDEST = 120
NOT_DECIDED = "not_decided"
SAID: Mapping[str, str] = {
    "ever_smoker": N_("Ever smoked"),
    "current_smoker": N_("Smokes now"),
    "family_history": N_("Family history of lung cancer"),
    "emphysema": N_("Emphysema"),
    "copd": N_("COPD"),
    "pneumonia": N_("Pneumonia"),
    "asbestos": N_("Asbestos"),
    "personal_cancer": N_("Had cancer"),
}
"""Facts with {"said": true or false}."""
BREAST_RISK = {"routine": N_("Breast risk: routine"), "family_history": N_("Breast risk: family history"), "high": N_("Breast risk: high")}
TAKING_PART = ("", "yes", "no")


@dataclass(frozen=True)
class Selection:
    """`round` is the newest one; `last_decision` that of the last exam; `exam_from` and `exam_to` bound the day of the last exam (ISO)."""

    programme: str = ""
    site_ids: tuple[int, ...] = ()
    age_from: int | None = None
    age_to: int | None = None
    sex: str = ""
    fact: str = ""
    """A kind of SAID with "+" or "-" before it, or "breast_risk:" and a level."""
    round_from: int | None = None
    round_to: int | None = None
    last_decision: str = ""
    exam_from: str = ""
    exam_to: str = ""
    taking_part: str = ""
    frozen: bool = False

    def stored(self) -> dict[str, Any]:
        """For the row: what is not empty."""
        return {key: value for key, value in asdict(self).items() if value not in ("", None, (), False)}


def of(stored: Mapping[str, Any]) -> Selection:
    """From the row; parts that this version does not know are left out."""
    known = {field.name for field in fields(Selection)}
    found = {key: value for key, value in stored.items() if key in known}
    return Selection(**{**found, "site_ids": tuple(found.get("site_ids", ()))})


def check(selection: Selection) -> None:
    """Rejected naming the part that cannot be."""
    one_of = (
        ("programme", selection.programme, ("", *cards())), ("sex", selection.sex, ("", *Sex)), ("fact", selection.fact, facts()),
        ("taking part", selection.taking_part, TAKING_PART), ("last decision", selection.last_decision, decisions()),
    )  # fmt: skip
    for part, value, known in one_of:
        if value not in known:
            raise Rejected(N_("{value} is not known as {part}; expected one of {known}"), value=value, part=part, known=", ".join(known))
    for low, high, most in ((selection.age_from, selection.age_to, OLDEST), (selection.round_from, selection.round_to, 99)):
        if any(one is not None and not 0 <= one <= most for one in (low, high)) or (low or 0) > (most if high is None else high):
            raise Rejected(N_("{low} to {high} is no range; expected 0 to {most}, the lower one first"), low=low, high=high, most=most)
    first, last = _day(selection.exam_from), _day(selection.exam_to)
    if first and last and first > last:
        raise Rejected(N_("{first} lies after {last}"), first=first, last=last)


def facts() -> tuple[str, ...]:
    """Every fact that can be selected by."""
    return ("", *(sign + kind for kind in SAID for sign in "+-"), *(f"breast_risk:{level}" for level in BREAST_RISK))


def decisions() -> tuple[str, ...]:
    """Every last decision that can be selected by, and that there is none."""
    return ("", *ProgrammeDecision, NOT_DECIDED)


def condition(session: Session, selection: Selection, on: date, version_id: int | None = None) -> ColumnElement[bool]:
    """The condition over `Participant` of being in the selection on a day; of a frozen version, of being one of its members."""
    if selection.frozen:
        return exists().where(col(CohortMember.participant_id) == col(Participant.id), col(CohortMember.version_id) == version_id)
    versions = _versions(session, selection.programme)
    parts: list[tuple[object, Callable[[], ColumnElement[bool]]]] = [
        (on < today(), lambda: col(Participant.created_at) < _end_of(on)),
        (selection.site_ids, lambda: col(Participant.site_id).in_(selection.site_ids)),
        (selection.sex, lambda: col(Participant.sex) == Sex(selection.sex)),
        (selection.age_from, lambda: col(Participant.birth_date) <= _years_before(on, selection.age_from or 0)),
        (selection.age_to is not None, lambda: col(Participant.birth_date) > _years_before(on, (selection.age_to or 0) + 1)),
        (selection.programme, lambda: in_programme(session, selection.programme)),
        (selection.round_from is not None or selection.round_to is not None, lambda: _round(selection, versions)),
        (selection.exam_from or selection.exam_to, lambda: _last_exam_between(selection, versions, on)),
        (selection.last_decision, lambda: _last_decision(selection.last_decision, versions, on)),
        (selection.fact, lambda: _fact(selection.fact, on)),
        (selection.taking_part, lambda: _taking_part(selection, on)),
    ]
    return and_(present(), *(made() for asked, made in parts if asked))


def _versions(session: Session, card_id: str) -> list[int]:
    """Ids of the versions of a programme's card, of all programmes for ""."""
    rows = select(Programme.id).where(Programme.card_id == card_id) if card_id else select(Programme.id)
    return [one for one in session.exec(rows).all() if one is not None]


def _round(selection: Selection, versions: list[int]) -> ColumnElement[bool]:
    newest = select(func.max(Episode.round)).where(Episode.participant_id == Participant.id, col(Episode.programme_id).in_(versions))
    number = func.coalesce(newest.scalar_subquery(), 0)
    low, high = selection.round_from, selection.round_to
    return and_(number >= (low or 0), number <= high) if high is not None else number >= (low or 0)


def _exams(versions: list[int], on: date) -> Any:
    """The exams of a participant up to a day, the last one first."""
    rows = select(Exam.id).join(Episode, col(Episode.id) == Exam.episode_id)
    rows = rows.where(Episode.participant_id == Participant.id, col(Episode.programme_id).in_(versions), Exam.exam_date <= on)
    return rows.order_by(col(Exam.exam_date).desc(), col(Exam.id).desc()).limit(1).correlate(Participant)


def _last_exam_between(selection: Selection, versions: list[int], on: date) -> ColumnElement[bool]:
    rows = select(func.max(Exam.exam_date)).join(Episode, col(Episode.id) == Exam.episode_id)
    rows = rows.where(Episode.participant_id == Participant.id, col(Episode.programme_id).in_(versions), Exam.exam_date <= on)
    last = rows.correlate(Participant).scalar_subquery()
    first, until = _day(selection.exam_from), _day(selection.exam_to)
    return and_(*([last >= first] if first else []), *([last <= until] if until else []))


def _last_decision(wanted: str, versions: list[int], on: date) -> ColumnElement[bool]:
    """That of the last exam; an exam without one is not decided.

    Nearly everybody's is routine recall, which is looked up person by person; the few others are gathered from their decisions.
    """
    if wanted == ProgrammeDecision.routine_recall or (wanted == NOT_DECIDED and on < today()):
        return _by_person(wanted, versions, on)
    rows = select(Episode.participant_id).join(Exam, col(Exam.episode_id) == Episode.id)
    rows = rows.where(col(Exam.id).in_(undecided() if wanted == NOT_DECIDED else _decided(wanted, on)))
    other, round_ = aliased(Exam), aliased(Episode)
    later = exists().where(
        col(round_.participant_id) == Episode.participant_id, col(round_.programme_id).in_(versions), col(other.episode_id) == round_.id,
        col(other.exam_date) <= on,
        or_(col(other.exam_date) > Exam.exam_date, and_(col(other.exam_date) == Exam.exam_date, col(other.id) > Exam.id)),
    )  # fmt: skip
    of_programme = (col(Episode.programme_id) + 0).in_(versions)  # a sum: the index of so few programmes must not be chosen
    return col(Participant.id).in_(rows.where(of_programme, Exam.exam_date <= on, ~later))


def _decided(wanted: str, on: date) -> Any:
    """Exams whose newest decision is this one. Its moment is asked for a day of the past alone: its index would lead to every row."""
    newer = aliased(Decision)
    replaced = exists().where(col(newer.exam_id) == col(Decision.exam_id), col(newer.id) > col(Decision.id))
    rows = select(Decision.exam_id).where(Decision.decision == ProgrammeDecision(wanted))
    if on >= today():
        return rows.where(~replaced)
    return rows.where(Decision.at < _end_of(on), ~replaced.where(col(newer.at) < _end_of(on)))


def _by_person(wanted: str, versions: list[int], on: date) -> ColumnElement[bool]:
    last = _exams(versions, on).scalar_subquery()
    newest = select(Decision.decision).where(Decision.exam_id == last, Decision.at < _end_of(on))
    said = newest.order_by(col(Decision.id).desc()).limit(1).correlate(Participant).scalar_subquery()
    return and_(last.is_not(None), said.is_(None)) if wanted == NOT_DECIDED else said == ProgrammeDecision(wanted)


def _fact(wanted: str, on: date) -> ColumnElement[bool]:
    """By the newest fact of the kind that holds on that day."""
    fact, later = aliased(ParticipantFact), aliased(ParticipantFact)
    level = wanted.partition(":")[2]
    kind = "breast_risk" if level else wanted[1:]
    said: ColumnElement[bool] = col(fact.value)["level"].as_string() == level if level else col(fact.value)["said"].as_boolean()
    of_that_day = and_(col(later.valid_from) == col(fact.valid_from), col(later.id) > col(fact.id))
    newer = exists().where(
        col(later.participant_id) == col(fact.participant_id), col(later.kind) == kind, col(later.valid_from) <= on,
        or_(col(later.valid_from) > col(fact.valid_from), of_that_day),
    )  # fmt: skip
    holds = exists().where(col(fact.participant_id) == col(Participant.id), col(fact.kind) == kind, col(fact.valid_from) <= on, ~newer)
    return holds.where(not_(said) if wanted.startswith("-") else said)


def _taking_part(selection: Selection, on: date) -> ColumnElement[bool]:
    taking = and_(*(active(card_id, on) for card_id in ([selection.programme] if selection.programme else sorted(cards()))))
    return taking if selection.taking_part == "yes" else not_(taking)


def _years_before(day: date, years: int) -> date:
    """The day of birth of somebody who turns that age on this day; 29 February counts as 1 March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise Rejected(N_("{value} is no date that is clear; expected year-month-day such as 1960-04-03"), value=text) from problem

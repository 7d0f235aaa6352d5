"""What is known here of the people of a list: who they are, their exams with decision and outcome, and the rounds they did not come to."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, func, select

from core.cohorts.standing import merged
from core.sealing import keyed_hash
from core.workflow.counted import refused
from core.workflow.earlier_images import for_comparison
from core.workflow.programmes import card
from db.enums import Certainty, EpisodeStep, OutcomeKind, ProgrammeDecision
from db.tables import Decision, Episode, EpisodeEvent, Exam, Outcome, Participant, Programme

CAME = (EpisodeStep.attended, EpisodeStep.imaged)


@dataclass
class ExamThen:
    """An exam of a participant; `kind` is the outcome that stands, checked or not."""

    exam_id: int
    day: date
    decision: ProgrammeDecision | None = None
    kind: OutcomeKind | None = None
    certainty: Certainty | None = None
    happened_on: date | None = None
    refused_on: frozenset[date] = frozenset()
    """Days of diagnosis that a registry list brought before and a second person refused."""


@dataclass
class Person:
    """A participant of ours under the number of the list. `invited` are (day, came) of the rounds, by programme's card."""

    id: int
    number: str
    birth_date: date | None
    exams: dict[str, list[ExamThen]] = field(default_factory=dict)
    invited: dict[str, list[tuple[date, bool]]] = field(default_factory=dict)


def people(session: Session, site_id: int, identifiers: Collection[str]) -> dict[str, Person]:
    """The participants of a site by the identifiers of a list; those that were merged are found under whom they are now."""
    keys = {keyed_hash(identifier): identifier for identifier in identifiers}
    rows = select(Participant).where(Participant.site_id == site_id, col(Participant.identifier_key).in_(keys))
    asked = {row.identifier_key: row for row in session.exec(rows)}
    now = merged(session, [row.id or 0 for row in asked.values()])
    kept = {row.id: row for row in session.exec(select(Participant).where(col(Participant.id).in_(now.values())))} if now else {}
    found: dict[int, Person] = {}
    for row in asked.values():
        whose = kept.get(now.get(row.id or 0), row)
        found.setdefault(whose.id or 0, Person(whose.id or 0, whose.number, row.birth_date or whose.birth_date))
    _exams(session, found)
    _invitations(session, found)
    return {keys[key]: found[now.get(row.id or 0, row.id or 0)] for key, row in asked.items()}


def _exams(session: Session, found: dict[int, Person]) -> None:
    rows = select(Episode.participant_id, Programme.card_id, Exam).join(Programme, col(Programme.id) == Episode.programme_id)
    rows = rows.join(Exam, col(Exam.episode_id) == Episode.id).where(col(Episode.participant_id).in_(found))
    rows = rows.where(col(Exam.id).not_in(for_comparison())).order_by(col(Exam.exam_date), col(Exam.id))
    exams: dict[int, ExamThen] = {}
    for participant_id, card_id, exam in session.exec(rows):
        if exam.kind == card(card_id).kind:
            exams[exam.id or 0] = ExamThen(exam.id or 0, exam.exam_date)
            found[participant_id].exams.setdefault(card_id, []).append(exams[exam.id or 0])
    last = select(func.max(Decision.id)).where(col(Decision.exam_id).in_(exams)).group_by(col(Decision.exam_id))
    for row in session.exec(select(Decision).where(col(Decision.id).in_(last))):
        exams[row.exam_id].decision = row.decision
    standing = select(Outcome).where(col(Outcome.exam_id).in_(exams), ~refused(Outcome)).order_by(col(Outcome.id))
    for outcome in session.exec(standing):
        one = exams[outcome.exam_id]
        one.kind, one.certainty, one.happened_on = outcome.kind, outcome.certainty, outcome.happened_on
    wrong = select(Outcome).where(col(Outcome.exam_id).in_(exams), refused(Outcome), col(Outcome.list_id).is_not(None))
    for outcome in session.exec(wrong):
        exams[outcome.exam_id].refused_on |= {outcome.happened_on}


def _invitations(session: Session, found: dict[int, Person]) -> None:
    rows = select(  # type: ignore[call-overload]
        col(Episode.participant_id), col(Programme.card_id), col(Episode.id), col(EpisodeEvent.step), col(EpisodeEvent.happened_at)
    )
    rows = rows.join(Programme, col(Programme.id) == Episode.programme_id).join(EpisodeEvent, col(EpisodeEvent.episode_id) == Episode.id)
    rows = rows.where(col(Episode.participant_id).in_(found), col(EpisodeEvent.step).in_((EpisodeStep.invited, *CAME)))
    rounds: dict[tuple[int, str, int | None], tuple[list[date], bool]] = {}
    for participant_id, card_id, episode_id, step, at in session.execute(rows):
        days, came = rounds.get((participant_id, card_id, episode_id), ([], False))
        invited = [*days, at.date()] if step == EpisodeStep.invited else days
        rounds[participant_id, card_id, episode_id] = (invited, came or step in CAME)
    for (participant_id, card_id, _episode), (days, came) in rounds.items():
        if days:
            found[participant_id].invited.setdefault(card_id, []).append((min(days), came))

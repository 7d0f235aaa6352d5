"""Participants as lists and heads show them: a line each, by a fixed number of queries whatever the number of lines."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case
from sqlmodel import Session, col, func, select

from core.clock import today
from core.cohorts.standing import merged
from core.safety_net.states import is_open
from core.sealing import unseal
from core.words import Sentence
from core.workflow.status import next_due, statuses
from db.enums import Sex
from db.tables import Episode, Exam, Participant, Programme, Site, Task


@dataclass(frozen=True)
class ParticipantLine:
    """A participant as lists and heads show it. `programmes` holds card ids; `age` is in full years today."""

    id: int
    number: str
    name: str
    identifier: str
    birth_date: date | None
    sex: Sex
    age: int | None
    site_id: int
    site_name: str
    synthetic: bool
    programmes: tuple[str, ...]
    last_exam: date | None
    status: Sentence
    rounds: dict[str, int]
    """Card id → number of the newest round."""
    next_due: date | None
    tasks: tuple[int, int]
    """Open tasks of the safety net, and those of them past their date."""
    merged_into: int | None


def lines(session: Session, ids: Collection[int]) -> tuple[ParticipantLine, ...]:
    """The rows for `ids` in the order given; only these names are opened."""
    rows = select(Participant, Site.name).join(Site, col(Site.id) == Participant.site_id).where(col(Participant.id).in_(ids))
    rounds, last, tasks = _rounds(session, ids), _last_exams(session, ids), _tasks(session, ids)
    status, dues, into = statuses(session, ids), next_due(session, ids), merged(session, ids)
    found = {
        row.id or 0: ParticipantLine(
            id=row.id or 0, number=row.number, name=unseal(row.name_sealed), identifier=unseal(row.identifier_sealed),
            birth_date=row.birth_date, sex=row.sex, age=age_on(row.birth_date, today()), site_id=row.site_id, site_name=site,
            synthetic=row.synthetic, programmes=tuple(sorted(rounds.get(row.id or 0, {}))), last_exam=last.get(row.id or 0),
            status=status[row.id or 0], rounds=rounds.get(row.id or 0, {}), next_due=dues.get(row.id or 0),
            tasks=tasks.get(row.id or 0, (0, 0)), merged_into=into.get(row.id or 0),
        )
        for row, site in session.exec(rows)
    }  # fmt: skip
    return tuple(found[one] for one in ids)


def age_on(birth_date: date | None, day: date) -> int | None:
    """Full years on `day`; None when the birth date is not known."""
    if birth_date is None:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _rounds(session: Session, ids: Collection[int]) -> dict[int, dict[str, int]]:
    rows = select(col(Episode.participant_id), col(Programme.card_id), func.max(Episode.round))
    rows = rows.join(Programme, col(Programme.id) == Episode.programme_id).where(col(Episode.participant_id).in_(ids))
    found: dict[int, dict[str, int]] = {}
    for who, card_id, number in session.exec(rows.group_by(col(Episode.participant_id), col(Programme.card_id))):
        found.setdefault(who, {})[card_id] = number
    return found


def _last_exams(session: Session, ids: Collection[int]) -> dict[int, date]:
    exams = select(Episode.participant_id, func.max(Exam.exam_date)).join(Exam, col(Exam.episode_id) == Episode.id)
    return dict(session.exec(exams.where(col(Episode.participant_id).in_(ids)).group_by(col(Episode.participant_id))).all())


def _tasks(session: Session, ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """By the episode, so that tasks of an entry that was merged are found under the one that stays."""
    late = func.sum(case((col(Task.due) < today(), 1), else_=0))
    rows = select(col(Episode.participant_id), func.count(), late).join(Task, col(Task.episode_id) == Episode.id)
    found = rows.where(col(Episode.participant_id).in_(ids), is_open()).group_by(col(Episode.participant_id))
    return {who: (total, int(overdue)) for who, total, overdue in session.exec(found)}

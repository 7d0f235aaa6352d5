"""The five lists of outcomes as queries: exam_id, since, subject and row_id of everything that somebody has to do."""

from datetime import timedelta
from typing import Any

from sqlalchemy import exists, literal, or_, select, union, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from core.access import Act, Person
from core.clock import today
from core.outcomes.checked import TABLES, checked, laid_aside
from core.workflow.counted import refused
from core.workflow.participants import matching
from core.workflow.programmes import card
from db.enums import Certainty, CheckVerdict, ProgrammeDecision, RecallStep
from db.tables import Assessment, Episode, Exam, Outcome, Pathology, Recall, RecallEvent, SecondCheck

FINAL_AFTER_DAYS = 183
"""Outcomes are final within six months (NHSBSP, domain/clinical-rules.md 2.9)."""
LISTS = ("outcome", "check", "own", "provisional", "refused")


def needed(name: str, person: Person, programme: str, text: str) -> Any:
    """One of `LISTS` for a person, narrowed to a programme's card and to what a search means."""
    exams = _exams(person, programme, text)
    if name == "outcome":
        return _no_outcome(exams)
    if name == "provisional":
        return _provisional(exams)
    if name == "refused":
        return union_all(*(_refused(table, person, exams) for table in TABLES.values()))
    return union_all(*(_unchecked(table, person, exams, own=name == "own") for table in TABLES.values()))


def _exams(person: Person, programme: str, text: str) -> list[Any]:
    """The conditions on `Exam` that every list keeps to."""
    at_sites = (col(Exam.site_id) + 0).in_(person.sites(Act.record_outcome))  # no index: exams are found by the entries, not all of a site
    found: list[Any] = [at_sites]
    if programme:
        found.append(Exam.kind == card(programme).kind)
    if text.strip():
        found.append(col(Exam.episode_id).in_(select(col(Episode.id)).where(col(Episode.participant_id).in_(matching(text)))))
    return found


def _no_outcome(exams: list[Any]) -> Any:
    """Recalled for assessment or examined further, and no outcome that stands. Who declined or was not reached and never came has none."""
    step = exists().where(col(RecallEvent.recall_id) == Recall.id)
    closed, came = step.where(col(RecallEvent.step) == RecallStep.closed), step.where(col(RecallEvent.step) == RecallStep.attended)
    gave_up = step.where(col(RecallEvent.step).in_((RecallStep.declined, RecallStep.unreachable)))
    recalled: Any = select(col(Recall.exam_id).label("exam_id")).where(
        col(Recall.kind) == ProgrammeDecision.assessment, ~_known(Recall), or_(~closed, came, ~gave_up)
    )
    examined: list[Any] = [
        select(col(table.exam_id).label("exam_id")).where(~refused(table), ~_known(table)) for table in (Assessment, Pathology)
    ]
    begun = union(recalled, *examined).subquery()
    asked: Any = select(begun.c.exam_id, col(Exam.exam_date).label("since"), literal("").label("subject"), begun.c.exam_id.label("row_id"))
    return asked.join(Exam, col(Exam.id) == begun.c.exam_id).where(*exams)


def _known(table: Any) -> Any:
    """Whether the exam of a row has an outcome that nobody refused."""
    return exists().where(col(Outcome.exam_id) == table.exam_id, ~refused(Outcome))


def _unchecked(table: Any, person: Person, exams: list[Any], *, own: bool) -> Any:
    mine = col(table.entered_by).is_not_distinct_from(person.user_id)
    return _entries(table, exams).where(~checked(table), mine if own else ~mine)


def _refused(table: Any, person: Person, exams: list[Any]) -> Any:
    return _entries(table, exams).where(*to_put_right(table, person))


def to_put_right(table: Any, person: Person) -> list[Any]:
    """Refused entries of this person that nobody made anew and that were not laid aside."""
    return [table.entered_by == person.user_id, refused(table), ~laid_aside(table), ~replaced_by(table)]


def replaced_by(table: Any) -> Any:
    """Whether a further entry takes the place of a row."""
    newer = aliased(table)
    same = [newer.exam_id == table.exam_id, newer.id > table.id]
    same += [newer.number == table.number] if table is Assessment else [newer.side == table.side] if table is Pathology else []
    return exists().where(*same)


def _entries(table: Any, exams: list[Any], since: Any = None) -> Any:
    """Rows of a table at the exams that are meant; the exam is looked up for each row, so that few rows stay few."""
    asked: Any = select(
        col(table.exam_id).label("exam_id"), (col(table.entered_at) if since is None else since).label("since"),
        literal(table.__tablename__).label("subject"), col(table.id).label("row_id"),
    )  # fmt: skip
    return asked.where(exists().where(col(Exam.id) == table.exam_id, *exams))


def _provisional(exams: list[Any]) -> Any:
    """The newest outcome that stands is provisional, for too long or although pathology is final."""
    newer = aliased(Outcome)
    refusal = exists().where(
        col(SecondCheck.subject) == "outcome", col(SecondCheck.row_id) == newer.id, col(SecondCheck.verdict) == CheckVerdict.refused
    )
    replaced = exists().where(col(newer.exam_id) == Outcome.exam_id, col(newer.id) > Outcome.id, ~refusal)
    final = exists().where(col(Pathology.exam_id) == Outcome.exam_id, col(Pathology.certainty) == Certainty.final, ~refused(Pathology))
    old = col(Outcome.happened_on) <= today() - timedelta(days=FINAL_AFTER_DAYS)
    asked = _entries(Outcome, exams, col(Outcome.happened_on)).where(col(Outcome.certainty) == Certainty.provisional)
    return asked.where(or_(old, final), ~refused(Outcome), ~replaced)

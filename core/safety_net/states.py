"""Where a task stands, as conditions over `Task`: a function of its events."""

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased
from sqlmodel import col

from db.enums import TaskStep
from db.tables import Task, TaskEvent


def has(step: TaskStep, reason: str | None = None) -> ColumnElement[bool]:
    """Whether a task has an event of that step, and of that reason where one is given."""
    event = aliased(TaskEvent)
    found = exists().where(col(event.task_id) == col(Task.id), col(event.step) == step)
    return found if reason is None else found.where(col(event.reason) == reason)


def is_open() -> ColumnElement[bool]:
    """Nothing has closed it; one that is lost to follow-up is open too."""
    return ~has(TaskStep.closed)


def is_lost() -> ColumnElement[bool]:
    """Lost to follow-up, and not found again since."""
    said, later = aliased(TaskEvent), aliased(TaskEvent)
    found = exists().where(col(later.task_id) == col(said.task_id), col(later.step) == TaskStep.found_again, col(later.id) > col(said.id))
    return exists().where(col(said.task_id) == col(Task.id), col(said.step) == TaskStep.lost, ~found)

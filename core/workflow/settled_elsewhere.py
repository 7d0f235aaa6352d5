"""Invented exams whose round was over when they came, such as those of a research table: nobody here reads them or decides on them."""

from sqlalchemy import ColumnElement, exists
from sqlmodel import col

from db.enums import EpisodeStep
from db.tables import EpisodeEvent, Exam


def not_read_here() -> ColumnElement[bool]:
    """The condition over Exam. Real exams never meet it, whatever became of their round."""
    over = exists().where(
        col(EpisodeEvent.episode_id) == Exam.episode_id,
        col(EpisodeEvent.step) == EpisodeStep.closed,
        col(EpisodeEvent.entered_at) <= Exam.received_at,
    )
    return col(Exam.synthetic) & over

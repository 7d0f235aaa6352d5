"""Which exams have no decision: asked of the small table that triggers keep, never of every exam there is."""

from collections.abc import Iterable

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from db.tables import UndecidedExam


def undecided_at(sites: Iterable[int]) -> SelectOfScalar[int]:
    """Ids of the undecided exams at these sites, also of those that wait for no read."""
    return undecided().where(col(UndecidedExam.site_id).in_(list(sites)))


def undecided() -> SelectOfScalar[int]:
    """Ids of every undecided exam."""
    return select(col(UndecidedExam.exam_id))

"""Round length: after how long people who were screened before are invited again (NHSBSP: the share within the interval)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from core.access import Act, Person
from core.clinics.planner import aside
from core.clock import now
from core.metrics.proportions import Proportion, proportion
from core.workflow.programmes import card
from db.tables import Episode, Exam, Participant, Programme

SOURCE = "NHSBSP standard: invited again within the screening interval; achievable 99 %, acceptable 90 %"


@dataclass(frozen=True)
class RoundLength:
    """Of the rounds opened in the last `days` days after an earlier exam: how many were opened within `interval_days` of it."""

    card_id: str
    days: int
    interval_days: int
    rounds: int
    in_time: int
    median_days: int | None
    proportion: Proportion


def round_length(session: Session, person: Person, card_id: str, *, site_id: int | None = None, days: int = 90) -> RoundLength:
    """Counted in SQL by pairs of days; invented and real people alike, as the lists show them."""
    person.must(Act.work_queue)
    sites = person.sites(Act.work_queue)
    wanted = sites & {site_id} if site_id is not None else sites
    programmes = session.exec(select(Programme.id).where(Programme.card_id == card_id)).all()
    earlier, before = aliased(Exam), aliased(Episode)
    last = select(func.max(earlier.exam_date)).join(before, col(before.id) == earlier.episode_id)
    last = last.where(col(before.participant_id) == Episode.participant_id, col(before.programme_id).in_(programmes))
    since = last.where(col(before.round) < Episode.round).correlate(Episode).scalar_subquery()
    opened = func.date(col(Episode.opened_at))
    rows = (
        select(opened, since, func.count())
        .select_from(Episode)
        .join(Participant, col(Participant.id) == aside(col(Episode.participant_id)))
    )
    rows = rows.where(col(Episode.opened_at) > now() - timedelta(days=days), aside(col(Episode.programme_id)).in_(programmes))
    rows = rows.where(aside(col(Participant.site_id)).in_(wanted), Episode.round > 1)
    waits: Counter[int] = Counter()
    for day, exam, n in session.exec(rows.group_by(opened, since)):
        if exam is not None:
            waits[(_day(day) - _day(exam)).days] += n
    interval = card(card_id).screening_interval_days
    in_time = sum(n for wait, n in waits.items() if wait <= interval)
    return RoundLength(card_id, days, interval, waits.total(), in_time, _median(waits), proportion(in_time, waits.total()))


def _median(waits: Counter[int]) -> int | None:
    """The middle wait; of an even number the shorter one of the two."""
    passed = 0
    for wait in sorted(waits):
        passed += waits[wait]
        if 2 * passed >= waits.total():
            return wait
    return None


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))

"""The demonstration programme: invented, marked so, the same from the same seed, and plausible."""

import random
from collections import Counter
from datetime import date

import pytest
from sqlmodel import col, func, select

from core import demo, signin
from core.access import person
from core.clock import now
from core.demonstration import history, screening
from core.demonstration.people import ACCOUNTS
from db.engine import snapshot, transaction
from db.enums import OutcomeKind, ProgrammeDecision
from db.tables import Decision, Exam, ModelRun, Outcome, Participant, Recall, RecallEvent, Site


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "SIZES", {"lung": 60, "breast": 60})


def test_everything_invented_says_so(database: str, small: None) -> None:
    with transaction() as session:
        demo.make(session)
    with snapshot() as session:
        assert all(session.exec(select(Site.synthetic)))
        assert all(session.exec(select(Participant.synthetic)))
        assert all(session.exec(select(Exam.synthetic)))
        assert all(session.exec(select(ModelRun.synthetic)))
        assert session.exec(select(func.count()).select_from(Exam)).one() > 100


def test_the_accounts_work_and_reach_invented_sites_only(sqlite_database: str, small: None) -> None:
    with transaction() as session:
        demo.make(session)
        session.add(Site(code="REAL", name="A real site", created_at=now()))
    for login, password, _ in ACCOUNTS:
        with transaction() as session:
            _, who = signin.sign_in(session, login, password)
            real = session.exec(select(Site.id).where(Site.code == "REAL")).one()
            assert who.synthetic
            assert real not in {site for _, site in person(session, who.user_id).grants}


def test_the_same_seed_makes_the_same_programme() -> None:
    def drawn() -> list[object]:
        rng = random.Random(7)
        plans = [screening.plan(rng, "breast", date(2026, 11, 23)) for _ in range(50)]
        return [*plans, *(screening.simulate(rng, "breast", 1, day) for one in plans for day in one.exam_dates)]

    assert drawn() == drawn()


def test_rates_are_those_of_real_programmes(sqlite_database: str) -> None:
    """The full size: recall and detection within wide bounds of the published figures that the generator draws from."""
    with transaction() as session:
        demo.make(session)
    with snapshot() as session:
        decisions = Counter(session.exec(select(Decision.decision)).all())
        cancers = session.exec(select(func.count()).where(Outcome.kind == OutcomeKind.cancer)).one()
        closed = select(RecallEvent.recall_id).where(RecallEvent.step == "closed")
        still_open = session.exec(select(func.count()).where(col(Recall.id).not_in(closed))).one()
        in_the_future = session.exec(select(func.count()).where(col(Outcome.happened_on) > date.today())).one()
    exams = decisions.total()
    recalled = exams - decisions[ProgrammeDecision.routine_recall]
    assert 0.05 < recalled / exams < 0.13
    assert 5 < 1000 * cancers / exams < 20
    assert 0 < still_open < recalled
    assert in_the_future == 0

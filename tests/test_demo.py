"""The demonstration programme: invented, marked so, the same from the same seed, and plausible."""

import random
from collections import Counter
from datetime import date

import pytest
from sqlmodel import col, func, select

from core import demo, signin
from core.access import person
from core.clock import now
from core.demonstration import history, plans, screening
from core.demonstration.people import ACCOUNTS
from core.workflow import arbitration
from core.workflow.case_facts import cases
from core.workflow.discordance import all_differences, verdict
from core.workflow.state import CaseState
from db.engine import snapshot, transaction
from db.enums import ExamKind, OutcomeKind, ProgrammeDecision
from db.tables import (
    Arbitration,
    ArbitrationAuthor,
    Decision,
    Exam,
    ModelRun,
    Outcome,
    Participant,
    Read,
    Recall,
    RecallEvent,
    Site,
    User,
)  # fmt: skip


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
        people = [plans.plan(rng, "breast", date(2026, 11, 23)) for _ in range(50)]
        return [*people, *(screening.simulate(rng, "breast", 1, day) for one in people for day in one.exam_dates)]

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


def test_the_breast_programme_is_read_by_two_and_settled_by_a_third(sqlite_database: str) -> None:
    with transaction() as session:
        demo.make(session)
        doctor3 = person(session, session.exec(select(User.id).where(User.login == "doctor3")).one() or 0)
        states = Counter(one.stands.state for one in cases(session, list(session.exec(select(col(Exam.id))))).values())
        waiting = arbitration.worklist(session, doctor3)
        settled = session.exec(select(func.count()).select_from(Arbitration)).one()
        exams = session.exec(
            select(Exam.kind, func.count(col(Read.id))).join(Read, col(Read.exam_id) == Exam.id).group_by(col(Exam.id), col(Exam.kind))
        )
        reads = set(exams.all())
    assert reads == {(ExamKind.lung_ct, 1), (ExamKind.mammography, 2)}
    assert {state: n for state, n in states.items() if state != CaseState.concluded} == {
        CaseState.awaiting_arbitration: 5, CaseState.awaiting_finalisation: 3,
    }  # fmt: skip
    assert [row.own_read for row in waiting] == [False] * 5
    assert 20 < settled < 200


def test_what_was_decided_is_what_the_reads_and_the_arbitration_say(sqlite_database: str) -> None:
    with transaction() as session:
        demo.make(session)
    with snapshot() as session:
        decisions = {row.exam_id: row for row in session.exec(select(Decision))}
        arbitrations = {row.exam_id: row for row in session.exec(select(Arbitration))}
        reads: dict[int, list[Read]] = {}
        for read in session.exec(select(Read)):
            reads.setdefault(read.exam_id, []).append(read)
        authors = dict(session.exec(select(ArbitrationAuthor.arbitration_id, ArbitrationAuthor.user_id)).all())
    for exam_id, decision in decisions.items():
        said = [verdict(read.decision, read.category, read.opinion) for read in reads[exam_id]]
        settled = arbitrations.get(exam_id)
        assert bool(all_differences(said)) is (settled is not None)
        assert decision.at >= max(read.committed_at for read in reads[exam_id])
        if settled is None:
            assert {one.decision for one in said} == {decision.decision}
        else:
            assert (settled.decision, settled.at) == (decision.decision, decision.at)
            assert authors[settled.id or 0] not in {read.reader_id for read in reads[exam_id]}
    assert max(decision.at for decision in decisions.values()) <= now()

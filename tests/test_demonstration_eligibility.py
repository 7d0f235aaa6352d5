"""The invented answers and nodules of the demonstration are complete, possible and said to be invented."""

from datetime import date

import pytest
from sqlmodel import col, select

from core import demo
from core.access import Person, person
from core.clock import today
from core.eligibility.lists import VIEWS, counts, lines
from core.eligibility.questionnaire import missing, problems
from core.protocols.queue import queue
from db.engine import snapshot, transaction
from db.enums import Role
from db.tables import Finding, ModelRun, Participant, ParticipantFact, Questionnaire, RoleGrant, User


@pytest.fixture
def made(sqlite_database: str) -> None:
    with transaction() as session:
        demo.make(session)


def somebody(role: Role) -> Person:
    with snapshot() as session:
        grants = select(RoleGrant.user_id).where(RoleGrant.role == role)
        return person(session, session.exec(select(User.id).where(col(User.id).in_(grants)).order_by(User.login)).first() or 0)


@pytest.mark.usefixtures("made")
def test_the_pages_are_alive_and_nothing_in_them_is_impossible() -> None:
    with snapshot() as session:
        rows = session.exec(select(Questionnaire, Participant).join(Participant, col(Participant.id) == Questionnaire.participant_id)).all()
        facts = session.exec(select(ParticipantFact.valid_from).where(ParticipantFact.kind == "smoking")).all()
        marks = session.exec(select(Finding, ModelRun).join(ModelRun, col(ModelRun.id) == Finding.run_id)).all()
    submitted = [(sheet, who) for sheet, who in rows if sheet.submitted_at is not None]
    assert len(submitted) > 250
    for sheet, who in submitted:
        on = sheet.submitted_at.date() if sheet.submitted_at else date.max
        assert (missing(sheet.answers), problems(sheet.answers, who.birth_date, on)) == ((), ())
    assert all(who.synthetic for _, who in rows)
    assert max(facts) <= today()
    assert marks
    assert all(run.synthetic and mark.detail["simulated"] for mark, run in marks)


@pytest.mark.usefixtures("made")
def test_each_list_and_the_queue_of_disagreements_hold_somebody() -> None:
    coordinator, doctor = somebody(Role.coordinator), somebody(Role.doctor)
    with snapshot() as session:
        for view in VIEWS:
            assert lines(session, coordinator, "lung", view, today()).rows, view
        assert lines(session, coordinator, "breast", "now", today()).rows
        known = counts(session, coordinator, "lung", today())
        assert 0 < known.unasked < known.of_age
        found = queue(session, doctor)
    assert found.rows
    assert all(row.synthetic for row in found.rows)

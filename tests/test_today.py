"""The coordinator's day: what is overdue, what waits too long, what failed; quiet when nothing does."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.access import Person
from core.clock import now, today
from core.errors import NotAllowed
from core.words import say
from core.workflow.today import Today, overview
from db.engine import transaction
from db.enums import IntakeResult, ProgrammeDecision, Role
from db.tables import IntakeBatch, IntakeItem
from tests.build import a_decision, a_participant, a_person, a_read, a_recall, a_run, a_site, ago, an_exam


@pytest.fixture
def carl(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator)


def day_of(person: Person) -> Today:
    with transaction() as session:
        return overview(session, person)


def upload(*results: IntakeResult, days_ago: float = 0, site_id: int = 1) -> str:
    with transaction() as session:
        batch = IntakeBatch(id=str(uuid4()), site_id=site_id, source="Upload", created_at=ago(days_ago))
        session.add(batch)
        session.flush()
        for number, result in enumerate(results):
            reason = "" if result == IntakeResult.accepted else say("{tag} is missing", tag="Rows").to_json()
            session.add(IntakeItem(batch_id=batch.id, path=f"{number}.dcm", result=result, reason=reason, at=ago(days_ago)))
        return batch.id


def test_a_quiet_day_says_so(carl: Person) -> None:
    found = day_of(carl)
    assert (found.overdue_recalls, found.waiting_past_limit, found.failed) == ((), (), ())
    assert [str(sentence) for sentence in found.sentences] == ["Nothing waits and nothing is overdue"]
    assert len(found.arrivals_by_day) == len(found.reads_by_day) == 14
    assert list(found.arrivals_by_day)[-1] == today()


def test_the_exceptions_come_first(carl: Person) -> None:
    with transaction() as session:
        dana = a_person(session)
        late, read = an_exam(session, days_ago=11), an_exam(session, days_ago=3)
        failed = an_exam(session, days_ago=1)
        a_run(session, late, step=1)
        a_run(session, failed, no_result=say("{missing} slices are missing", missing=3))
        a_read(session, read, dana, days_ago=1)
        recall = a_recall(session, a_decision(session, read, dana, decision=ProgrammeDecision.assessment), due_in_days=-2)
    found = day_of(carl)
    assert [row.recall_id for row in found.overdue_recalls] == [recall.id]
    assert [row.exam_id for row in found.waiting_past_limit] == [late.id]
    assert [(line.kind, line.exam_id, str(line.text)) for line in found.failed] == [
        ("scoring", failed.id, "Not scored: 3 slices are missing")
    ]
    assert [str(sentence) for sentence in found.sentences] == [
        "Recalls past their date: 1",
        "Cases waiting past the limit: 1",
        "Uploads or scores that failed: 1",
        "Cases waiting: 2, the oldest for 11 days",
    ]
    assert found.reads_by_day[today() - timedelta(days=1)] == 1
    assert sum(found.arrivals_by_day.values()) == 3


def test_an_upload_with_refused_files_is_one_line_for_a_week(carl: Person) -> None:
    one = upload(IntakeResult.accepted, IntakeResult.rejected)
    many = upload(IntakeResult.conflict, IntakeResult.rejected)
    upload(IntakeResult.accepted, IntakeResult.duplicate, IntakeResult.set_aside)
    upload(IntakeResult.rejected, days_ago=8)
    assert {line.batch_id: str(line.text) for line in day_of(carl).failed} == {
        one: "1.dcm was not taken in: Rows is missing",
        many: "2 files were not taken in; the first: Rows is missing",
    }


def test_the_day_ends_at_the_own_sites(carl: Person) -> None:
    with transaction() as session:
        south = a_site(session, "SOUTH", name="South clinic")
        elsewhere = an_exam(session, participant=a_participant(session, site=south), days_ago=11)
        a_recall(session, a_decision(session, elsewhere, a_person(session), decision=ProgrammeDecision.assessment), due_in_days=-2)
        an_exam(session, participant=a_participant(session, site=south), days_ago=11)
        mia = a_person(session, "mia", role=Role.manager)
        south_id = south.id or 0
    upload(IntakeResult.rejected, site_id=south_id)
    found = day_of(carl)
    assert (found.overdue_recalls, found.waiting_past_limit, found.failed, found.waiting) == ((), (), (), 0)
    with pytest.raises(NotAllowed):
        day_of(mia)
    assert now().date() in found.arrivals_by_day

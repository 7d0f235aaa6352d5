"""Participants: registered once, found without opening sealed names, seen only at one's own sites."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlmodel import Session, select

from core import sealing
from core.clock import today
from core.cohorts import facts
from core.errors import Conflict, NotAllowed, Rejected
from core.workflow import list_filters, list_lines, participants, status
from core.workflow.list_filters import Wanted
from core.workflow.participants import age_on, search, timeline
from db.engine import transaction
from db.enums import EpisodeStep, OutcomeKind, ProgrammeDecision, RecallStep, Role, Sex
from db.tables import Participant, ParticipantToken
from tests.build import (
    a_decision,
    a_participant,
    a_person,
    a_recall,
    a_site,
    an_episode,
    an_exam,
    an_outcome,
)  # fmt: skip


def said(session: Session, participant: Participant) -> str:
    return str(status.statuses(session, [participant.id or 0])[participant.id or 0])


def test_the_same_hospital_number_at_one_site_is_one_participant(database: str) -> None:
    with transaction() as session:
        first = a_participant(session, "Doe^Jane", identifier="H1")
        again = a_participant(session, "DOE^JANE", identifier=" h1 ")
        elsewhere = a_participant(session, identifier="H1", site=a_site(session, "SOUTH", name="South clinic"))
    assert first.id == again.id != elsewhere.id
    assert first.number == f"FL-{first.id:06d}"


def test_what_was_not_known_is_completed(database: str) -> None:
    with transaction() as session:
        a_participant(session, identifier="H1", birth_date=None, sex=Sex.unknown)
        known = a_participant(session, identifier="H1", birth_date=date(1960, 5, 4), sex=Sex.female)
    assert (known.birth_date, known.sex) == (date(1960, 5, 4), Sex.female)


@pytest.mark.parametrize(("given", "words"), [({"birth_date": date(1961, 5, 4)}, "born 1961-05-04"), ({"sex": Sex.male}, "sex male")])
def test_a_contradicting_birth_date_or_sex_is_named(database: str, given: dict[str, object], words: str) -> None:
    with transaction() as session:
        known = a_participant(session, identifier="H1")
        with pytest.raises(Conflict, match=words) as contradiction:
            a_participant(session, identifier="H1", **given)  # type: ignore[arg-type]
    assert known.number in str(contradiction.value)


def test_a_participant_needs_a_number(database: str) -> None:
    with transaction() as session, pytest.raises(Rejected, match="number is empty"):
        a_participant(session, identifier="  ")


def test_two_processes_that_register_the_same_number_get_the_same_participant(database: str) -> None:
    with transaction() as session:
        site = a_site(session)

    def register(_: int) -> int | None:
        with transaction() as session:
            return a_participant(session, identifier="H1", site=site).id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(register, range(4)))) == 1


def test_neither_name_nor_number_lies_open_in_the_database(database: str) -> None:
    with transaction() as session:
        row = a_participant(session, "Featherstone^Guinevere", identifier="H12345678")
        stored = str(row.model_dump()) + str(session.exec(select(ParticipantToken.token)).all())
    assert not any(word in stored.casefold() for word in ("featherstone", "guinevere", "h12345678"))


@pytest.mark.parametrize("text", ["doe", "DOE, Ja", "jane doe", "jan", "H123", "FL-0000", "fl-", "  "])
def test_a_name_or_number_is_found_by_how_it_begins(database: str, text: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        a_participant(session, "Doe^Jane", identifier="H12345")
        page = search(session, carl, text)
    assert [(line.name, line.identifier, line.site_name) for line in page.rows] == [("Doe, Jane", "H12345", "North clinic")]


@pytest.mark.parametrize("text", ["d", "ane", "smith", "jane smith", "FL-9"])
def test_what_does_not_begin_so_is_not_found(database: str, text: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        a_participant(session, "Doe^Jane", identifier="H12345")
        assert search(session, carl, text).total == 0


def test_a_chinese_name_is_found_by_one_character(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        a_participant(session, "王^小明")
        assert search(session, carl, "王").rows[0].name == "王, 小明"


def test_only_the_own_sites_are_searched_and_only_by_those_who_may(database: str) -> None:
    with transaction() as session:
        south = a_site(session, "SOUTH", name="South clinic")
        carl = a_person(session, "carl", role=Role.coordinator)
        mia = a_person(session, "mia", role=Role.manager)
        hidden = a_participant(session, "Doe^Jane", site=south)
        assert search(session, carl, "doe").total == 0
        for refused in (lambda: search(session, mia), lambda: timeline(session, carl, hidden.id or 0)):
            with pytest.raises(NotAllowed):
                refused()
        with pytest.raises(NotAllowed):
            participants.line(session, carl, hidden.id or 0)


def test_pages_follow_each_other_and_programmes_narrow(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        people = [a_participant(session) for _ in range(5)]
        an_exam(session, participant=people[3], programme="breast", days_ago=10)
        pages = [search(session, carl, page=page, size=2) for page in range(3)]
        breast = search(session, carl, programme="breast")
    assert [line.id for page in pages for line in page.rows] == [person.id for person in people]
    assert {page.total for page in pages} == {5}
    (line,) = breast.rows
    assert (line.programmes, line.last_exam is not None, breast.total) == (("breast",), True, 1)


def test_age_counts_full_years() -> None:
    born = date(1960, 11, 24)
    assert [age_on(born, day) for day in (date(2026, 11, 23), date(2026, 11, 24), born)] == [65, 66, 0]
    assert age_on(None, today()) is None


def test_the_status_says_what_is_open_before_what_is_done(database: str) -> None:
    with transaction() as session:
        dana, jane = a_person(session), a_participant(session)
        assert said(session, jane) == "No episode yet"
        an_episode(session, jane, days_ago=900, steps=(EpisodeStep.invited,))
        assert said(session, jane).startswith("Invited on ")
        earlier = an_exam(session, participant=jane, days_ago=500)
        a_decision(session, earlier, dana)
        assert said(session, jane).startswith("Routine recall; the next round was due ")
        exam = an_exam(session, participant=jane, days_ago=40)
        assert said(session, jane).endswith("waits to be read")
        decision = a_decision(session, exam, dana)
        assert said(session, jane).startswith("Routine recall; next round due ")
        an_outcome(session, exam, kind=OutcomeKind.interval_cancer)
        assert said(session, jane).startswith("Interval cancer recorded on ")
        assert decision.id is not None


def test_an_open_recall_is_the_status_until_it_is_closed(database: str) -> None:
    with transaction() as session:
        dana = a_person(session)
        soon, late, done = (a_participant(session) for _ in range(3))
        for who, due, steps in ((soon, 3, ()), (late, -3, ()), (done, -3, (RecallStep.closed,))):
            decision = a_decision(session, an_exam(session, participant=who), dana, decision=ProgrammeDecision.assessment)
            a_recall(session, decision, due_in_days=due, steps=(RecallStep.opened, *steps))
        assert said(session, soon).startswith("Recall for assessment due ")
        assert said(session, late).startswith("Recall for assessment overdue since ")
        assert said(session, done).startswith("Imaged on ")


def test_a_page_of_fifty_thousand_participants_is_quick(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        a_participant(session, "Zimmermann^Adam", identifier="Z1")
        model = a_participant(session, "Common^Name")
        sealed = model.model_dump(exclude={"id", "number", "identifier_key"})
        many = [{**sealed, "number": f"FL-9{n:06d}", "identifier_key": f"{n:064d}"} for n in range(50_000)]
        session.connection().execute(Participant.__table__.insert(), many)  # type: ignore[attr-defined]
        ids = range((model.id or 0) + 1, (model.id or 0) + 50_001)
        rows = [{"participant_id": who, "token": token} for who in ids for token in sealing.query_tokens("common")]
        session.connection().execute(ParticipantToken.__table__.insert(), rows)  # type: ignore[attr-defined]
    opened: list[str] = []
    monkeypatch.setattr(list_lines, "unseal", lambda text: opened.append(text) or sealing.unseal(text))
    with transaction() as session:
        for text, total in (("", 50_002), ("common", 50_001), ("zimmer adam", 1)):
            start = time.process_time()
            page = search(session, carl, text, page=0 if total == 1 else 900)
            assert time.process_time() - start < 2
            assert (page.total, len(page.rows)) == (total, min(50, total))
    assert len(opened) == 2 * (50 + 50 + 1)


def test_the_last_page_is_the_mirror_of_the_first_in_every_order(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        people = [a_participant(session, birth_date=date(1950 + n % 3, 1, 1) if n else None) for n in range(7)]
        for order in list_filters.ORDERS:
            pages = [search(session, carl, page=page, size=2, order=order).rows for page in range(5)]
            everybody = [line.id for page in pages for line in page]
            assert sorted(everybody) == [one.id for one in people]
            assert everybody == [line.id for line in search(session, carl, size=50, order=order).rows]
            assert [len(page) for page in pages] == [2, 2, 2, 1, 0]
        newest = search(session, carl, order="newest").rows
    assert [line.id for line in newest] == [one.id for one in reversed(people)]


def test_lists_are_answered_by_indexes(sqlite_database: str) -> None:
    with transaction() as session:
        for wanted in (Wanted("lung"), Wanted(stands="overdue"), Wanted(stands="left")):
            rows = select(Participant.id).where(*list_filters.conditions(session, wanted))
            text = str(rows.compile(dialect=session.get_bind().dialect, compile_kwargs={"literal_binds": True}))
            plan = [str(step[3]) for step in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
            large = ("SCAN episode", "SCAN exam", "SCAN participantfact", "SCAN participantmerge", "SCAN recallevent")
            assert not [step for step in plan if step.startswith(large)], plan


def test_who_left_the_programme_is_due_for_no_round_and_a_recall_stays(database: str) -> None:
    with transaction() as session:
        dana, carl = a_person(session), a_person(session, "carl", role=Role.coordinator)
        stays, out, dead, recalled = (a_participant(session) for _ in range(4))
        for who in (stays, out, dead, recalled):
            a_decision(session, an_exam(session, participant=who, days_ago=30), dana)
        decision = a_decision(session, an_exam(session, participant=recalled, days_ago=9), dana, decision=ProgrammeDecision.assessment)
        a_recall(session, decision, due_in_days=3)
        facts.opt_out(session, carl, out.id or 0, said=True)
        facts.opt_out(session, carl, recalled.id or 0, said=True)
        facts.died(session, carl, dead.id or 0, today())
        dues = status.next_due(session, [one.id or 0 for one in (stays, out, dead, recalled)])
        assert set(dues) == {stays.id, recalled.id}
        assert [said(session, who) for who in (out, dead)] == ["Opted out", f"Died on {today()}"]
        assert said(session, recalled).startswith("Recall for assessment due ")


def test_a_routine_recall_that_was_followed_by_another_decision_is_no_longer_due(database: str) -> None:
    with transaction() as session:
        dana, jane = a_person(session), a_participant(session)
        a_decision(session, an_exam(session, participant=jane, days_ago=500), dana)
        decision = a_decision(session, an_exam(session, participant=jane, days_ago=100), dana, decision=ProgrammeDecision.assessment)
        a_recall(session, decision, steps=(RecallStep.opened, RecallStep.closed))
        assert status.next_due(session, [jane.id or 0]) == {}
        assert "next round" not in said(session, jane)

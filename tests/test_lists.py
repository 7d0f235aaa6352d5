"""Lists that are handed in: kept sealed, looked through, taken in whole or not at all, and never twice."""

from pathlib import Path

import pytest
from sqlmodel import col, func, select

from core import handed_in, jobs, sweep
from core.access import Person
from core.clock import now, today
from core.cohorts import contact_details, facts
from core.errors import Conflict, NotAllowed, Rejected
from core.objects import store
from core.roster import job, lists
from core.roster.columns import FIELDS
from core.words import Sentence
from db.engine import snapshot, transaction
from db.enums import Role
from db.tables import AuditEvent, HandedInList, Participant, ParticipantFact, RoleGrant, RoleGrantEnd
from tests.build import a_participant, a_person, a_site
from tests.test_roster import FAULTS, HEAD, a_thousand, as_csv


@pytest.fixture
def coordinator(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "office", role=Role.coordinator, site=a_site(session))


def a_list(person: Person, rows: object, folder: Path, *, encoding: str = "utf-8") -> str:
    path = as_csv(folder / "list.csv", rows, encoding)  # type: ignore[arg-type]
    with transaction() as session:
        return lists.hand_in(session, person, site_id=next(iter(person.grants))[1], name="list.csv", content=path.read_bytes())


def one_by_one(person: Person, list_id: str) -> lists.Line:
    with snapshot() as session:
        return lists.line(session, person, list_id)


def everybody() -> int:
    with snapshot() as session:
        return session.exec(select(func.count()).select_from(Participant)).one()


def test_seven_faults_of_a_thousand_are_listed_by_line_and_the_rest_goes_in(coordinator: Person, tmp_path: Path) -> None:
    list_id = a_list(coordinator, a_thousand(), tmp_path)
    found = job.look(list_id)
    assert (found["rows"], found["new"], found["out"]) == (1000, 993, 7)
    assert everybody() == 0
    with snapshot() as session:
        assert sorted({one.line for one in lists.remarks(session, coordinator, list_id) if not one.doubt}) == sorted(FAULTS)
    assert handed_in.work(list_id, False, job.silent)["made"] == 993
    assert everybody() == 993
    assert one_by_one(coordinator, list_id).state == "done"


def test_the_same_list_again_makes_nobody_and_a_second_run_of_the_job_nothing(coordinator: Person, tmp_path: Path) -> None:
    first = a_list(coordinator, a_thousand(), tmp_path)
    result = job.take(first)
    assert job.take(first) == result
    again = a_list(coordinator, a_thousand(), tmp_path)
    done = job.take(again)
    assert (done["made"], done["known"], everybody()) == (0, 993, 993)
    with snapshot() as session:
        assert len(session.exec(select(AuditEvent).where(AuditEvent.action == "roster_loaded")).all()) == 2


def test_neither_the_list_nor_its_remarks_lie_open(coordinator: Person, tmp_path: Path, folder: Path) -> None:
    list_id = a_list(coordinator, a_thousand(), tmp_path)
    job.look(list_id)
    with snapshot() as session:
        row = session.get_one(HandedInList, list_id)
        assert "Family" not in str(row.model_dump())
    assert store().get(row.object_key).startswith(b"Patient ID")
    for path in (folder / "objects").rglob("*"):
        assert not path.is_file() or b"Fault" not in path.read_bytes()


MORE = (*HEAD, "Opted out", "Died", "Moved", "Address", "E-mail", "Phone", "Programme")


def test_a_list_tells_of_opt_out_death_moving_and_addresses(coordinator: Person, tmp_path: Path) -> None:
    rows = [
        MORE,
        ("P1", "Doe, Jane", "1960-01-01", "F", "yes", "", "", "1 Mill Lane\nNorthfield", "jane@example.org", "+44 20 7946", ""),
        ("P2", "Roe, Ann", "1961-01-01", "F", "yes", "", "", "", "", "", "breast"),
        ("P3", "Poe, Max", "1962-01-01", "M", "", "2024-03-01", "", "", "", "", "lung"),
        ("P4", "Noe, Kim", "1963-01-01", "M", "no", "", "yes", "", "", "", ""),
    ]
    done = job.take(a_list(coordinator, rows, tmp_path))
    assert (done["made"], done["told"], done["out"]) == (4, 7, 0)
    with snapshot() as session:
        ids = session.exec(select(col(Participant.id)).order_by(col(Participant.id))).all()
        jane, ann, max_, kim = (facts.standing(session, [one], today())[one] for one in ids)
        assert (jane.opted_out, ann.opted_out) == ({"lung", "breast"}, {"breast"})
        assert (str(max_.died), kim.moved_away, kim.opted_out) == ("2024-03-01", True, frozenset())
        details = contact_details.of(session, coordinator, ids[:1], today())[ids[0]]
        assert (details.address, details.email, details.phone) == (("1 Mill Lane", "Northfield"), "jane@example.org", "+44 20 7946")
        assert facts.values(session, ids[2], today())["listed_lung"] == {"said": True}
        assert {fact.author_id for fact in session.exec(select(ParticipantFact))} == {coordinator.user_id}
    again = job.take(a_list(coordinator, rows, tmp_path))
    assert (again["new"], again["fill"], again["told"], again["known"]) == (0, 0, 0, 4)


def test_a_list_completes_what_is_known_and_takes_no_opt_out_back(coordinator: Person, tmp_path: Path) -> None:
    with transaction() as session:
        who = a_participant(session, "Doe^Jane", identifier="P1", site=a_site(session)).id or 0
        facts.opt_out(session, coordinator, who, said=True)
        contact_details.enter(session, coordinator, who, contact_details.ContactDetails(("Old Road",), "old@example.org"))
    rows = [MORE, ("P1", "Doe, Jane", "1960-05-04", "F", "no", "", "", "New Road", "", "", "")]
    list_id = a_list(coordinator, rows, tmp_path)
    done = job.take(list_id)
    assert (done["new"], done["fill"], done["told"], done["doubts"]) == (0, 1, 1, 1)
    with snapshot() as session:
        assert facts.standing(session, [who], today())[who].opted_out == {"lung", "breast"}
        details = contact_details.of(session, coordinator, [who], today())[who]
        assert (details.address, details.email) == (("New Road",), "old@example.org")
        assert "the opt-out stays" in str(lists.remarks(session, coordinator, list_id)[0].said)


@pytest.mark.parametrize(
    ("column", "written", "words"),
    [
        ("Opted out", "perhaps", "neither yes nor no"),
        ("Died", "1950-01-01", "before the birth"),
        ("Died", "some day", "no date that is clear"),
        ("Moved", "2024", "neither yes nor no"),
        ("E-mail", "jane.example.org", "no e-mail address"),
        ("Phone", "ask her", "no phone number"),
        ("Programme", "colon", "no programme here"),
        ("Address", "x" * 150, "at most 8 lines"),
    ],
)
def test_a_row_with_a_fault_in_what_it_tells_stays_out(coordinator: Person, tmp_path: Path, column: str, written: str, words: str) -> None:
    row = {**dict.fromkeys(MORE, ""), "Patient ID": "P1", "Name": "Doe", "DOB": "1960-01-01", column: written}
    list_id = a_list(coordinator, [MORE, tuple(row.values())], tmp_path)
    assert job.look(list_id)["out"] == 1
    with snapshot() as session:
        assert words in str(lists.remarks(session, coordinator, list_id)[0].said)


def test_lines_in_two_encodings_are_told_apart_by_line(coordinator: Person, tmp_path: Path) -> None:
    """A list put together from two: what cannot be read with the rest stays out, and is not turned into other characters."""
    names = ["王小明", "欧阳娜", "李建国", "Müller, Jörg"]
    lines = ["Patient ID,Name,DOB", *(f"P{n},{name if n < 3 else '陈美玲'},1960-01-0{n + 1}" for n, name in enumerate(names))]
    for most, other, odd in (("utf-8", "gb18030", 3), ("gb18030", "utf-8", 4)):
        content = b"\n".join(line.encode(other if n == odd else most) for n, line in enumerate(lines)) + b"\n"
        with transaction() as session:
            list_id = lists.hand_in(session, coordinator, site_id=coordinator.grants[0][1], name="two.csv", content=content)
        found = job.look(list_id)
        assert (found["new"], found["out"]) == (3, 1)
        with snapshot() as session:
            (problem,) = lists.remarks(session, coordinator, list_id)
        assert (problem.line, "another encoding" in str(problem.said)) == (odd + 1, True)


def test_a_western_one_byte_encoding_is_not_read_as_chinese(coordinator: Person) -> None:
    content = "Patient ID,Name,DOB\nP1,Léa Dürer,1960-01-01\nP2,José Núñez,1961-01-01\n".encode("latin-1")
    with transaction() as session, pytest.raises(Rejected, match="neither UTF-8 nor GB18030"):
        lists.hand_in(session, coordinator, site_id=coordinator.grants[0][1], name="west.csv", content=content)


def test_lines_are_counted_as_a_person_sees_them(coordinator: Person, tmp_path: Path) -> None:
    rows = [MORE, ("P1", "Doe", "1960-01-01", "F", "", "", "", "1 Mill Lane\nNorthfield\nCounty", "", "", ""),
            ("P2", "Roe", "soon", "F", "", "", "", "", "", "", "")]  # fmt: skip
    list_id = a_list(coordinator, rows, tmp_path)
    job.look(list_id)
    with snapshot() as session:
        assert [one.line for one in lists.remarks(session, coordinator, list_id)] == [5]


def test_a_row_with_more_cells_than_columns_is_not_shifted_into_place(coordinator: Person) -> None:
    content = b"Patient ID,Name,DOB\nP1,Doe, Jane,1960-01-01\n"
    with transaction() as session:
        list_id = lists.hand_in(session, coordinator, site_id=coordinator.grants[0][1], name="list.csv", content=content)
    job.look(list_id)
    with snapshot() as session:
        assert "4 cells under 3 columns" in str(lists.remarks(session, coordinator, list_id)[0].said)


def test_a_list_of_a_million_rows_is_refused_by_a_named_limit(coordinator: Person) -> None:
    content = b"Patient ID,Name,DOB\n" + b"P1,Doe,1960-01-01\n" * 1_000_000
    with transaction() as session:
        list_id = lists.hand_in(session, coordinator, site_id=coordinator.grants[0][1], name="huge.csv", content=content)
    refused = Sentence.from_json(job.take(list_id)["refused"])
    assert "more than 200000 rows" in str(refused)
    assert everybody() == 0
    with transaction() as session, pytest.raises(Rejected, match="at most 64 MB"):
        lists.hand_in(session, coordinator, site_id=coordinator.grants[0][1], name="huge.csv", content=content * 4)


def test_columns_can_be_corrected_and_must_make_sense(coordinator: Person, tmp_path: Path) -> None:
    list_id = a_list(coordinator, [("Nr", "Who", "When"), ("P1", "Doe", "1960-01-01")], tmp_path)
    assert "No column was found" in str(Sentence.from_json(job.look(list_id)["refused"]))
    faults = (
        ({"identifier": 0, "name": 1}, "Date of birth"),
        ({"identifier": 9}, "no column 10"),
        ({"colour": 0}, "not a field"),
        ({"identifier": 0, "name": 1, "birth_date": 1}, "given to two fields"),
    )
    for wrong, words in faults:
        with transaction() as session, pytest.raises(Rejected, match=words):
            lists.set_columns(session, coordinator, list_id, wrong)
    with transaction() as session:
        lists.set_columns(session, coordinator, list_id, {"identifier": 0, "name": 1, "birth_date": 2})
        lists.look(session, coordinator, list_id)
    assert one_by_one(coordinator, list_id).looked["new"] == 1
    assert len({key for field in FIELDS for key in field.known_as}) == sum(len(field.known_as) for field in FIELDS)


def test_a_list_is_looked_through_before_it_is_taken_in_and_taken_in_once(coordinator: Person, tmp_path: Path) -> None:
    list_id = a_list(coordinator, a_thousand(), tmp_path)
    with transaction() as session, pytest.raises(Rejected, match="Look through the list first"):
        lists.start(session, coordinator, list_id)
    job.look(list_id)
    with transaction() as session:
        lists.start(session, coordinator, list_id)
    job.take(list_id)
    for again in (lists.start, lists.look):
        with transaction() as session, pytest.raises(Conflict, match="was taken in on"):
            again(session, coordinator, list_id)


def test_lists_end_at_the_sites(coordinator: Person, tmp_path: Path) -> None:
    list_id = a_list(coordinator, a_thousand(), tmp_path)
    with transaction() as session:
        south = a_site(session, "SOUTH", name="South")
        stranger = a_person(session, "stranger", role=Role.coordinator, site=south)
        assert lists.lines(session, stranger) == ()
        assert [line.id for line in lists.lines(session, coordinator)] == [list_id]
        for refused in (lists.line, lists.sheet, lists.remarks, lists.look, lists.start):
            with pytest.raises(NotAllowed):
                refused(session, stranger, list_id)
        with pytest.raises(NotAllowed):
            lists.hand_in(session, coordinator, site_id=south.id or 0, name="x.csv", content=b"a,b\n1,2")


def test_a_role_that_ended_meanwhile_takes_nothing_in(coordinator: Person, tmp_path: Path) -> None:
    list_id = a_list(coordinator, a_thousand(), tmp_path)
    job.look(list_id)
    with transaction() as session:
        grant = session.exec(select(RoleGrant).where(RoleGrant.user_id == coordinator.user_id)).one()
        session.add(RoleGrantEnd(grant_id=grant.id or 0, ended_at=now()))
    assert "may not do this here" in str(Sentence.from_json(job.take(list_id)["refused"]))
    assert everybody() == 0
    assert one_by_one(coordinator, list_id).state == "done"


def test_a_list_is_queued_once_and_queued_again_by_the_sweep(coordinator: Person, tmp_path: Path) -> None:
    list_id = a_list(coordinator, a_thousand(), tmp_path)
    job.look(list_id)
    jobs.prepare()
    try:
        with transaction() as session:
            session.get_one(HandedInList, list_id).workflow_id = f"list-{list_id}"
        assert sweep.sweep().lists == 1
        assert sweep.sweep().lists == 0
        assert jobs.enqueue_list(list_id) == f"list-{list_id}"
        assert [(one.name, one.subject) for one in jobs.jobs()] == [("take_list", list_id)]
        mapping = one_by_one(coordinator, list_id).mapping
        assert jobs.enqueue_looking(list_id, mapping) == jobs.looking_id(list_id, dict(reversed(mapping.items())))
        with transaction() as session, pytest.raises(Conflict, match="being taken in already"):
            lists.start(session, coordinator, list_id)
    finally:
        jobs.close()

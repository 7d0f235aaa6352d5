"""Lists of participants: every row in, known, or named with its line and what is wrong; the same list again changes nothing."""

import csv
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlmodel import col, func, select

from core.access import Person
from core.errors import Conflict, NotAllowed, Rejected
from core.roster import Plan, load, open_sheet, plan
from core.roster.__main__ import main
from core.roster.columns import guess, named
from core.sealing import unseal
from core.workflow.participants import search
from db.engine import snapshot, transaction
from db.enums import Role, Sex
from db.tables import AuditEvent, Participant, ParticipantToken
from tests.build import a_participant, a_person, a_site

HEAD = ("Patient ID", "Name", "DOB", "Sex")
FAULTS = {  # line → what is wrong with it
    11: ("P9", "Fault, Day", "31.02.1960", "F"),
    102: ("", "Fault, Number", "1960-01-01", "F"),
    203: ("P202", "Fault, Formula", "1960-01-01", "X"),
    304: ("P303", "=HYPERLINK(1)", "1960-01-01", "M"),
    405: ("P404", "Fault, Unborn", "2999-01-01", "M"),
    506: ("P505", "Fault, Ancient", "1850-01-01", "M"),
    607: ("P3", "Fault, Twice", "1960-01-01", "M"),
}


@pytest.fixture
def coordinator(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "office", role=Role.coordinator, site=a_site(session))


def a_thousand() -> list[tuple[str, ...]]:
    rows = [(f"P{i}", f"Family{i}, Given", f"19{50 + i % 25}-{1 + i % 12:02d}-{1 + i % 28:02d}", "FM"[i % 2]) for i in range(1000)]
    for line, row in FAULTS.items():
        rows[line - 2] = row
    return [HEAD, *rows]


def as_csv(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=";" if encoding == "gb18030" else ",").writerows(rows)
    return path


def as_xlsx(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def looked_through(person: Person, path: Path) -> Plan:
    with snapshot() as session:
        return plan(session, person, open_sheet(path), next(iter(site for _, site in person.grants)))


def taken_in(person: Person, path: Path) -> Plan:
    found = looked_through(person, path)
    with transaction() as session:
        load(session, person, found, source=path.name)
    return found


def test_seven_faults_in_a_thousand_rows(coordinator: Person, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "list.csv", a_thousand())
    found = taken_in(coordinator, path)
    assert (len(found.new), found.rows) == (993, 1000)
    assert sorted({problem.line for problem in found.problems}) == sorted(FAULTS)
    with snapshot() as session:
        assert session.exec(select(func.count()).select_from(Participant)).one() == 993
        one = session.exec(select(Participant).order_by(col(Participant.id)).limit(1)).one()
        assert (unseal(one.name_sealed), unseal(one.identifier_sealed), one.sex) == ("Family0, Given", "P0", Sex.female)
        assert one.number == f"FL-{one.id:06d}"
        assert search(session, coordinator, "family999").total == 1
    again = taken_in(coordinator, path)
    assert (len(again.new), len(again.fill), again.known) == (0, 0, 993)
    with snapshot() as session:
        assert session.exec(select(func.count()).select_from(Participant)).one() == 993


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_names_in_every_usual_encoding(coordinator: Person, tmp_path: Path, encoding: str) -> None:
    rows = [("病历号", "姓名", "出生日期", "性别"), ("A1", "王小明", "1960年3月4日", "女"), ("A2", "欧阳娜", "19610405", "男")]
    found = taken_in(coordinator, as_csv(tmp_path / "list.csv", rows, encoding))
    assert [(entry.name, entry.birth_date, entry.sex) for entry in found.new] == [
        ("王小明", date(1960, 3, 4), Sex.female), ("欧阳娜", date(1961, 4, 5), Sex.male),
    ]  # fmt: skip
    with snapshot() as session:
        assert search(session, coordinator, "王").total == 1


def test_a_workbook_with_date_and_number_cells(coordinator: Person, tmp_path: Path) -> None:
    rows = [("MRN", "Surname", "First name", "Birth date", "Gender"), (4711, "Doe", "Jane", date(1960, 3, 4), "female")]
    found = looked_through(coordinator, as_xlsx(tmp_path / "list.xlsx", rows))
    assert [(entry.identifier, entry.name, entry.birth_date) for entry in found.new] == [("4711", "Doe, Jane", date(1960, 3, 4))]


@pytest.mark.parametrize("written", ["03/04/1960", "4 March 1960", "1960", "1960-13-01", "60-03-04"])
def test_a_date_that_could_be_two_is_not_guessed(coordinator: Person, tmp_path: Path, written: str) -> None:
    found = looked_through(coordinator, as_csv(tmp_path / "list.csv", [HEAD, ("P1", "Doe", written, "F")]))
    assert found.new == []
    assert "no date that is clear" in str(found.problems[0].said)


def test_who_is_known_is_completed_never_overwritten(coordinator: Person, tmp_path: Path) -> None:
    with transaction() as session:
        site = a_site(session)
        filled = a_participant(session, "Doe^Jane", identifier="H1", site=site, birth_date=None, sex=Sex.unknown)
        a_participant(session, "Roe^Rob", identifier="H2", site=site, birth_date=date(1960, 1, 1))
    rows = [HEAD, ("H1", "Doe, Jane", "1961-02-03", "F"), ("H2", "Roe, Rob", "1960-01-02", "")]
    found = taken_in(coordinator, as_csv(tmp_path / "list.csv", rows))
    assert (found.new, [one for one, _ in found.fill]) == ([], [filled.id])
    assert [(problem.line, problem.column) for problem in found.problems] == [(3, "birth_date")]
    with snapshot() as session:
        known = session.exec(select(Participant).order_by(col(Participant.id))).all()
        assert (known[0].birth_date, known[0].sex) == (date(1961, 2, 3), Sex.female)
        assert known[1].birth_date == date(1960, 1, 1)


def test_the_same_person_under_two_numbers_is_doubted(coordinator: Person, tmp_path: Path) -> None:
    with transaction() as session:
        known = a_participant(session, "Doe^Jane", identifier="H1", site=a_site(session), birth_date=date(1960, 1, 1))
    rows = [HEAD, ("N1", "Jane Doe", "1960-01-01", "F"), ("N2", "Roe, Ann", "1961-01-01", "F"), ("N3", "Ann Roe", "1961-01-01", "F")]
    found = looked_through(coordinator, as_csv(tmp_path / "list.csv", rows))
    assert [(doubt.line, known.number in str(doubt.said)) for doubt in found.doubts] == [(4, False), (2, True)]
    assert len(found.new) == 3


def test_a_number_registered_meanwhile_leaves_nothing_half_done(coordinator: Person, tmp_path: Path) -> None:
    found = looked_through(coordinator, as_csv(tmp_path / "list.csv", a_thousand()))
    with transaction() as session:
        a_participant(session, "Late^Come", identifier="P998", site=a_site(session))
    with pytest.raises(Conflict, match="nothing was taken in"), transaction() as session:
        load(session, coordinator, found, source="list.csv")
    with snapshot() as session:
        assert session.exec(select(func.count()).select_from(Participant)).one() == 1
        assert "roster_loaded" not in session.exec(select(AuditEvent.action)).all()


def test_only_at_one_s_own_site(coordinator: Person, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "list.csv", [HEAD, ("P1", "Doe", "1960-01-01", "F")])
    with transaction() as session:
        elsewhere = a_site(session, "SOUTH", name="South clinic").id or 0
    with pytest.raises(NotAllowed), snapshot() as session:
        plan(session, coordinator, open_sheet(path), elsewhere)


def an_empty(path: Path) -> None:
    path.write_bytes(b"")


def a_picture(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))


def a_broken_workbook(path: Path) -> None:
    path.write_bytes(b"PK\3\4 and nothing else")


def one_column(path: Path) -> None:
    path.write_text("Name\nDoe\n", "utf-8")


def latin_1(path: Path) -> None:
    path.write_bytes("Patient ID,Name,DOB\nP1,M\xfcller \xff,1960-01-01\n".encode("latin-1"))


@pytest.mark.parametrize("make", [an_empty, a_picture, a_broken_workbook, one_column, latin_1])
def test_what_is_no_table_is_refused_by_name(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "list.csv")
    with pytest.raises(Rejected, match=r"list\.csv"):
        open_sheet(tmp_path / "list.csv")


def test_a_missing_column_is_named_and_can_be_chosen(coordinator: Person, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "list.csv", [("Nr", "Who", "DOB"), ("P1", "Doe", "1960-01-01")])
    with pytest.raises(Rejected, match="Patient number, Name"):
        looked_through(coordinator, path)
    sheet = open_sheet(path)
    assert named(sheet.head, {"identifier": "Nr", "name": "Who"}).columns == {"identifier": 0, "name": 1, "birth_date": 2}
    with pytest.raises(Rejected, match="has no column Number"):
        named(sheet.head, {"identifier": "Number"})
    assert guess(["Patient_ID", "FULL NAME", "date-of-birth"]).columns == {"identifier": 0, "name": 1, "birth_date": 2}


def test_search_tokens_are_those_of_a_single_registration(coordinator: Person, tmp_path: Path) -> None:
    taken_in(coordinator, as_csv(tmp_path / "list.csv", [HEAD, ("P1", "Doe, Jane", "1960-01-01", "F")]))
    with transaction() as session:
        alone = a_participant(
            session, "Doe^Jane", identifier="P1", site=a_site(session, "SOUTH", name="South"), birth_date=date(1960, 1, 1)
        )
        rows = session.exec(select(ParticipantToken)).all()
        of_one = {row.token for row in rows if row.participant_id == alone.id}
        assert of_one == {row.token for row in rows if row.participant_id != alone.id}


def test_the_command_reports_each_fault_with_its_line(sqlite_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with transaction() as session:
        a_person(session, "office", role=Role.coordinator, site=a_site(session))
    path = str(as_csv(tmp_path / "list.csv", a_thousand()))
    assert main([path, "--as", "office", "--dry-run"]) == 1
    assert main([path, "--as", "office"]) == 1
    assert main([path, "--as", "nobody"]) == 2
    said = capsys.readouterr()
    assert "line 405, birth_date: 2999-01-01 lies in the future (not taken in)" in said.out
    assert "993 new and 0 to complete would be taken in, 0 known, 7 rows not taken in" in said.out
    assert "There is no account nobody" in said.err

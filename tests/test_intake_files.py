"""Files in: every one gets a receipt, images are stored encrypted before their rows, and doing it again doubles nothing."""

import hashlib
import io
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from sqlmodel import Session, SQLModel, func, select

from core.objects import store
from core.sealing import unseal
from core.words import Sentence
from core.workflow import intake
from core.workflow.intake import instance as receiving
from db.engine import snapshot, transaction
from db.enums import IntakeResult
from db.tables import EpisodeEvent, Exam, ExamInstance, Instance, IntakeBatch, IntakeItem, Participant, Series, Study
from tests.build import a_participant, a_site
from tests.dicom_build import SR_CLASS, ct_series, ct_slice, dicom_bytes, mammogram


def a_batch(*, programme: str | None = None, participant_id: int | None = None, site: str = "NORTH") -> str:
    with transaction() as session:
        site_id = a_site(session, site).id
        assert site_id is not None
        return intake.begin(session, site_id=site_id, programme=programme, source="test", participant_id=participant_id)


def handed_in(batch_id: str, files: dict[str, bytes]) -> None:
    """Lay the files into the folder of the batch, as the upload route does."""
    for name, content in files.items():
        path = intake.folder(batch_id) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def taken_in(datasets: list[Dataset], **batch: object) -> tuple[intake.Receipt, ...]:
    batch_id = a_batch(**batch)  # type: ignore[arg-type]
    handed_in(batch_id, {f"{k:03}.dcm": dicom_bytes(dataset) for k, dataset in enumerate(datasets)})
    return intake.take_in(batch_id)


def results(receipts: tuple[intake.Receipt, ...]) -> dict[str, int]:
    return dict(Counter(receipt.result.value for receipt in receipts))


def count(session: Session, table: type[SQLModel]) -> int:
    return session.exec(select(func.count()).select_from(table)).one()


def only_exam() -> Exam:
    with snapshot() as session:
        return session.exec(select(Exam)).one()


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_a_zip_with_a_ct_series_and_other_things_becomes_one_exam(database: str) -> None:
    slices = {f"disc/IMG/{k:02}": dicom_bytes(dataset) for k, dataset in enumerate(ct_series(40, spacing_mm=5.0))}
    scout = dicom_bytes(ct_slice(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]))
    others = {"disc/README.TXT": b"hello", "disc/scout": scout, "disc/cut": slices["disc/IMG/03"][:400], "disc/noise": b"\x00" * 900}
    batch_id = a_batch()
    handed_in(batch_id, {"study.zip": zipped(slices | others)})
    receipts = intake.take_in(batch_id)
    assert results(receipts) == {"accepted": 40, "set_aside": 2, "rejected": 2}
    assert all(receipt.reason for receipt in receipts if receipt.result != IntakeResult.accepted)
    with snapshot() as session:
        exam = session.exec(select(Exam)).one()
        assert exam.completed_at is not None
        assert exam.problem == ""
        assert set(session.exec(select(ExamInstance.part))) == {"volume"}
        assert session.get_one(IntakeBatch, batch_id).finished_at is not None
        assert count(session, IntakeItem) == 44


def test_objects_are_encrypted_and_give_back_the_same_bytes(database: str, folder: Path) -> None:
    content = dicom_bytes(ct_slice(PatientName="Verysecret^Name"))
    batch_id = a_batch()
    handed_in(batch_id, {"one.dcm": content, "bad.dcm": content[:700]})
    intake.take_in(batch_id)
    with snapshot() as session:
        instance = session.exec(select(Instance)).one()
        kept = session.exec(select(IntakeItem.object_key).order_by(IntakeItem.path)).all()
    assert instance.object_key == hashlib.sha256(content).hexdigest()
    assert store().get(instance.object_key) == content
    assert [store().get(key) for key in kept if key] == [content[:700], content]
    on_disk = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert not any(b"Verysecret" in found for found in on_disk)


def test_the_uploaded_plain_files_are_gone_afterwards(database: str) -> None:
    batch_id = a_batch()
    handed_in(batch_id, {"one.dcm": dicom_bytes(ct_slice())})
    intake.take_in(batch_id)
    assert not intake.folder(batch_id).exists()


def test_the_same_files_again_are_duplicates_and_add_no_rows(database: str) -> None:
    series = ct_series(20)
    taken_in(series)
    tables = (Instance, Series, Study, Exam, ExamInstance, Participant, EpisodeEvent)
    with snapshot() as session:
        before = [count(session, table) for table in tables]
    again = taken_in(series)
    assert results(again) == {"duplicate": 20}
    assert {receipt.exam_id for receipt in again} == {only_exam().id}
    with snapshot() as session:
        assert [count(session, table) for table in tables] == before


def test_taking_in_the_same_batch_again_gives_the_same_receipts(database: str) -> None:
    batch_id = a_batch()
    files = {f"{k}.dcm": dicom_bytes(dataset) for k, dataset in enumerate(ct_series(18))} | {"x.dcm": b"no" * 200}
    handed_in(batch_id, files)
    first = intake.take_in(batch_id)
    handed_in(batch_id, files)
    assert intake.take_in(batch_id) == first
    with snapshot() as session:
        assert count(session, IntakeItem) == 19


def test_two_files_of_one_name_from_two_folders_both_count(database: str, tmp_path: Path) -> None:
    batch_id = a_batch()
    for name, dataset in zip(("one", "two"), ct_series(2), strict=True):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.dcm").write_bytes(dicom_bytes(dataset))
    paths = [tmp_path / "one" / "a.dcm", tmp_path / "two" / "a.dcm"]
    first = intake.take_in(batch_id, paths=paths)
    assert results(first) == {"accepted": 2}
    assert intake.take_in(batch_id, paths=paths) == first


def test_another_image_under_a_known_uid_is_a_conflict_and_the_first_is_kept(database: str) -> None:
    first = ct_slice()
    other = ct_slice(k=4, SOPInstanceUID=first.SOPInstanceUID)
    taken_in([first])
    receipts = taken_in([other])
    assert results(receipts) == {"conflict": 1}
    assert str(first.SOPInstanceUID) in str(receipts[0].reason)
    with snapshot() as session:
        assert session.exec(select(Instance.object_key)).one() == hashlib.sha256(dicom_bytes(first)).hexdigest()
        kept = session.exec(select(IntakeItem.object_key).where(IntakeItem.result == IntakeResult.conflict)).one()
    assert store().get(str(kept)) == dicom_bytes(other)


def test_a_crash_after_storing_leaves_an_object_and_no_row_and_can_be_repeated(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    batch_id = a_batch()
    content = dicom_bytes(ct_slice())
    handed_in(batch_id, {"one.dcm": content})

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(receiving, "place", crash)
        with pytest.raises(KeyboardInterrupt):
            intake.take_in(batch_id)
    assert store().has(hashlib.sha256(content).hexdigest())
    with snapshot() as session:
        assert (count(session, Instance), count(session, IntakeItem), count(session, Participant)) == (0, 0, 0)
    assert results(intake.take_in(batch_id)) == {"accepted": 1}


def test_images_of_another_programme_are_refused_by_name(database: str) -> None:
    receipts = taken_in([mammogram()], programme="lung")
    assert results(receipts) == {"rejected": 1}
    assert "Breast screening" in str(receipts[0].reason)
    assert "Lung screening" in str(receipts[0].reason)


def test_a_report_among_the_images_is_set_aside(database: str) -> None:
    assert results(taken_in([ct_slice(SOPClassUID=SR_CLASS, PixelData=None)])) == {"set_aside": 1}


def test_two_people_in_one_study_are_never_merged(database: str) -> None:
    one, two = ct_series(2)
    two.PatientID, two.PatientName = "P-2", "Other^Person"
    assert results(taken_in([one, two])) == {"accepted": 1, "conflict": 1}
    with snapshot() as session:
        assert count(session, Participant) == 1


def test_a_birth_date_that_contradicts_is_a_conflict(database: str) -> None:
    taken_in([ct_slice()])
    assert results(taken_in([ct_slice(PatientBirthDate="19751224")])) == {"conflict": 1}


def test_a_known_number_under_another_name_is_a_conflict_unless_the_birth_date_agrees(database: str) -> None:
    taken_in([ct_slice()])
    (other,) = taken_in([ct_slice(PatientName="Quite^Different", PatientBirthDate="")])
    assert other.result == IntakeResult.conflict
    (married,) = taken_in([ct_slice(PatientName="Married^Anna")])
    assert married.result == IntakeResult.accepted
    assert "FL-000001" in str(married.reason)
    (reordered,) = taken_in([ct_slice(PatientName="Ann Example", PatientBirthDate="")])
    assert (reordered.result, reordered.reason) == (IntakeResult.accepted, None)


def test_without_a_patient_number_the_image_is_refused(database: str) -> None:
    receipts = taken_in([ct_slice(PatientID="")])
    assert results(receipts) == {"rejected": 1}
    assert "(0010,0020)" in str(receipts[0].reason)


def test_the_chosen_participant_gets_the_images_and_another_number_is_named(database: str) -> None:
    with transaction() as session:
        chosen = a_participant(session, "Chosen^Carla", birth_date=None).id
    receipts = taken_in([ct_slice(PatientID="ELSEWHERE-7")], participant_id=chosen)
    assert results(receipts) == {"accepted": 1}
    assert "number" in str(receipts[0].reason)
    assert "ELSEWHERE-7" not in str(receipts[0].reason)
    with snapshot() as session:
        assert session.exec(select(Study.participant_id)).one() == chosen


def test_a_chosen_participant_of_another_sex_is_a_conflict(database: str) -> None:
    with transaction() as session:
        chosen = a_participant(session, birth_date=None).id
    assert results(taken_in([ct_slice(PatientSex="M")], participant_id=chosen)) == {"conflict": 1}


def test_a_known_image_from_another_site_is_a_conflict(database: str) -> None:
    image = ct_slice()
    taken_in([image])
    assert results(taken_in([image], site="SOUTH")) == {"conflict": 1}


def test_the_same_number_at_two_sites_is_two_people(database: str) -> None:
    taken_in([ct_slice()])
    taken_in([ct_slice()], site="SOUTH")
    with snapshot() as session:
        people = session.exec(select(Participant)).all()
    assert [unseal(person.identifier_sealed) for person in people] == ["P-1", "P-1"]
    assert len({person.site_id for person in people}) == 2


def test_a_broken_archive_is_named_and_kept(database: str) -> None:
    batch_id = a_batch()
    broken = zipped({"a.dcm": dicom_bytes(ct_slice())})[:300]
    handed_in(batch_id, {"broken.zip": broken, "good.dcm": dicom_bytes(ct_slice())})
    receipts = intake.take_in(batch_id)
    assert results(receipts) == {"rejected": 1, "accepted": 1}
    with snapshot() as session:
        item = session.exec(select(IntakeItem).where(IntakeItem.path == "broken.zip")).one()
    assert item.object_key is not None
    assert store().get(item.object_key) == broken
    assert Sentence.from_json(item.reason)

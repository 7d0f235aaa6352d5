"""Scanners and archives send by DICOM: success means stored, a refusal says why, and a study goes to intake when its sender pauses."""

import io
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pynetdicom import AE
from pynetdicom.sop_class import CTImageStorage, Verification  # type: ignore[attr-defined]
from sqlmodel import func, select

from core import arrivals, jobs, receiver
from core.arrivals import QUIET_S, Arrivals
from core.objects import store
from core.settings import Settings
from core.workflow import intake
from db.engine import snapshot, transaction
from db.tables import Exam, Instance, IntakeBatch, IntakeItem
from tests.build import a_site
from tests.dicom_build import EXPLICIT, ct_series, ct_slice, dicom_bytes

GIVEN = Settings(ae_title="TESTING")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def arrived(database: str, clock: Clock) -> Iterator[Arrivals]:
    jobs.prepare()
    with transaction() as session:
        a_site(session)
    yield Arrivals(clock)
    jobs.close()


@pytest.fixture
def port(arrived: Arrivals) -> Iterator[int]:
    """A running receiver on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    server = receiver.listen(GIVEN.model_copy(update={"dicom_port": free}), arrived)
    yield free
    server.shutdown()


def sent(port: int, datasets: list[Dataset], *, called: str = "TESTING") -> list[Dataset]:
    """The answers of the receiver to each image."""
    entity = AE(ae_title="SCANNER")
    entity.add_requested_context(CTImageStorage, EXPLICIT)
    association = entity.associate("127.0.0.1", port, ae_title=called)
    assert association.is_established
    answers = [association.send_c_store(dcmread(io.BytesIO(dicom_bytes(dataset)))) for dataset in datasets]
    association.release()
    return answers


def instances() -> int:
    with snapshot() as session:
        return session.exec(select(func.count()).select_from(Instance)).one()


def test_it_answers_an_echo_and_refuses_a_call_for_someone_else(port: int) -> None:
    entity = AE(ae_title="SCANNER")
    entity.add_requested_context(Verification)
    association = entity.associate("127.0.0.1", port, ae_title="TESTING")
    assert association.send_c_echo().Status == 0
    association.release()
    assert entity.associate("127.0.0.1", port, ae_title="SOMEONE").is_rejected


def test_success_means_that_the_image_is_stored_and_can_be_opened(port: int) -> None:
    series = ct_series(20)
    assert {answer.Status for answer in sent(port, series)} == {0}
    assert instances() == 20
    with snapshot() as session:
        keys = session.exec(select(Instance.object_key)).all()
    assert {dcmread(io.BytesIO(store().get(key))).SOPInstanceUID for key in keys} == {one.SOPInstanceUID for one in series}


def test_the_study_goes_to_intake_when_its_sender_pauses(port: int, arrived: Arrivals, clock: Clock) -> None:
    series = ct_series(20)
    sent(port, series[:10])
    clock.now += QUIET_S - 1
    assert arrived.hand_over_quiet() == []
    sent(port, series[10:])
    clock.now += QUIET_S
    (batch_id,) = arrived.hand_over_quiet()
    assert arrived.hand_over_quiet() == []
    assert [job.workflow_id for job in jobs.jobs()] == [f"intake-{batch_id}"]
    intake.take_in(batch_id)
    with snapshot() as session:
        assert session.exec(select(Exam)).one().completed_at is not None
        assert session.get_one(IntakeBatch, batch_id).source == "DICOM from SCANNER"


def test_what_is_sent_again_is_a_success_and_stored_once(port: int) -> None:
    image = ct_slice()
    assert [answer.Status for answer in sent(port, [image, image])] == [0, 0]
    assert instances() == 1


def test_another_image_under_a_known_uid_is_refused_by_its_status(port: int) -> None:
    image = ct_slice()
    (_, answer) = sent(port, [image, ct_slice(k=5, SOPInstanceUID=image.SOPInstanceUID)])
    assert answer.Status == receiver.DUPLICATE_UID
    assert instances() == 1


def test_an_image_that_cannot_be_read_is_refused_with_the_reason_and_kept(port: int) -> None:
    (answer,) = sent(port, [ct_slice(Rows=None)])
    assert answer.Status == receiver.CANNOT_UNDERSTAND
    assert "Rows" in answer.ErrorComment
    with snapshot() as session:
        item = session.exec(select(IntakeItem)).one()
    assert store().has(str(item.object_key))


def test_with_two_sites_and_no_setting_nothing_is_taken(port: int) -> None:
    with transaction() as session:
        a_site(session, "SOUTH")
    (answer,) = sent(port, [ct_slice()])
    assert answer.Status == receiver.NOT_AUTHORISED
    assert instances() == 0


def test_what_an_earlier_process_left_open_is_handed_over(port: int) -> None:
    sent(port, [ct_slice()])
    assert len(arrivals.take_up()) == 1
    assert arrivals.take_up() == []


@pytest.mark.parametrize(
    ("host", "peers", "refused"), [("127.0.0.1", "", False), ("localhost", "", False), ("0.0.0.0", "", True), ("0.0.0.0", "CT1", False)]
)
def test_it_is_open_to_any_sender_on_this_machine_only(host: str, peers: str, refused: bool) -> None:
    assert receiver.is_open_to_strangers(GIVEN.model_copy(update={"dicom_host": host, "dicom_peers": peers})) is refused


@pytest.mark.skipif(shutil.which("storescu") is None, reason="Debian's dcmtk is not installed")
def test_dcmtk_can_send_a_folder(port: int, tmp_path: Path) -> None:
    for k, dataset in enumerate(ct_series(20)):
        (tmp_path / f"{k:02}.dcm").write_bytes(dicom_bytes(dataset))
    command = ["storescu", "-aec", "TESTING", "--scan-directories", "127.0.0.1", str(port), str(tmp_path)]
    subprocess.run(command, check=True, timeout=60)
    assert instances() == 20

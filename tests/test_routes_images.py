"""Images travel only to doctors of the site, as they are stored, and AI only to those who may see it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core import signin
from core.access import person
from core.imaging.pixels import Window, windowed
from core.imaging.presented import Curve, shown
from core.objects import store
from core.workflow import images, pictures
from core.workflow.picture_store import unpacked
from core.workflow.programmes import programme_row
from core.workflow.volumes import decoded_volume, inputs
from db.engine import snapshot, transaction
from db.enums import Role
from db.tables import AiPolicy, Instance, User
from pages.ui.gate import COOKIE
from pages.ui.routes import ROUTES
from tests.build import PASSWORD, a_finding, a_model, a_run, a_site, a_user, ago
from tests.dicom_build import MG_PROCESSING_CLASS, ct_series
from tests.image_build import a_ct, a_mammography, taken_in

CT = NDArray[np.int16]


@pytest.fixture
def anyone(sqlite_database: str) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=ROUTES), base_url="http://firstlight") as client:
        yield client


@pytest.fixture
def dana(anyone: TestClient) -> TestClient:
    """A doctor of the north clinic."""
    return signed_in(anyone, "dana")


def signed_in(client: TestClient, login: str, *, role: Role = Role.doctor, site: str = "NORTH") -> TestClient:
    with transaction() as session:
        a_user(session, login, role=role, site=a_site(session, site))
        token, _ = signin.sign_in(session, login, PASSWORD)
    client.cookies.set(COOKIE, token)
    return client


def hu(client: TestClient, path: str, *, count: int = 1) -> CT:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return np.frombuffer(answer.content, "<i2").reshape(count, 32, 24)


def written(count: int = 20) -> CT:
    """What `a_ct` writes, in HU."""
    return (100 * np.arange(count)[:, None, None] + np.arange(32)[None, :, None] - 1024 + np.zeros((1, 1, 24))).astype(np.int16)


def test_slices_come_as_stored_whether_or_not_the_volume_was_decoded_before(dana: TestClient, tmp_path: Path) -> None:
    exam = a_ct(tmp_path)
    before = hu(dana, f"/api/exam/{exam}/ct/slab/3/9", count=6)
    with snapshot() as session:
        keys = inputs(session, exam)
    decoded_volume(exam, keys)
    assert np.array_equal(before, written()[3:9])
    assert np.array_equal(hu(dana, f"/api/exam/{exam}/ct/slab/3/9", count=6), written()[3:9])
    assert np.array_equal(hu(dana, f"/api/exam/{exam}/ct/slice/19"), written()[19:])


@pytest.mark.parametrize("path", ["ct/meta", "ct/slice/0", "ct/slab/0/4", "ct/slice/0.png"])
def test_nobody_sees_images_without_sign_in_role_and_site(anyone: TestClient, tmp_path: Path, path: str) -> None:
    exam = a_ct(tmp_path)
    assert anyone.get(f"/api/exam/{exam}/{path}").status_code == 401
    assert signed_in(anyone, "otto", site="SOUTH").get(f"/api/exam/{exam}/{path}").status_code == 404
    assert signed_in(anyone, "cora", role=Role.coordinator).get(f"/api/exam/{exam}/{path}").status_code == 404
    assert signed_in(anyone, "dana").get(f"/api/exam/{exam}/{path}").status_code == 200


@pytest.mark.parametrize("path", ["ct/slice/20", "ct/slab/0/33", "ct/slab/5/5", "ct/slab/9/3", "mg/1/pixels", "mg/1/heat"])
def test_what_is_not_there_is_not_found(dana: TestClient, tmp_path: Path, path: str) -> None:
    assert dana.get(f"/api/exam/{a_ct(tmp_path)}/{path}").status_code == 404


def test_a_browser_keeps_images_for_itself_and_asks_only_once(dana: TestClient, tmp_path: Path) -> None:
    path = f"/api/exam/{a_ct(tmp_path)}/ct/slice/2"
    first = dana.get(path)
    tag = first.headers["etag"]
    again = dana.get(f"{path}?v={tag.strip(chr(34))}", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert "private" in again.headers["cache-control"]
    assert "immutable" in again.headers["cache-control"]
    assert first.headers["vary"] == "Cookie"
    assert first.headers["content-encoding"] == "identity"


def test_slices_that_make_no_volume_are_shown_at_their_own_places_with_the_reason(dana: TestClient, tmp_path: Path) -> None:
    whole = ct_series(20)
    exam = taken_in(tmp_path, whole[:8] + whole[11:])
    meta = dana.get(f"/api/exam/{exam}/ct/meta").json()
    assert not meta["regular"]
    assert any("missing" in line for line in meta["title"])
    assert meta["positions"][7:9] == [-86.0, -78.0]
    assert np.array_equal(hu(dana, f"/api/exam/{exam}/ct/slice/8"), written()[11:12])


def test_the_picture_for_old_browsers_has_the_lung_window(dana: TestClient, tmp_path: Path) -> None:
    from io import BytesIO

    from PIL import Image

    exam = a_ct(tmp_path)
    seen = np.asarray(Image.open(BytesIO(dana.get(f"/api/exam/{exam}/ct/slice/7.png").content)))
    assert np.array_equal(seen, np.rint(windowed(written()[7], Window(-600, 1500)) * 255).astype(np.uint8))


def test_letters_and_numbers_of_slices_follow_the_patient(dana: TestClient, tmp_path: Path) -> None:
    exam = a_ct(tmp_path)
    assert dana.get(f"/api/exam/{exam}/ct/meta").json()["edges"] == ["RLAP", "RLHF", "APHF"]
    with snapshot() as session:
        slices = images.ct(session, person(session, session.exec(select(User.id)).one() or 0), exam).slices
    assert (slices.number(0), slices.number(19)) == (20, 1)


def view(dana: TestClient, exam: int, side: str = "L", name: str = "CC") -> pictures.Picture:
    with snapshot() as session:
        who = person(session, session.exec(select(User.id).where(User.login == "dana")).one() or 0)
        return next(one for one in pictures.pictures(session, who, exam) if (one.laterality, one.view) == (side, name))


def values(client: TestClient, exam: int, picture: pictures.Picture) -> NDArray[np.uint16]:
    """As a browser over plain HTTP gets them, which unpacks no zstd."""
    answer = client.get(f"/api/exam/{exam}/mg/{picture.instance_id}/pixels", headers={"Accept-Encoding": "gzip, deflate"})
    assert answer.headers["content-encoding"] == "identity"
    return np.frombuffer(answer.content, "<u2").reshape(picture.size[1], picture.size[0])


def drawn(client: TestClient, exam: int, picture: pictures.Picture) -> NDArray[np.float32]:
    return shown(values(client, exam, picture), picture.curve)


def test_mammograms_come_at_full_resolution_with_the_window_of_the_file(dana: TestClient, tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 4096, (60, 40)).astype(np.uint16)
    exam = a_mammography(tmp_path, pixels=pixels, WindowCenter=1500, WindowWidth=900)
    picture = view(dana, exam)
    assert np.array_equal(values(dana, exam, picture), pixels)
    assert picture.curve == Curve(window=(1500, 900), function="LINEAR", inverted=False, rescale=(1, 0))


def test_a_browser_that_unpacks_zstd_gets_the_same_values_packed(dana: TestClient, tmp_path: Path) -> None:
    exam = a_mammography(tmp_path)
    picture = view(dana, exam)
    with dana.stream("GET", f"/api/exam/{exam}/mg/{picture.instance_id}/pixels", headers={"Accept-Encoding": "br, zstd;q=0.8"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "zstd"
    assert unpacked(packed) == values(dana, exam, picture).tobytes()


def test_a_monochrome1_twin_looks_the_same(dana: TestClient, tmp_path: Path) -> None:
    pixels = np.random.default_rng(2).integers(0, 4096, (60, 40)).astype(np.uint16)
    one = a_mammography(tmp_path / "1", pixels=(4095 - pixels).astype(np.uint16), person="M-1", PhotometricInterpretation="MONOCHROME1")
    two = a_mammography(tmp_path / "2", pixels=pixels, person="M-2")
    difference = np.abs(drawn(dana, one, view(dana, one)) - drawn(dana, two, view(dana, two)))
    assert difference.max() < 1 / 255


def test_an_image_without_a_usable_window_is_shown_as_it_was_meant(dana: TestClient, tmp_path: Path) -> None:
    pixels = np.linspace(100, 3000, 60 * 40).reshape(60, 40).astype(np.uint16)
    exam = a_mammography(tmp_path, pixels=pixels, SOPClassUID=MG_PROCESSING_CLASS, PresentationIntentType="FOR PROCESSING")
    seen = drawn(dana, exam, view(dana, exam))
    assert seen.max() > 0.99
    assert seen[0, 0] > seen[-1, -1]  # raw detector data: little radiation is dense tissue


def test_a_breast_hangs_with_its_chest_wall_in_the_middle(dana: TestClient, tmp_path: Path) -> None:
    pixels = np.zeros((60, 40), np.uint16)
    pixels[10:50, 22:] = 3000  # tissue at the right edge of every stored image
    exam = a_mammography(tmp_path, pixels=pixels)
    mirrored = {}
    for side in "RL":
        mirrored[side] = dana.get(f"/api/exam/{exam}/mg/{view(dana, exam, side).instance_id}/meta").json()["mirrored"]
    assert mirrored == {"R": False, "L": True}


@pytest.mark.parametrize(("policy", "status"), [("beside", 200), ("after_read", 404), ("off", 404)])
def test_the_heat_map_does_not_exist_for_a_reader_who_must_not_see_it(dana: TestClient, tmp_path: Path, policy: str, status: int) -> None:
    exam = a_mammography(tmp_path)
    with transaction() as session:
        instance = session.exec(select(Instance).limit(1)).one()
        store().put_named("run/heat", bytes(range(6)))
        views = [{"sop_uid": instance.sop_uid, "heat": {"shape": [2, 3], "object": "run/heat"}}]
        a_model(session, "mammography")
        run = a_run(session, session.get_one(images.Exam, exam), result={"views": views})
        programme = programme_row(session, "breast")
        session.add(AiPolicy(programme_id=programme.id, version=1, kind=policy, valid_from=ago(1)))
    answer = dana.get(f"/api/exam/{exam}/mg/{instance.id}/heat?run={run.id}")
    assert answer.status_code == status
    assert (answer.content == bytes(range(6))) is (status == 200)


@pytest.mark.parametrize(("policy", "status"), [("beside", 200), ("after_read", 404), ("off", 404)])
def test_the_saliency_of_a_scan_does_not_exist_for_a_reader_who_must_not_see_it(
    dana: TestClient, tmp_path: Path, policy: str, status: int
) -> None:
    exam = a_ct(tmp_path)
    with transaction() as session:
        store().put_named("run/saliency", bytes(range(24)))
        a_model(session)
        kept = {"shape": [2, 3, 4], "affine": np.eye(4).tolist(), "object": "run/saliency", "full_logit": 0.25}
        run = a_run(session, session.get_one(images.Exam, exam))
        a_finding(session, run, number=2, detail={"explanation": kept})
        programme = programme_row(session, "lung")
        session.add(AiPolicy(programme_id=programme.id, version=1, kind=policy, valid_from=ago(1)))
    assert dana.get(f"/api/exam/{exam}/ct/saliency/{run.id}/1").status_code == 404
    answer = dana.get(f"/api/exam/{exam}/ct/saliency/{run.id}/2")
    assert answer.status_code == status
    assert (answer.content == bytes(range(24))) is (status == 200)

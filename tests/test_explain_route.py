"""From the worker's store to the browser: a finding's map is named in its detail, and travels only where the AI result may."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core import signin
from core.access import Person
from core.imaging.volume import Volume
from core.objects import store
from core.workflow import reading, saliency
from db.engine import transaction
from db.enums import Role
from db.tables import Exam
from models.explanation.explanation import Explanation, Weighed
from models.lung.nodule import LungResult, Nodule, RunLength
from models.worker import explanations
from models.worker.lung import scored
from pages.ui.gate import COOKIE
from pages.ui.i18n import use
from pages.ui.routes import ROUTES
from pages.ui.viewer.scene import with_saliency
from tests.build import a_finding, a_model, a_person, a_policy, a_read, a_run
from tests.image_build import a_ct
from tests.test_routes_images import signed_in

AFFINE = np.array([[0, 0, 0.8, -10.0], [0, 0.8, 0, 20.0], [0.8, 0, 0, -300.0], [0, 0, 0, 1]])


@pytest.fixture
def client(sqlite_database: str) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=ROUTES), base_url="http://firstlight") as client:
        yield client


def an_explanation(value: float = 0.5) -> Explanation:
    """A map of 2 × 3 × 4 voxels, for malignancy in front and against it behind."""
    contribution = np.full((2, 3, 4), value, np.float16)
    contribution[:, 2] = -1
    strongest = (Weighed(0.31, ("head",)), Weighed(-0.2, ()))
    return Explanation(contribution, AFFINE, strongest, "occlusion", 1, 5, 0.25)


def an_explained_run(session: Session, exam: int) -> int:
    """A run whose second finding is explained, as the worker leaves it."""
    a_model(session)
    run = a_run(session, session.get_one(Exam, exam))
    a_finding(session, run, number=1)
    a_finding(session, run, number=2, detail={"explanation": explanations.kept({0: an_explanation()}, "run/7-lung-ct.1-1")[0]})
    return run.id or 0


def test_what_the_worker_keeps_is_what_the_viewer_gets(client: TestClient, tmp_path: Path) -> None:
    exam = a_ct(tmp_path)
    with transaction() as session:
        a_policy(session, "lung", "beside")
        run = an_explained_run(session, exam)
    dana = signed_in(client, "dana")
    answer = dana.get(f"/api/exam/{exam}/ct/saliency/{run}/2")
    seen = np.frombuffer(answer.content, np.int8).reshape(2, 3, 4)
    assert (seen[:, :2] == 64).all()
    assert (seen[:, 2] == -127).all()
    assert "no-store" in answer.headers["cache-control"]


def test_the_map_of_a_finding_lies_where_its_cube_lies(sqlite_database: str, tmp_path: Path) -> None:
    exam = a_ct(tmp_path)
    with transaction() as session:
        a_policy(session, "lung", "beside")
        run = an_explained_run(session, exam)
        found = saliency.maps(session, a_person(session), exam, run)
    assert list(found) == [2]
    one = found[2]
    assert one.size == (4, 3, 2)
    assert np.array(one.affine) @ [1, 2, 1, 1] == pytest.approx(AFFINE @ [1, 2, 1, 1])
    assert np.array(one.affine) @ [3, 0, 0, 1] == pytest.approx([-10 + 2.4, 20, -300, 1])
    use("en")
    scene = with_saliency({"url": "/api/exam/1/ct", "marks": [{"number": 1}, {"number": 2}]}, found)
    assert scene["marks"][0]["saliency"] is None
    assert scene["marks"][1]["saliency"]["url"] == f"/api/exam/1/ct/saliency/{run}/2"
    assert scene["marks"][1]["saliency"]["full"] == 0.25


def test_a_reader_who_must_read_blind_gets_the_map_only_after_the_own_read(client: TestClient, tmp_path: Path) -> None:
    exam = a_ct(tmp_path)
    with transaction() as session:
        a_policy(session, "lung", "after_read")
        run = an_explained_run(session, exam)
    dana, path = signed_in(client, "dana"), f"/api/exam/{exam}/ct/saliency/{run}/2"
    refused = dana.get(path)
    assert (refused.status_code, refused.json()) == (404, {"problem": "There is no saliency map."})
    with transaction() as session:
        reader = _who(session, dana)
        assert saliency.maps(session, reader, exam, run) == {}
        a_read(session, session.get_one(Exam, exam), reader, days_ago=0.001)
        assert reading.open_case(session, reader, exam).ai is not None
    assert dana.get(path).status_code == 200


def test_nobody_else_gets_a_map(client: TestClient, tmp_path: Path) -> None:
    exam = a_ct(tmp_path)
    with transaction() as session:
        a_policy(session, "lung", "beside")
        run = an_explained_run(session, exam)
    path = f"/api/exam/{exam}/ct/saliency/{run}/2"
    assert client.get(path).status_code == 401
    assert signed_in(client, "otto", site="SOUTH").get(path).status_code == 404
    assert signed_in(client, "cora", role=Role.coordinator).get(path).status_code == 404
    dana = signed_in(client, "dana")
    assert [dana.get(f"/api/exam/{exam}/ct/saliency/{name}").status_code for name in (f"{run}/1", f"{run + 1}/2")] == [404, 404]


def test_a_map_that_does_not_fit_its_description_is_not_shown(client: TestClient, tmp_path: Path) -> None:
    exam = a_ct(tmp_path)
    with transaction() as session:
        a_policy(session, "lung", "beside")
        run = an_explained_run(session, exam)
    store().put_named("run/7-lung-ct.1-1/saliency-0", bytes(23))
    assert signed_in(client, "dana").get(f"/api/exam/{exam}/ct/saliency/{run}/2").status_code == 404


def test_another_try_of_the_same_run_replaces_its_map(folder: Path) -> None:
    explanations.kept({0: an_explanation()}, "run/7-lung-ct.1-1")
    described = explanations.kept({0: an_explanation(-0.25)}, "run/7-lung-ct.1-1")[0]
    kept = np.frombuffer(store().get_named(described["object"]) or b"", np.int8)
    assert set(kept) == {-32, -127}
    assert described["strongest"] == [{"logit": 0.31, "towards": ["head"]}, {"logit": -0.2, "towards": []}]


def test_an_explanation_stays_with_its_nodule_when_the_findings_are_ranked() -> None:
    volume = Volume(
        hu=np.zeros((4, 4, 4), np.int16), affine=np.eye(4), spacing_mm=(1, 1, 1), series_instance_uid="1",
        sop_instance_uids=("1.1", "1.2", "1.3", "1.4"), frames=(0,) * 4, warnings=(),
    )  # fmt: skip
    answer = LungResult((a_nodule(0.1), a_nodule(0.7)), (), {}, 4000.0, "lung-ct.1", "CPU")
    first, second = scored(answer, volume, {1: {"object": "second"}}).findings
    assert (first.malignancy, first.detail["explanation"]) == (0.7, {"object": "second"})
    assert "explanation" not in second.detail


def a_nodule(malignancy: float) -> Nodule:
    mask = RunLength.of(np.ones((2, 2, 2), bool), np.array([1, 1, 1]))
    sizes = {"long_axis_mm": 6.0, "short_axis_mm": 5.0, "mean_diameter_mm": 5.5, "volume_mm3": 80.0}
    box = ((1, 3), (1, 3), (1, 3))
    return Nodule((0, 0, 0), (1, 1, 1), probability=0.9, malignancy=malignancy, box_kji=box, mask=mask, side="left", **sizes)


def _who(session: Session, client: TestClient) -> Person:
    found = signin.by_token(session, client.cookies[COOKIE])
    assert found is not None
    return found

"""Uploads arrive in pieces, whole, where they belong, and only from our own pages and people."""

from collections.abc import Iterator

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core import jobs, settings, signin
from core.workflow.intake.batch import folder as batch_folder
from db.engine import snapshot, transaction
from db.enums import Role
from db.tables import IntakeBatch, Site
from pages.ui.gate import COOKIE
from pages.ui.routes import ROUTES
from tests.build import PASSWORD, a_site, a_user

OURS = {"X-Firstlight": "upload"}


@pytest.fixture
def anyone(sqlite_database: str) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=ROUTES), base_url="http://firstlight", headers=OURS) as client:
        yield client


@pytest.fixture
def cora(anyone: TestClient) -> TestClient:
    """A coordinator of the north clinic."""
    return signed_in(anyone, "cora", Role.coordinator)


def signed_in(client: TestClient, login: str, role: Role, site: str = "NORTH") -> TestClient:
    with transaction() as session:
        a_user(session, login, role=role, site=a_site(session, site))
        token, _ = signin.sign_in(session, login, PASSWORD)
    client.cookies.set(COOKIE, token)
    return client


def site_id(code: str = "NORTH") -> int:
    with snapshot() as session:
        return session.exec(select(Site.id).where(Site.code == code)).one() or 0


def begun(client: TestClient, **form: object) -> str:
    answer = client.post("/api/upload", json={"site_id": site_id(), **form})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["batch"])


def put(client: TestClient, batch: str, path: str, content: bytes, offset: int = 0) -> int:
    return client.post(f"/api/upload/{batch}/piece", params={"path": path, "offset": offset}, content=content).status_code


def test_pieces_that_follow_each_other_make_the_file_under_its_own_path(cora: TestClient) -> None:
    batch = begun(cora, programme="lung", source="Chest/")
    assert put(cora, batch, "Chest/series 1/a.dcm", b"one ") == 200
    assert put(cora, batch, "Chest/series 1/a.dcm", b"two", offset=4) == 200
    assert put(cora, batch, "empty.dcm", b"") == 200
    assert (batch_folder(batch) / "Chest/series 1/a.dcm").read_bytes() == b"one two"
    assert (batch_folder(batch) / "empty.dcm").read_bytes() == b""


def test_a_piece_sent_twice_changes_nothing_and_a_missing_one_is_named(cora: TestClient) -> None:
    batch = begun(cora)
    put(cora, batch, "a", b"12345678")
    put(cora, batch, "a", b"abcd", offset=8)
    assert put(cora, batch, "a", b"abcd", offset=8) == 200
    assert (batch_folder(batch) / "a").read_bytes() == b"12345678abcd"
    assert put(cora, batch, "a", b"zz", offset=99) == 409


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../a", "a/../../b", "a\\..\\..\\b", "C:/a", "a\x00b", "nul", "x/COM1.txt", "a" * 300, "a/" * 25 + "a"],
)
def test_paths_that_lead_elsewhere_are_refused(cora: TestClient, path: str) -> None:
    batch = begun(cora)
    assert put(cora, batch, path, b"x") == 422
    assert not [file for file in batch_folder(batch).rglob("*") if file.is_file()]
    assert put(cora, batch, "good.dcm", b"x") == 200


def test_only_our_own_pages_can_send(cora: TestClient) -> None:
    form = {"site_id": site_id()}
    assert cora.post("/api/upload", json=form, headers={"X-Firstlight": "no"}).status_code == 403
    assert cora.post("/api/upload", json=form, headers={"Origin": "http://elsewhere"}).status_code == 403
    assert cora.post("/api/upload", json=form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert cora.post("/api/upload", json=form, headers={"Origin": "http://firstlight"}).status_code == 200


def test_only_coordinators_of_the_site_can_send(anyone: TestClient) -> None:
    with transaction() as session:
        a_site(session, "NORTH"), a_site(session, "SOUTH")
    form = {"site_id": site_id("SOUTH")}
    assert anyone.post("/api/upload", json=form).status_code == 401
    assert signed_in(anyone, "dana", Role.doctor, "SOUTH").post("/api/upload", json=form).status_code == 404
    assert signed_in(anyone, "cora", Role.coordinator, "NORTH").post("/api/upload", json=form).status_code == 404


def test_nobody_writes_into_the_upload_of_someone_else(cora: TestClient) -> None:
    batch = begun(cora)
    other = signed_in(cora, "carl", Role.coordinator)
    assert put(other, batch, "a", b"x") == 404
    assert other.post(f"/api/upload/{batch}/done").status_code == 404


def test_a_finished_upload_is_handed_over_once_and_takes_nothing_more(cora: TestClient) -> None:
    jobs.prepare()
    batch = begun(cora)
    put(cora, batch, "a", b"x")
    assert cora.post(f"/api/upload/{batch}/done").status_code == 200
    with snapshot() as session:
        assert session.get_one(IntakeBatch, batch).workflow_id == f"intake-{batch}"
    assert [job.subject for job in jobs.jobs()] == [batch]
    assert put(cora, batch, "b", b"x") == 409


def test_an_upload_beyond_the_limit_is_refused_before_and_while_it_comes(cora: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = begun(cora)
    monkeypatch.setenv("FIRSTLIGHT_UPLOAD_LIMIT_GB", "0.000001")
    settings.settings.cache_clear()
    assert cora.post("/api/upload", json={"site_id": site_id(), "bytes": 2000}).status_code == 400
    answers = [put(cora, batch, f"{n}.dcm", b"x" * 100) for n in range(300)]
    assert 400 in answers


@pytest.mark.parametrize("form", [b"", b"[]", b"{", b'{"site_id": -1}', b'{"site_id": "x"}', b"x" * 5000])
def test_a_form_that_cannot_be_read_is_refused(cora: TestClient, form: bytes) -> None:
    assert cora.post("/api/upload", content=form).status_code == 400

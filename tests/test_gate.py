"""The door of the web, asked over HTTP: who gets in, what a stranger is told, and what every answer carries."""

import re
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from core.clock import now
from core.signin import hash_password
from db.engine import transaction
from db.enums import Role
from db.tables import RoleGrant, Site, User
from pages.ui import shell, sign_in
from pages.ui.gate import COOKIE, Gate

pytestmark = pytest.mark.usefixtures("sqlite_database")


async def inside(request: Request) -> JSONResponse:
    return JSONResponse({"who": request.state.person.login})


@pytest.fixture
def browser(sqlite_database: str) -> Iterator[TestClient]:
    with transaction() as session:
        site = Site(code="N", name="North", synthetic=True, created_at=now())
        user = User(login="ann", name="Ann", password_hash=hash_password("open sesame 1"), created_at=now())
        session.add_all([site, user])
        session.flush()
        session.add(RoleGrant(user_id=user.id or 0, role=Role.doctor, site_id=site.id, granted_at=now()))
    routes = [*sign_in.ROUTES, *shell.ROUTES, Route("/api/inside", inside)]
    with TestClient(Starlette(routes=routes, middleware=[Middleware(Gate)]), follow_redirects=False) as client:
        yield client


def enter(browser: TestClient, password: str = "open sesame 1", onward: str = "/case?exam=3") -> int:
    token = re.search(r'name="form" value="([^"]+)"', browser.get("/sign-in").text)
    assert token is not None
    answer = browser.post("/sign-in", data={"form": token[1], "login": "Ann", "password": password, "next": onward})
    browser.last = answer  # type: ignore[attr-defined]
    return answer.status_code


def test_a_stranger_is_led_to_the_door_and_back(browser: TestClient) -> None:
    answer = browser.get("/case?exam=3")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fcase%3Fexam%3D3")
    assert enter(browser) == 303
    assert browser.last.headers["location"] == "/case?exam=3"  # type: ignore[attr-defined]
    assert browser.get("/case?exam=3").status_code == 200


@pytest.mark.parametrize("path", ["/api/inside", "/media/abc.csv", "/_stcore/stream", "/component/x.js"])
def test_a_stranger_gets_nothing_behind_the_door(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: TestClient) -> None:
    enter(browser)
    cookie = next(value for value in browser.last.headers.get_list("set-cookie") if value.startswith(COOKIE))  # type: ignore[attr-defined]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert browser.get("/api/inside").json() == {"who": "ann"}


def test_a_wrong_password_says_no_more_than_that(browser: TestClient) -> None:
    assert enter(browser, password="guess") == 403
    assert "Check the name and the password" in browser.last.text  # type: ignore[attr-defined]
    assert browser.get("/api/inside").status_code == 401


def test_a_forged_form_is_refused(browser: TestClient) -> None:
    answer = browser.post("/sign-in", data={"login": "ann", "password": "open sesame 1"})
    assert COOKIE not in answer.headers.get("set-cookie", "")
    assert "Please try again" in answer.text


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "/sign-in", "javascript:alert(1)"])
def test_the_way_on_stays_on_this_server(browser: TestClient, onward: str) -> None:
    enter(browser, onward=onward)
    assert browser.last.headers["location"] == "/"  # type: ignore[attr-defined]


def test_after_signing_out_the_token_is_worthless(browser: TestClient) -> None:
    enter(browser)
    token = browser.cookies[COOKIE]
    browser.get("/sign-out")
    browser.cookies.set(COOKIE, token)
    assert browser.get("/api/inside").status_code == 401


def test_another_site_cannot_sign_anyone_out(browser: TestClient) -> None:
    enter(browser)
    token = browser.cookies[COOKIE]
    browser.get("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    browser.cookies.set(COOKIE, token)
    assert browser.get("/api/inside").status_code == 200


def test_every_answer_carries_the_safe_headers(browser: TestClient) -> None:
    for path in ("/sign-in", "/case", "/api/inside", "/firstlight/frame.css", "/no/such/page"):
        headers = browser.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-eval" not in headers["content-security-policy"].replace("wasm-unsafe-eval", "")


def test_the_shell_has_no_script_of_its_own(browser: TestClient) -> None:
    enter(browser)
    page = browser.get("/case").text
    assert "<script>" not in page
    assert page.count("<title>") == 1
    assert "<title>Firstlight</title>" in page
    assert "/firstlight/frame.js" in page


def test_assets_cannot_be_left(browser: TestClient) -> None:
    assert browser.get("/firstlight/..%2Fgate.py").status_code == 404
    assert browser.get("/firstlight/frame.css").status_code == 200


def test_the_door_speaks_the_chosen_language(browser: TestClient) -> None:
    assert "登录" in browser.get("/sign-in?language=zh_CN").text
    assert enter(browser) == 303
    browser.get("/sign-out")
    assert 'lang="zh-Hans"' in browser.get("/sign-in").text


def test_a_login_is_shown_back_as_text(browser: TestClient) -> None:
    token = re.search(r'name="form" value="([^"]+)"', browser.get("/sign-in").text)
    assert token is not None
    answer = browser.post("/sign-in", data={"form": token[1], "login": '"><script>x</script>', "password": "x"})
    assert "<script>x" not in answer.text


def test_demonstration_accounts_are_shown_only_when_asked_for(browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from core import settings

    assert "Demonstration accounts" not in browser.get("/sign-in").text
    monkeypatch.setenv("FIRSTLIGHT_DEMO", "true")
    settings.settings.cache_clear()
    assert "Demonstration accounts" in browser.get("/sign-in").text
    with transaction() as session:
        session.add(Site(code="R", name="Real", synthetic=False, created_at=now()))
    assert "Demonstration accounts" not in browser.get("/sign-in").text


def test_a_fresh_installation_says_what_comes_first(browser: TestClient) -> None:
    assert "core.setup" not in browser.get("/sign-in").text
    with transaction() as session:
        for table in ("rolegrant", "site"):
            session.connection().exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_delete")
            session.connection().exec_driver_sql(f"DELETE FROM {table}")
    assert "core.setup" in browser.get("/sign-in").text

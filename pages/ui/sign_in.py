"""Sign-in and sign-out with local accounts: two fields, a token against forged forms, and a cookie no script can read."""

import hmac
import secrets
from urllib.parse import parse_qs, urlsplit

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core import signin
from core.access import Person
from core.errors import FirstlightError
from core.settings import settings
from db.engine import transaction
from pages.ui import i18n
from pages.ui.gate import COOKIE
from pages.ui.i18n import _, show
from pages.ui.sign_in_page import inside, page

FORM, LANGUAGE = "firstlight_form", "firstlight_language"
LARGEST = 4096  # bytes of a filled-in form


async def form(request: Request) -> Response:
    """The page with the two fields."""
    chosen = request.query_params.get("language")
    language = chosen or request.cookies.get(LANGUAGE) or _of_browser(request)
    i18n.use(language)
    answer = await to_thread.run_sync(page, request.query_params.get("next", "/"), "", "")
    return _with_form_cookies(request, answer, i18n.language() if chosen else None)


async def enter(request: Request) -> Response:
    """Check the fields; on success a session begins and the browser goes where it wanted to."""
    i18n.use(request.cookies.get(LANGUAGE) or _of_browser(request))
    fields = {name: values[0] for name, values in parse_qs((await _body(request)).decode("utf-8", "replace")).items()}
    login, onward = fields.get("login", ""), inside(fields.get("next", "/"))
    known = request.cookies.get(FORM, "")
    if not known or not hmac.compare_digest(known.encode(), fields.get("form", "").encode()):
        stale = await to_thread.run_sync(page, onward, login, _("The form was open for too long. Please try again."))
        return _with_form_cookies(request, stale, None)
    try:
        token = await to_thread.run_sync(_enter, login, fields.get("password", ""), request.cookies.get(LANGUAGE))
    except FirstlightError as problem:
        refused = await to_thread.run_sync(page, onward, login, show(problem.sentence))
        refused.status_code = 403
        return _with_form_cookies(request, refused, None)
    answer = RedirectResponse(onward, 303)
    _cookie(request, answer, COOKIE, token, settings().session_hours * 3600)
    answer.delete_cookie(FORM, path="/sign-in")
    return answer


async def leave(request: Request) -> Response:
    """End the session; only from our own pages, so that no other site can sign a reader out."""
    if request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none"):
        await to_thread.run_sync(_leave, request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


async def speak(request: Request) -> Response:
    """Switch the language of a signed-in person and return to the page they came from."""
    language = request.path_params["language"]
    if request.state.person is not None and language in i18n.LANGUAGES:
        await to_thread.run_sync(_speak, request.state.person, language)
    came_from = urlsplit(request.headers.get("referer", ""))
    answer = RedirectResponse(inside(came_from.path + (f"?{came_from.query}" if came_from.query else "")), 303)
    _cookie(request, answer, LANGUAGE, language if language in i18n.LANGUAGES else "en", 365 * 86400)
    return answer


async def here(request: Request) -> Response:
    """204 while this browser is signed in; the gate answers 401 for everybody else, and `frame.js` then goes to the door."""
    return Response(status_code=204 if request.state.person else 401)


def _enter(login: str, password: str, language: str | None) -> str:
    with transaction() as session:
        token, person = signin.sign_in(session, login, password)
        if language in i18n.LANGUAGES and language != person.language:
            signin.set_language(session, person, language)
    return token


def _leave(token: str) -> None:
    with transaction() as session:
        signin.sign_out(session, token)


def _speak(person: Person, language: str) -> None:
    with transaction() as session:
        signin.set_language(session, person, language)


def _with_form_cookies(request: Request, answer: HTMLResponse, language: str | None) -> Response:
    token = secrets.token_urlsafe(24)
    answer.body = bytes(answer.body).replace(b"$form", token.encode())
    answer.init_headers({"Cache-Control": "no-store"})
    _cookie(request, answer, FORM, token, 3600, path="/sign-in")
    if language:
        _cookie(request, answer, LANGUAGE, language, 365 * 86400)
    return answer


def _cookie(request: Request, answer: Response, name: str, value: str, seconds: int, *, path: str = "/") -> None:
    answer.set_cookie(name, value, max_age=seconds, path=path, httponly=True, samesite="strict", secure=request.url.scheme == "https")


def _of_browser(request: Request) -> str:
    return "zh_CN" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            return b""
    return body


ROUTES = [
    Route("/api/here", here, methods=["GET"]),
    Route("/sign-in", form, methods=["GET"]),
    Route("/sign-in", enter, methods=["POST"]),
    Route("/sign-out", leave, methods=["GET"]),
    Route("/language/{language}", speak, methods=["GET"]),
]

"""How our routes answer: who asks, errors by who must act, and what a browser may keep."""

from collections.abc import Awaitable, Callable
from typing import Any

from anyio import to_thread
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.access import Person
from core.errors import Conflict, FirstlightError, NotAllowed, Rejected, Retryable
from db.engine import snapshot
from pages.ui import i18n
from pages.ui.gate import COOKIE, person_of
from pages.ui.i18n import show

KEEP_SECONDS = 3600
STATUS: tuple[tuple[type[FirstlightError], int], ...] = ((NotAllowed, 404), (Conflict, 409), (Rejected, 400), (Retryable, 503))
Endpoint = Callable[[Request], Awaitable[Response]]


async def who(request: Request) -> Person | None:
    """The person behind the session cookie; asked here again, so that a route is safe without the gate in front of it."""
    if "person" in request.scope.get("state", {}):
        person: Person | None = request.scope["state"]["person"]
        return person
    return await to_thread.run_sync(person_of, request.cookies.get(COOKIE))


def reading(work: Callable[[Session, Person, Request], Response]) -> Endpoint:
    """An endpoint that answers a signed-in person from a snapshot of the database; what is not in sight does not exist."""

    async def endpoint(request: Request) -> Response:
        person = await who(request)
        if person is None:
            return JSONResponse({"problem": "Sign in first."}, 401)
        return await to_thread.run_sync(_answer, work, person, request)

    return endpoint


def _answer(work: Callable[[Session, Person, Request], Response], person: Person, request: Request) -> Response:
    try:
        with snapshot() as session:
            return work(session, person, request)
    except IndexError:
        return JSONResponse({"problem": "Not there."}, 404)
    except FirstlightError as problem:
        return refusal(problem, person.language)


def refusal(problem: FirstlightError, language: str, *, status: int | None = None) -> Response:
    """The error as a sentence in the person's language, with the status that says who must act."""
    i18n.use(language)
    status = status or next((number for kind, number in STATUS if isinstance(problem, kind)), 500)
    return JSONResponse({"problem": show(problem.sentence)}, status)


def accepts(request: Request, encoding: str) -> bool:
    """Whether the browser unpacks this content coding; browsers say so for zstd only on localhost and over HTTPS."""
    offered = [part.strip().partition(";") for part in request.headers.get("accept-encoding", "").split(",")]
    return any(name.strip() == encoding and weight.replace(" ", "") not in ("q=0", "q=0.0") for name, _, weight in offered)


def kept(request: Request, content: bytes, version: str, media_type: str, *, encoding: str = "identity") -> Response:
    """Image bytes that this browser alone may keep for a while, and only for this sign-in; a known version is not sent again."""
    tag = f'"{version}"'
    same = request.query_params.get("v") == version
    headers: dict[str, Any] = {
        "ETag": tag,
        "Cache-Control": f"private, max-age={KEEP_SECONDS}, immutable" if same else "private, no-cache",
        "Vary": "Cookie" if encoding == "identity" else "Cookie, Accept-Encoding",
        "Content-Encoding": encoding,  # packing now costs ten times what sending costs on a hospital's network
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)

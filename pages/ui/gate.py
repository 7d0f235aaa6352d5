"""In front of everything the web serves: nobody unknown gets further than the sign-in page, and every answer carries safe headers."""

from urllib.parse import quote

from anyio import to_thread
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import signin
from core.access import Person
from db.engine import snapshot
from pages.ui import shell

COOKIE = "firstlight_session"
OPEN = ("/sign-in", "/favicon", "/static/", "/firstlight/", "/_stcore/health", "/_stcore/host-config")
SERVED = ("/_stcore/", "/media/", "/component/", "/api/", "/sign-out", "/language/")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": "; ".join(
        [
            "default-src 'self'",
            "script-src 'self' 'wasm-unsafe-eval' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    ),
}


def person_of(token: str | None) -> Person | None:
    """Who holds this session token now."""
    if not token:
        return None
    with snapshot() as session:
        return signin.by_token(session, token)


class Gate:
    """ASGI middleware; `scope["state"]["person"]` tells the routes behind it who is asking."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        if not path.startswith(OPEN):
            who = await to_thread.run_sync(person_of, HTTPConnection(scope).cookies.get(COOKIE))
            scope.setdefault("state", {})["person"] = who
            answer = _answer(scope, path, who)
            if answer is not None:
                await answer(scope, receive, _safe(send))
                return
        await self.app(scope, receive, _safe(send))


def _answer(scope: Scope, path: str, who: Person | None) -> Response | None:
    """What the gate says itself: refusals, the way to the sign-in page, and the shell of every page. None: let it through."""
    looks = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
    is_page = looks and path.count("/") == 1 and "." not in path and not path.startswith(SERVED)
    if who is None:
        back = quote(path + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""), safe="")
        return RedirectResponse(f"/sign-in?next={back}", 303) if is_page else PlainTextResponse("Sign in first.", 401)
    return shell.page(who.language) if is_page else None


def _safe(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return with_headers

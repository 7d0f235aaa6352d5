"""The viewer on a bare page before our real routes, so that a test chooses the scene and reads exactly what was drawn."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import numpy as np
import uvicorn
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from core import signin
from core.access import Person, person
from core.workflow import images
from db.engine import snapshot, transaction
from pages.ui.gate import COOKIE
from pages.ui.i18n import use
from pages.ui.routes import ROUTES
from pages.ui.viewer import FOLDER, script
from pages.ui.viewer.scene import Scene, ct_scene
from pages.ui.viewer.words import words
from tests.build import PASSWORD, a_site, a_user

PAGE = """<!doctype html><html><body style="margin:0;background:#000"><div id="host"></div><script type="module">
import show from "/script.js";
const host = document.getElementById("host").attachShadow({ mode: "open" });
host.innerHTML = `<style>@STYLE@</style>@PARTS@`;
window.host = host;
window.sent = [];
window.give = (data) => show({ data, parentElement: host, setTriggerValue: (name, value) => window.sent.push([name, value]) });
window.ready = true;
</script></body></html>"""
BARE = (
    ".over, .labels, .legend, .value, .note { visibility: hidden; } .viewer { border-radius: 0; } .stage:focus-visible { outline: none; }"
)


@contextmanager
def served() -> Iterator[str]:
    """The address of the page and of our routes, in this process and on this test's database."""
    html = PAGE.replace("@STYLE@", (FOLDER / "viewer.css").read_text("utf-8")).replace(
        "@PARTS@", (FOLDER / "viewer.html").read_text("utf-8")
    )

    async def page(request: Request) -> Response:
        return HTMLResponse(html)

    async def module(request: Request) -> Response:
        return Response(script(), media_type="text/javascript")

    app = Starlette(routes=[Route("/", page), Route("/script.js", module), *ROUTES])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def reader(login: str = "dana") -> tuple[Person, str]:
    """A doctor of the north clinic and the sign-in token."""
    with transaction() as session:
        user = a_user(session, login, site=a_site(session))
        token, _ = signin.sign_in(session, login, PASSWORD)
        return person(session, user.id or 0), token


@contextmanager
def viewer_at(browser: Browser, address: str, token: str, **options: Any) -> Iterator["Shown"]:
    context = browser.new_context(viewport={"width": 900, "height": 700}, base_url=address, **options)
    context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda problem: problems.append(str(problem)))
    page.goto("/")
    page.wait_for_function("window.ready")
    yield Shown(page)
    context.close()
    assert not problems, problems


def scene_of(who: Person, exam: int, **more: Any) -> Scene:
    """What the page would give the viewer."""
    use("en")
    with snapshot() as session:
        return {**ct_scene(images.ct(session, who, exam)), "words": words("ct"), "measurements": [], **more}


class Shown:
    """One viewer and what it says of itself."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, scene: Scene) -> "Shown":
        self.page.evaluate("scene => void window.give(scene)", scene)
        self.page.wait_for_function("() => host.querySelector('.viewer').dataset.full", timeout=25_000)
        self.settled()
        return self

    def told(self) -> dict[str, str]:
        found: dict[str, str] = self.page.evaluate("() => ({...host.querySelector('.viewer').dataset})")
        return found

    def settled(self) -> None:
        """Two frames and the time after which the value under the pointer is read."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 120))))")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.settled()

    def plane(self, name: str = "axial", *, side: int = 0) -> dict[str, Any]:
        planes = json.loads(self.told()["planes"])
        found: dict[str, Any] = next(one for one in planes if one["plane"] == name and one["side"] == side)
        return found

    def offset(self) -> tuple[float, float]:
        box = self.page.locator(".viewer .stage").bounding_box()
        assert box is not None
        return box["x"], box["y"]

    def screen(self, plane: dict[str, Any], column: float, row: float) -> tuple[float, float]:
        """Where on the page an image point lies (columns and rows counted from the corner of the image)."""
        x, y = self.offset()
        return x + plane["origin"][0] + column * plane["scale"][0], y + plane["origin"][1] + row * plane["scale"][1]

    def grey(self, name: str = "axial", *, side: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Grey values drawn in the middle of a plane with the column and row of the image below each, by its nearest pixel."""
        plane = self.plane(name, side=side)
        self.page.evaluate(
            "css => { const s = document.createElement('style'); s.id = 'bare'; s.textContent = css; host.append(s); }", BARE
        )
        shot = np.asarray(Image.open(BytesIO(self.page.locator(".viewer .stage").screenshot())).convert("RGB")).astype(int)
        self.page.evaluate("() => host.querySelector('#bare').remove()")
        x0, y0, w, h = (int(value) for value in plane["rect"])
        part = shot[y0 : y0 + h, x0 : x0 + w]
        columns = _nearest((np.arange(w) + 0.5 + x0 - plane["origin"][0]) / plane["scale"][0])
        rows = _nearest((np.arange(h) + 0.5 + y0 - plane["origin"][1]) / plane["scale"][1])
        return part, columns, rows

    def sent(self, name: str) -> list[Any]:
        found: list[Any] = self.page.evaluate("name => window.sent.filter(([n]) => n === name).map(([, value]) => value)", name)
        return found


def _nearest(places: NDArray[np.float64]) -> NDArray[np.int64]:
    """The pixel that each place lies in; -1 on the very edge between two, where either may be drawn."""
    return np.where(np.abs(places - np.rint(places)) < 1e-3, -1, np.floor(places)).astype(np.int64)

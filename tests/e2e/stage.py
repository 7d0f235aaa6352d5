"""The viewer alone in a real browser: our routes in this process, a page that mounts one scene, nothing of Streamlit around it."""

import shutil
import socket
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
from playwright.sync_api import Browser, Page, sync_playwright
from sqlmodel import select
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from core import signin
from core.access import Person, person
from core.workflow import images, pictures
from db.engine import snapshot, transaction
from db.tables import User
from pages.ui.gate import COOKIE
from pages.ui.routes import ROUTES
from pages.ui.viewer import FOLDER, script
from pages.ui.viewer.mammograms import mg_scene
from pages.ui.viewer.scene import ct_scene
from pages.ui.viewer.words import words
from tests.build import PASSWORD, a_site, a_user

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
    "--force-color-profile=srgb",
]
SIZE = {"width": 1366, "height": 768}
PAGE = """<!doctype html><meta charset="utf-8"><body style="margin:0;background:#000"><div id="place"></div>
<script type="module">
import show from "/viewer.js";
const root = document.getElementById("place").attachShadow({ mode: "open" });
window.mount = (data) => {
    root.innerHTML = window.parts;
    window.sent = {};
    window.leave = show({ data, parentElement: root, setTriggerValue: (name, value) => (window.sent[name] = value) });
};
window.again = (data) => show({ data, parentElement: root });
window.ready = true;
</script></body>"""


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def served() -> Iterator[str]:
    """The address of our image routes and the page, answered from the database that is connected now."""
    routes = [
        Route("/stage", lambda _: HTMLResponse(PAGE)),
        Route("/viewer.js", lambda _: Response(script(), media_type="text/javascript")),
        *ROUTES,
    ]
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        _until(lambda: server.started)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


@contextmanager
def staged(browser: Browser, address: str, *, scale: float = 1, touch: bool = False, init: str = "") -> Iterator[Page]:
    """A page of dana, a doctor of the north clinic, ready to mount a scene; every script error fails the test."""
    with transaction() as session:
        a_user(session, "dana", site=a_site(session))
        token, _ = signin.sign_in(session, "dana", PASSWORD)
    context = browser.new_context(viewport=SIZE, base_url=address, device_scale_factor=scale, has_touch=touch)  # type: ignore[arg-type]
    context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    page = context.new_page()
    page.set_default_timeout(30_000)
    if init:
        page.add_init_script(init)
    problems: list[str] = []
    page.on("pageerror", lambda problem: problems.append(str(problem)))
    page.goto("/stage")
    page.wait_for_function("window.ready")
    yield page
    context.close()
    assert not problems


def dana() -> Person:
    with snapshot() as session:
        return person(session, session.exec(select(User.id).where(User.login == "dana")).one() or 0)


def breast_scene(exam_id: int) -> dict[str, Any]:
    """The scene of a mammography exam as the page of a case makes it."""
    who = dana()
    with snapshot() as session:
        found = pictures.pictures(session, who, exam_id)
        return mg_scene(exam_id, found, expected=pictures.expected_views(session, who, exam_id))


def chest_scene(exam_id: int) -> dict[str, Any]:
    """The scene of a CT exam as the page of a case makes it, without AI."""
    who = dana()
    with snapshot() as session:
        return ct_scene(images.ct(session, who, exam_id))


NO_WEBGL = """{
    const old = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) { return kind === "webgl2" ? null : old.call(this, kind, ...rest); };
}"""


def mount(page: Page, scene: dict[str, Any], *, wait: str = "full") -> None:
    """Show a scene and wait until it reports `wait`."""
    parts = (FOLDER / "viewer.html").read_text("utf-8")
    page.evaluate("parts => { window.parts = parts; }", f"<style>{(FOLDER / 'viewer.css').read_text('utf-8')}</style>{parts}")
    page.evaluate("data => window.mount(data)", {**scene, "words": words(scene["kind"])})
    page.locator(f".viewer[data-{wait}]").wait_for()
    settle(page)


def settle(page: Page) -> None:
    """Two frames later everything asked for is drawn."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))")


def press(page: Page, key: str) -> None:
    page.keyboard.press(key)
    settle(page)


def told(page: Page) -> dict[str, str]:
    """What the viewer reports of itself."""
    found: dict[str, str] = page.locator(".viewer").evaluate("viewer => ({...viewer.dataset})")
    return found


def canvas(page: Page) -> NDArray[np.int16]:
    """(Y, X, 3) the image canvas alone, in device pixels: text and marks are put away while it is looked at."""
    page.locator(".viewer").evaluate(
        "v => { for (const n of ['over', 'value', 'note']) v.querySelector('.' + n).style.visibility = 'hidden'; }"
    )
    shot = page.locator(".viewer .stage").screenshot()
    page.locator(".viewer").evaluate("v => { for (const n of ['over', 'value', 'note']) v.querySelector('.' + n).style.visibility = ''; }")
    return np.asarray(Image.open(BytesIO(shot)).convert("RGB")).astype(np.int16)


def stage_shot(page: Page) -> NDArray[np.int16]:
    """(Y, X, 3) everything on the stage."""
    return np.asarray(Image.open(BytesIO(page.locator(".viewer .stage").screenshot())).convert("RGB")).astype(np.int16)


def written(page: Page) -> list[str]:
    """Every text that is drawn over the images from now on; call it after `record`."""
    found: list[str] = page.evaluate("() => window.texts")
    return found


RECORD = """{
    window.texts = [];
    const fill = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        window.texts.push(text);
        return fill.call(this, text, ...rest);
    };
    const clear = CanvasRenderingContext2D.prototype.clearRect;
    CanvasRenderingContext2D.prototype.clearRect = function (...rest) {
        window.texts.length = 0;
        return clear.call(this, ...rest);
    };
}"""


def _until(holds: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError("the server did not start")
        time.sleep(0.01)

"""What browser tests of the reading room share: a signed-in window, the sitting's first case, and everything that came over the network."""

import base64
import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, WebSocket, expect
from sqlmodel import func, select

from db.engine import snapshot, transaction
from db.tables import Read
from tests import reading_build as room
from tests.build import a_policy

CODE = (".js", ".css", ".woff2", ".svg")  # the same for everybody, whatever the AI said
WATCH = """() => {
  const front = () => ["slot_0", "slot_1"].find((name) => {
    const place = document.querySelector(`.st-key-${name}`);
    return place && getComputedStyle(place).display !== "none";
  });
  const inside = (name) => [...document.querySelectorAll(`.st-key-${name} *`)];
  const viewer = (name) => inside(name).map((one) => one.shadowRoot?.querySelector(".viewer")).find(Boolean);
  window.drawn = [];
  window.decide = () => {
    const [before, began] = [front(), performance.now()];
    let frames = null;
    let ahead = 0;
    const look = () => {
      const now = front();
      const shown = now && now !== before ? viewer(now) : null;
      if (shown && frames === null) [frames, ahead] = [Number(shown.dataset.frames ?? 0), Number(shown.dataset.loaded ?? 0)];
      const there = shown && Number(shown.dataset.loaded ?? 0) > 0 && Number(shown.dataset.frames ?? 0) > frames;
      if (there) window.drawn.push([performance.now() - began, ahead]);
      else requestAnimationFrame(look);
    };
    look();
  };
}"""
"""Milliseconds from `decide()` until the other viewer is in sight and has drawn its images, and how many were there before it was seen."""


class Traffic:
    """Everything that the server sent to one window: answers as the browser recorded them, and the frames of the web socket."""

    def __init__(self, record: Path) -> None:
        self.record = record
        self.frames: list[bytes] = []

    def listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.frames.append(frame.encode() if isinstance(frame, str) else frame))

    def came(self) -> list[tuple[str, bytes]]:
        """Where from and what, once the window is closed; code is left out, which is the same for everybody."""
        entries = json.loads(self.record.read_text("utf-8"))["log"]["entries"]
        answers = [(entry["request"]["url"], entry["response"]["content"]) for entry in entries]
        bodies = [(url, _body(content)) for url, content in answers if not urlsplit(url).path.endswith(CODE)]
        return [*bodies, *(("web socket", frame) for frame in self.frames)]

    def with_ai(self) -> list[str]:
        """Where something that the AI said is found: as text, or as a floating-point number."""
        numbers = (room.SIDE, room.HERE, room.SUSPICION)
        packed = [struct.pack(form, value) for value in numbers for form in ("<d", "<f", ">d", ">f")]
        wanted = [*(secret.encode() for secret in room.SECRETS), *packed]
        return [f"{place}: {secret!r}" for place, body in self.came() for secret in wanted if secret in body]


def _body(content: dict[str, str]) -> bytes:
    text = content.get("text", "")
    return base64.b64decode(text) if content.get("encoding") == "base64" else text.encode()


@contextmanager
def signed_in(browser: Browser, address: str, login: str, *, scheme: str = "dark", traffic: Traffic | None = None) -> Iterator[Page]:
    """A person's window at 1366 × 768; the content policy is off because axe is put into the page."""
    size = {"width": 1366, "height": 768}
    kept = {"record_har_path": traffic.record, "record_har_content": "embed"} if traffic else {}
    context = browser.new_context(viewport=size, base_url=address, color_scheme=scheme, bypass_csp=True, **kept)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    if traffic:
        page.on("websocket", traffic.listen)
    page.goto("/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", room.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    yield page
    context.close()


def begin(page: Page, programme: str = "breast") -> str:
    """Start a sitting by its key; the first case."""
    page.goto(f"/session?programme={programme}")
    page.get_by_role("button", name="Start reading").wait_for()
    page.keyboard.press("Control+Enter")
    return case(page)


def desk(page: Page) -> Locator:
    return page.locator(".st-key-desk-normal .desk[data-case]")


def case(page: Page) -> str:
    """The exam in hand, once the whole desk is about it."""
    here = desk(page).get_attribute("data-case") or ""
    page.locator(f'.st-key-desk-others .desk[data-case="{here}"]').wait_for(state="attached")
    return here


def unlocked(page: Page) -> None:
    """Wait until an opinion may be signed."""
    page.locator('.st-key-desk-normal .desk[data-locked="0"]').wait_for(state="attached")


def next_case(page: Page, before: str) -> str:
    """Wait for a case other than `before`."""
    page.locator(f'.st-key-desk-normal .desk[data-case]:not([data-case="{before}"])').wait_for(state="attached")
    return case(page)


def loaded(page: Page) -> None:
    """Wait until all four views are in the viewer in sight."""
    page.locator('.viewer[data-loaded="4"]:visible').wait_for()


def normal(page: Page, before: str) -> str:
    """Sign the case in hand as normal by its key; the next one."""
    unlocked(page)
    page.keyboard.press("Shift+Digit1")
    return next_case(page, before)


def reads() -> int:
    with snapshot() as session:
        return session.exec(select(func.count()).select_from(Read)).one()


def policy(**settings: object) -> None:
    """Double, blind reading of mammograms with these settings."""
    with transaction() as session:
        a_policy(session, "breast", "after_read", **settings)

"""What is measured in the browser. Times are those of the page's own clock; an image counts as shown when it was drawn."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from core.demonstration.bench_data import READERS
from core.demonstration.people import PASSWORD
from pages.ui.bench.web import Web, resident_mb

WAIT_MS = 120_000
SEEN = ".viewer:visible"
SCROLL = """(viewer, steps) => new Promise(done => {
    const began = performance.now();
    let left = steps, frames = Number(viewer.dataset.frames), slice = viewer.dataset.slice;
    const press = () => window.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true, cancelable: true }));
    const turn = () => {
        if (Number(viewer.dataset.frames) > frames && viewer.dataset.slice !== slice) {
            [frames, slice] = [Number(viewer.dataset.frames), viewer.dataset.slice];
            if (!--left) return done({ seconds: (performance.now() - began) / 1000, slice });
            press();
        }
        requestAnimationFrame(turn);
    };
    press();
    requestAnimationFrame(turn);
})"""
NEXT = """() => new Promise((done, failed) => {
    const shown = () => {
        const roots = [];
        const walk = node => { for (const one of node.querySelectorAll("*")) {
            if (one.matches(".viewer") && one.offsetParent !== null) roots.push(one);
            if (one.shadowRoot) walk(one.shadowRoot);
        } };
        walk(document);
        return roots;
    };
    const before = shown()[0];
    let began = 0;
    const looked = () => {
        const now = shown().find(one => one !== before && one.dataset.first && Number(one.dataset.frames) > 0);
        if (now) return requestAnimationFrame(() => done(performance.now() - began));
        if (performance.now() - began > 60000) return failed(new Error("no next case within 60 s"));
        requestAnimationFrame(looked);
    };
    window.addEventListener("keydown", () => { began = performance.now(); looked(); }, { capture: true, once: true });
    window.benchReady = true;
})"""


@contextmanager
def reader(browser: Browser, web: Web, login: str = READERS[0]) -> Iterator[Page]:
    """A window of 1366 × 768 in which a reader is signed in."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=web.address)
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto("/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "sign-in" not in url)
    yield page
    context.close()


def opened(page: Page, exam_id: int, milestone: str) -> dict[str, float]:
    """Milliseconds until the case was asked for, its first image, its screening views and all images were there."""
    began = time.perf_counter()
    page.goto(f"/case?exam={exam_id}")
    page.locator(".viewer[data-first]").wait_for()
    page_ms = (time.perf_counter() - began) * 1000
    page.locator(f".viewer[data-{milestone}]").wait_for()
    told = page.locator(".viewer").evaluate("viewer => ({...viewer.dataset})")
    return {"page": page_ms, **{name: float(told[name]) for name in ("first", "views", "full") if name in told}}


def scrolled(page: Page, steps: int) -> float:
    """Images a second while every slice is drawn one after the other from the head."""
    page.locator(".viewer .stage").focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(300)
    told: dict[str, Any] = page.locator(".viewer").evaluate(SCROLL, steps)
    return steps / float(told["seconds"])


def memory_mb(browser: Browser) -> dict[str, float]:
    """Memory of Chromium by kind of process ("renderer", "GPU" …)."""
    session = browser.new_browser_cdp_session()
    found: dict[str, float] = {}
    for process in session.send("SystemInfo.getProcessInfo")["processInfo"]:
        found[process["type"]] = found.get(process["type"], 0.0) + resident_mb(int(process["id"]))
    session.detach()
    return found


def next_case(page: Page, programme: str) -> float:
    """Milliseconds from the key of a normal read until the next case's first image stands on the screen; it was loaded ahead."""
    page.goto(f"/session?programme={programme}")
    page.get_by_role("button", name="Start reading").click()
    page.locator(f"{SEEN}[data-first]").wait_for()
    _loaded_ahead(page)
    page.wait_for_timeout(6000)  # the lock-out against double clicks
    page.evaluate(f"() => {{ window.benchNext = ({NEXT})(); }}")
    page.wait_for_function("window.benchReady")
    page.keyboard.press("Shift+Digit1")
    return float(page.evaluate("() => window.benchNext"))


def _loaded_ahead(page: Page) -> None:
    """Wait until the hidden viewer of the next case has its first image."""
    hidden = page.locator(".viewer[data-first]")
    end = time.monotonic() + WAIT_MS / 1000
    while hidden.count() < 2:
        if time.monotonic() > end:
            raise RuntimeError(f"the next case was not loaded ahead; {hidden.count()} of two viewers have an image")
        page.wait_for_timeout(100)

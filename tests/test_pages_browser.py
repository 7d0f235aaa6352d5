"""The coordinator's day in a real browser: rows change in place, filters live in the address, theme and language hold."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright
from sqlmodel import select

from core.signin import hash_password
from db.engine import transaction
from db.tables import User
from tests.pages import cases, people
from tests.web import web as serving

CHROMIUM = shutil.which("chromium")
PASSWORD = "a long pass word"
pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")]


@pytest.fixture
def web(sqlite_database: str, folder: Path) -> Iterator[str]:
    """The web process on the test's own data, with twelve cases that wait."""
    people()
    cases(12)
    with transaction() as session:
        for user in session.exec(select(User)):
            user.password_hash = hash_password(PASSWORD)
    with serving(folder) as address:
        yield address


@pytest.fixture
def page(web: str) -> Iterator[Page]:
    """A coordinator who is signed in and looks at the triage queue, at the size of a small screen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_context(viewport={"width": 1366, "height": 768}, bypass_csp=True).new_page()
        opened.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        opened.goto(f"{web}/triage")
        opened.fill("#login", "coordinator")
        opened.fill("#password", PASSWORD)
        opened.click("button")
        opened.wait_for_selector("tbody tr")
        yield opened
        browser.close()


def test_the_queue_keeps_its_place_while_it_updates(page: Page) -> None:
    frame = page.locator(".frame").first
    page.locator("tbody input[type=checkbox]").nth(2).check()
    expect(page.get_by_role("button", name="Claim 1")).to_be_visible()
    frame.evaluate("frame => { frame.scrollTop = 90; frame.querySelector('tbody tr').dataset.known = 'yes'; }")
    page.wait_for_timeout(7_000)  # longer than one refresh of the queue
    assert (frame.evaluate("frame => frame.scrollTop"), page.locator("tbody input:checked").count()) == (90, 1)
    assert page.locator("tbody tr[data-known]").count() == 1  # the same row, not a new one in its place


def test_filters_live_in_the_address(page: Page) -> None:
    page.get_by_role("button", name="Claim", exact=True).first.click()
    page.locator(".group button", has_text="Claimed").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "state=claimed" in page.url
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("No case fits these filters.")).to_be_visible()


def test_a_click_on_a_bar_filters(page: Page) -> None:
    page.wait_for_selector(".barlayer .point")
    bar = page.locator(".js-plotly-plot").nth(1).locator(".barlayer .point").nth(0).bounding_box()
    assert bar is not None
    page.mouse.click(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    expect(page.locator("tbody tr")).to_have_count(6)  # the six that were not scored
    assert "score=" in page.url


def test_theme_and_language_hold_on_every_page(page: Page, web: str) -> None:
    page.locator(".fl-strip").get_by_text("Dark").click()
    page.wait_for_load_state()
    page.goto(f"{web}/recalls")
    page.wait_for_selector("h1")
    assert page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor") == "rgb(15, 21, 24)"
    page.locator(".fl-strip a[lang=zh]").click()
    expect(page.locator("h1")).to_have_text("召回")
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebar").locator("button", has_text="English").click()
    expect(page.locator("h1")).to_have_text("Recalls")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible(page: Page, web: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for address in ("today", "triage", "upload", "participants", "recalls"):
        page.goto(f"{web}/{address}")
        page.wait_for_selector("h1")
        page.wait_for_load_state("networkidle")
        found = Axe().run(page).response["violations"]
        assert not found, (address, [(one["id"], one["nodes"][0]["html"][:200]) for one in found])

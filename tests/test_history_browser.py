"""A history as it stands on the screen and on paper: nothing lies on anything else, at both sizes and in both themes."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page

from core.access import Person, person
from core.clock import now
from db.engine import transaction
from db.enums import OutcomeKind, ProgrammeDecision
from tests.build import PASSWORD, a_decision, a_model, a_participant, a_read, a_run, a_user, an_exam, an_outcome
from tests.e2e.product import CHROMIUM, chromium
from tests.test_history import four_rounds
from tests.web import web

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
OVERLAPS = """() => {
  const main = document.querySelector('[data-testid="stMainBlockContainer"]');
  const boxes = [];
  const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {  // the frame stays where it is while the page scrolls under it
    const around = node.parentElement;
    if (!node.nodeValue.trim() || around.closest(".fl-foot, .fl-strip, style")) continue;
    if (!around.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) boxes.push({ box, node, text: node.nodeValue });
  }
  for (const node of main.querySelectorAll('[data-testid^="stBidiComponent"], .plot-container'))
    boxes.push({ box: node.getBoundingClientRect(), node, text: node.dataset.testid ?? "plot" });
  const found = [];
  for (const [i, one] of boxes.entries()) for (const other of boxes.slice(i + 1)) {
    if (one.node === other.node || one.node.contains(other.node) || other.node.contains(one.node)) continue;
    const [a, b] = [one.box, other.box];
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left), down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (across > 2 && down > 4) found.push([one.text.slice(0, 60), other.text.slice(0, 60), across, down]);
  }
  return { found, counted: boxes.length, wide: document.documentElement.scrollWidth - innerWidth };
}"""


@pytest.fixture
def participant(sqlite_database: str) -> int:
    with transaction() as session:
        dana: Person = person(session, a_user(session, "dana").id or 0)
        return four_rounds(session, dana).id or 0


@pytest.fixture
def address(participant: int, folder: Path) -> Iterator[str]:
    with web(folder) as found:
        yield found


def enter(browser: Browser, address: str, path: str, *, size: tuple[int, int], scheme: str) -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, base_url=address, color_scheme=scheme  # type: ignore[arg-type]
    )  # fmt: skip
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("input[name=login]", "dana")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.get_by_text("Reading list").first.wait_for()
    page.goto(path)
    return page


def _until(page: Page, holds: str) -> None:
    """Asked again and again from here: the page's content policy lets no script of ours wait inside of it."""
    end = time.monotonic() + 30
    while not page.evaluate(holds):
        assert time.monotonic() < end, holds


def test_nothing_overlaps_and_paper_holds_everything(address: str, participant: int) -> None:
    with chromium() as browser:
        for size, scheme in (((1366, 768), "light"), ((1366, 768), "dark"), ((2560, 1440), "light"), ((2560, 1440), "dark")):
            page = enter(browser, address, f"/participant?participant={participant}", size=size, scheme=scheme)
            page.get_by_role("button", name="Write the letter").wait_for(timeout=60_000)
            page.locator(".js-plotly-plot .main-svg").nth(1).wait_for(timeout=60_000)
            seen = page.evaluate(OVERLAPS)
            assert seen["found"] == []
            assert seen["counted"] > 60
            assert seen["wide"] <= 0
            if (size[0], scheme) == (1366, "dark"):
                page.evaluate("window.print = () => {}")
                page.get_by_role("button", name="Print").click()
                _until(page, "document.querySelector('.js-plotly-plot .main-svg').getBoundingClientRect().width <= 700")
                paper = page.pdf(format="A4")
            page.context.close()
    document = pypdfium2.PdfDocument(paper)
    text = " ".join(document[i].get_textpage().get_text_range() for i in range(len(document)))
    grey = document[0].render(scale=0.3).to_numpy()[..., :3].mean()
    document.close()
    assert grey > 200, "black on white, also from the dark theme"
    for expected in ("Lung, round 1", "Lung, round 4", "Nodule volume", "Compare two exams"):
        assert expected in text, expected
    assert "Write a report" not in text


def test_from_an_interval_cancer_to_the_images_and_both_reads_in_three_clicks(sqlite_database: str, folder: Path) -> None:
    with transaction() as session:
        readers = [person(session, a_user(session, login).id or 0) for login in ("dana", "emil")]
        exam = an_exam(session, participant=a_participant(session, "Missed^Ruth"), programme="breast", days_ago=300, images=0)
        run = a_run(session, exam, step=3, version=a_model(session, "mammography", tag="3"))
        for reader in readers:
            a_read(session, exam, reader, category="1", decision=ProgrammeDecision.routine_recall, days_ago=298)
        a_decision(session, exam, readers[1], category="1", days_ago=0)
        an_outcome(session, exam, kind=OutcomeKind.interval_cancer, days_ago=60)
        assert run.finished_at <= now()
    with web(folder) as address, chromium() as browser:
        page = enter(browser, address, "/participants", size=(1366, 768), scheme="light")
        page.get_by_text("Missed, Ruth").first.click()
        card = page.locator(".st-key-missed")
        card.wait_for(timeout=60_000)
        for expected in ("Interval cancer on", "Dana Test", "Emil Test", "score 3 of 10", "mammography.3"):
            assert expected in card.inner_text(), expected
        card.get_by_text("Open the images and reads").click()
        page.get_by_text("Reads", exact=True).wait_for(timeout=60_000)
        said = page.locator('[data-testid="stMain"]').inner_text()
        assert "Dana Test" in said
        assert "Emil Test" in said
        assert "Score 3 of 10" in said


def test_a_letter_is_looked_at_kept_and_opened(address: str, participant: int) -> None:
    with chromium() as browser:
        page = enter(browser, address, f"/participant?participant={participant}", size=(1366, 768), scheme="light")
        page.get_by_role("button", name="Write the letter").click()
        page.get_by_role("dialog").get_by_text("Dear").wait_for(timeout=60_000)
        assert "尊敬的" not in page.get_by_role("dialog").inner_text()
        page.get_by_role("dialog").get_by_text("中文").click()
        page.get_by_role("dialog").get_by_text("尊敬的陈美玲").wait_for(timeout=60_000)
        page.get_by_role("button", name="Keep this document").click()
        page.locator('a[href="/api/document/2"]').wait_for(timeout=60_000)  # 1 was written with the history
        answer = page.context.request.get("/api/document/2")
        assert answer.headers["content-type"] == "application/pdf"
        document = pypdfium2.PdfDocument(io.BytesIO(answer.body()))
        assert "尊敬的陈美玲" in document[0].get_textpage().get_text_range()
        document.close()

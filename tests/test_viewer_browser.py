"""The viewer in a real browser: what it shows is what is stored, where it lies, for whoever may see it."""

import json
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from sqlmodel import select

from db.engine import transaction
from db.tables import Exam, Instance
from tests.build import PASSWORD, a_finding, a_model, a_run, a_site, a_user
from tests.image_build import a_ct, a_mammography
from tests.web import web as serving

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
LOSE = """canvas => {
    const lost = canvas.getContext("webgl2").getExtension("WEBGL_lose_context");
    lost.loseContext();
    setTimeout(() => lost.restoreContext(), 300);
}"""
NO_WEBGL = """{
    const old = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) { return kind === "webgl2" ? null : old.call(this, kind, ...rest); };
}"""
pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def web(sqlite_database: str, folder: Path) -> Iterator[str]:
    """The web process on the test's own data."""
    with serving(folder) as address:
        yield address


@pytest.fixture
def dana(web: str, browser: Browser) -> Iterator[Page]:
    """A doctor's browser; every request that leaves the machine fails the test."""
    with transaction() as session:
        a_user(session, "dana", site=a_site(session))
    context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=web)
    page = context.new_page()
    strangers: list[str] = []
    page.on("request", lambda request: strangers.append(request.url) if not request.url.startswith((web, "data:", "blob:")) else None)
    page.goto("/sign-in")
    page.fill("[name=login]", "dana")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "sign-in" not in url)
    yield page
    context.close()
    assert not strangers


def opened(page: Page, exam: int) -> None:
    page.goto(f"/case?exam={exam}")
    page.wait_for_selector(".viewer[data-full]", timeout=60_000)


def told(page: Page) -> dict[str, str]:
    """What the viewer reports of itself."""
    found: dict[str, str] = json.loads(page.locator(".viewer").evaluate("viewer => JSON.stringify(viewer.dataset)"))
    return found


def until(page: Page, name: str, value: str) -> None:
    page.locator(f'.viewer[data-{name}="{value}"]').wait_for(timeout=10_000)


def with_marks(exam_id: int) -> None:
    """Two nodules, on slices 4 and 15 from the foot."""
    with transaction() as session:
        exam = session.get_one(Exam, exam_id)
        uids = session.exec(select(Instance.sop_uid).order_by(Instance.id)).all()
        run = a_run(session, exam, version=a_model(session))
        for number, k in ((1, 15), (2, 4)):
            mask = {"first": [k, 10, 8], "shape": [1, 6, 6], "runs": [0, 36]}
            place = {"slice": k, "slices": [k, k], "box": [8, 10, 14, 16], "mask": mask}
            said = {"mean_diameter_mm": 6.0 + number, "malignancy": 0.9 / number, "laterality": "L"}
            a_finding(session, run, number=number, sop_uid=uids[k], place=place, **said)


def test_values_under_the_pointer_are_those_of_the_file(dana: Page, tmp_path: Path) -> None:
    opened(dana, a_ct(tmp_path))
    stage = dana.locator(".viewer .stage").bounding_box()
    assert stage is not None
    for x, y in ((0.5, 0.5), (0.45, 0.3), (0.55, 0.8)):
        dana.mouse.move(stage["x"] + x * stage["width"], stage["y"] + y * stage["height"])
        seen = told(dana)
        column, row, k = (int(part) for part in seen["voxel"].split(","))
        assert int(seen["value"]) == 100 * k + row - 1024
        assert 0 <= column < 24


def test_every_way_of_scrolling_moves_slice_by_slice(dana: Page, tmp_path: Path) -> None:
    opened(dana, a_ct(tmp_path))
    assert told(dana)["slice"] == "10"
    for key, slice_ in (("ArrowDown", "9"), ("ArrowUp", "10"), ("PageDown", "0"), ("PageUp", "10")):
        dana.keyboard.press(key)
        until(dana, "slice", slice_)
    dana.locator(".viewer .stage").hover()
    dana.mouse.wheel(0, 100)
    until(dana, "slice", "9")
    dana.locator(".viewer .rail").fill("1")
    until(dana, "slice", "19")


def test_marks_lie_on_their_slices_and_can_be_jumped_to_and_hidden(dana: Page, tmp_path: Path) -> None:
    exam = a_ct(tmp_path)
    with_marks(exam)
    opened(dana, exam)
    assert told(dana)["slice"] == "15"
    assert yellow(dana) > 20
    dana.keyboard.press("h")
    dana.wait_for_timeout(200)
    assert yellow(dana) == 0
    dana.keyboard.press("h")
    dana.keyboard.press("ArrowDown")
    until(dana, "slice", "14")
    dana.wait_for_timeout(200)
    assert yellow(dana) == 0
    dana.keyboard.press("n")
    until(dana, "slice", "15")
    dana.keyboard.press("n")
    until(dana, "slice", "4")
    dana.get_by_text("7.0 mm", exact=True).click()
    until(dana, "slice", "15")


def test_a_lost_graphics_context_comes_back_with_the_same_slice(dana: Page, tmp_path: Path) -> None:
    opened(dana, a_ct(tmp_path))
    dana.keyboard.press("PageDown")
    before = greys(dana)
    dana.locator(".viewer canvas.image").evaluate(LOSE)
    dana.wait_for_timeout(2500)
    assert told(dana)["slice"] == "0"
    assert np.abs(greys(dana) - before).max() <= 1


def test_without_webgl_pictures_are_shown_and_it_says_so(dana: Page, tmp_path: Path) -> None:
    dana.add_init_script(NO_WEBGL)
    dana.goto(f"/case?exam={a_ct(tmp_path)}")
    dana.wait_for_selector(".viewer[data-plain]", timeout=60_000)
    assert dana.get_by_text("no WebGL2").is_visible()
    picture = dana.locator(".viewer .pictures img")
    first = picture.get_attribute("src")
    dana.locator(".viewer .rail").fill("1")
    assert picture.get_attribute("src") != first


def test_a_monochrome1_twin_is_drawn_the_same(dana: Page, tmp_path: Path) -> None:
    pixels = np.random.default_rng(3).integers(0, 4096, (60, 40)).astype(np.uint16)
    pixels = np.kron(pixels, np.ones((8, 8), np.uint16))
    one = a_mammography(tmp_path / "1", pixels=pixels, person="M-1")
    two = a_mammography(tmp_path / "2", pixels=(4095 - pixels).astype(np.uint16), person="M-2", PhotometricInterpretation="MONOCHROME1")
    shots = []
    for exam in (one, two):
        opened(dana, exam)
        dana.wait_for_timeout(300)
        shots.append(greys(dana))
    assert shots[0].std() > 20
    assert np.abs(shots[0] - shots[1]).max() <= 1


def picture_of(page: Page) -> Any:
    return np.asarray(Image.open(BytesIO(page.locator(".viewer .stage").screenshot())).convert("RGB")).astype(int)


def greys(page: Page) -> Any:
    """The middle of the stage, where no text stands."""
    shot = picture_of(page)
    h, w = shot.shape[:2]
    return shot[h // 4 : 3 * h // 4, w // 4 : 3 * w // 4, 1]


def yellow(page: Page) -> int:
    """Pixels in the colour of AI marks (#FFD166)."""
    shot = picture_of(page)
    return int((np.abs(shot - [255, 209, 102]).max(axis=2) < 25).sum())

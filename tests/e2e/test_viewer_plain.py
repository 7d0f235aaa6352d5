"""A browser without WebGL2 gets pictures of the server: the right slice and view in the right window, marks, every key; it is told so."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page

from core.imaging.pixels import Window, windowed
from pages.ui.viewer.mammograms import with_mg_prior
from tests.dicom_build import ct_series, mammogram
from tests.e2e.stage import CHROMIUM, NO_WEBGL, breast_scene, chest_scene, chromium, mount, press, served, staged, told
from tests.image_build import VIEWS, a_ct, taken_in

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser, sqlite_database: str) -> Iterator[Page]:
    with served() as address, staged(browser, address, init=NO_WEBGL) as found:
        yield found


def figures(page: Page) -> list[dict[str, Any]]:
    """What each picture shows: its words, its lines, its marks, how it is turned, the address it came from."""
    found: list[dict[str, Any]] = page.locator(".viewer .plain").evaluate_all(
        """all => all.map(one => { const img = one.querySelector("img"); return {
            url: img.getAttribute("src"), alt: img.alt, shown: !img.hidden, turned: img.style.transform, side: img.style.objectPosition,
            lines: one.querySelector("figcaption").innerText, marks: [...one.querySelectorAll("svg text")].map(text => text.textContent),
            boxes: [...one.querySelectorAll("svg rect")].map(box => Number(box.getAttribute("x"))) } })"""
    )
    return found


def drawn(page: Page, number: int = 0) -> NDArray[np.uint8]:
    """The picture as the server sent it."""
    picture = page.locator(".viewer .plain img").nth(number)
    picture.evaluate("img => img.complete || new Promise(done => { img.onload = done; })")
    answer = page.request.get(page.url.replace("/stage", "") + str(picture.get_attribute("src")))
    assert answer.ok
    return np.asarray(Image.open(BytesIO(answer.body())))


def hu(k: int) -> NDArray[np.int16]:
    return (100 * k + np.arange(32)[:, None] - 1024 + np.zeros((1, 24))).astype(np.int16)


def grey(values: NDArray[Any], centre: float, width: float) -> NDArray[np.uint8]:
    return np.rint(windowed(values, Window(centre, width)) * 255).astype(np.uint8)


def test_every_slice_in_every_window_by_keyboard_and_wheel(page: Page, tmp_path: Path) -> None:
    mount(page, chest_scene(a_ct(tmp_path)), wait="plain")
    assert "no WebGL2" in page.locator(".viewer .note").inner_text()
    assert np.array_equal(drawn(page), grey(hu(10), -600, 1500))
    for key, k in (("ArrowDown", 9), ("ArrowUp", 10), ("PageUp", 19), ("End", 0)):
        page.locator(".viewer .stage").focus()
        press(page, key)
        assert told(page)["slice"] == str(k)
        assert np.array_equal(drawn(page), grey(hu(k), -600, 1500))
    page.locator(".viewer .stage").hover()
    page.mouse.wheel(0, -100)
    page.locator('.viewer[data-slice="1"]').wait_for()
    assert figures(page)[0]["lines"].endswith("Slice 19 of 20")
    for key, window in (("2", (40, 400)), ("3", (400, 1800)), ("1", (-600, 1500))):
        press(page, key)
        assert np.array_equal(drawn(page), grey(hu(1), *window))
    page.locator(".viewer .rail").fill("1")
    assert told(page)["slice"] == "19"


def test_marks_lie_on_their_slices_and_can_be_jumped_to_and_hidden(page: Page, tmp_path: Path) -> None:
    scene = chest_scene(a_ct(tmp_path))
    mask = {"first": [4, 10, 8], "shape": [1, 6, 6], "runs": [0, 36]}
    scene["marks"] = [
        {"number": 1, "slice": 4, "low": 4, "high": 5, "box": [8, 10, 14, 16], "centre": [11, 13], "mask": mask, "text": "1  7.0 mm"},
        {"number": 2, "slice": 15, "low": 15, "high": 15, "box": [8, 10, 14, 16], "centre": [11, 13], "mask": None, "text": "2  5.0 mm"},
    ]
    mount(page, scene, wait="plain")
    assert figures(page)[0]["marks"] == []
    press(page, "n")
    assert (told(page)["slice"], figures(page)[0]["marks"]) == ("4", ["1  7.0 mm"])
    assert page.locator(".viewer svg polygon").count() == 1
    press(page, "h")
    assert figures(page)[0]["marks"] == []
    press(page, "Shift+n")
    assert (told(page)["slice"], figures(page)[0]["marks"]) == ("15", ["2  5.0 mm"])


def test_a_lost_slice_keeps_its_place_and_says_so(page: Page, tmp_path: Path) -> None:
    whole = ct_series(20)
    mount(page, chest_scene(taken_in(tmp_path, whole[:8] + whole[11:])), wait="plain")
    said = []
    for _ in range(20):
        press(page, "ArrowDown")
    for _ in range(20):
        said.append((figures(page)[0]["lines"].splitlines()[-1], figures(page)[0]["shown"]))
        press(page, "ArrowUp")
    assert said[8:11] == [("Slice missing", False)] * 3
    assert all(shown for line, shown in said[:8] + said[11:])


def breast(side: str, edge: str) -> NDArray[np.uint16]:
    pixels = np.zeros((300, 200), np.uint16)
    pixels[60:240, :120] = np.linspace(500, 4000, 120).astype(np.uint16)
    return pixels if edge == "left" else np.ascontiguousarray(pixels[:, ::-1])


def test_mammograms_hang_as_elsewhere_in_the_window_asked_for(page: Page, tmp_path: Path) -> None:
    edges = ("right", "right", "right", "left")  # the left CC stands the wrong way round
    views = [mammogram(breast(side, edge), side=side, view=view) for (side, view), edge in zip(VIEWS, edges, strict=True)]
    scene = breast_scene(taken_in(tmp_path, together(views)))
    scene["images"][1]["marks"] = [{"number": 1, "box": [100, 50, 140, 90], "contours": [], "text": "1  0.50"}]
    mount(page, scene, wait="plain")
    seen = figures(page)
    assert [one["alt"] for one in seen] == ["R CC", "L CC", "R MLO", "L MLO"]
    assert [one["turned"] for one in seen] == ["", "scaleX(-1)", "", ""]
    assert "check the side" in seen[1]["lines"]
    assert seen[1]["boxes"] == [60]  # mirrored with the picture: 200 - 140
    press(page, "h")
    assert figures(page)[1]["boxes"] == []
    pixels = breast("R", "right")
    assert np.array_equal(drawn(page), grey(pixels, 2048, 4096))
    press(page, ".")
    press(page, "[")
    moved = grey(pixels, 2048 + 0.05 * 4096, 4096 * round(1.15**-1, 3))
    assert np.abs(drawn(page).astype(int) - moved).max() <= 1
    press(page, "1")
    assert np.array_equal(drawn(page), grey(pixels, 2048, 4096))
    press(page, "o")
    assert [one["alt"] for one in figures(page)] == ["R CC"]


def together(datasets: list[Any], person: str = "M-1") -> list[Any]:
    for dataset in datasets:
        dataset.PatientID, dataset.StudyInstanceUID = person, datasets[0].StudyInstanceUID
    return datasets


def test_missing_views_and_the_earlier_exam_stand_in_their_places(page: Page, tmp_path: Path) -> None:
    before, now = (
        [mammogram(breast(side, "left" if side == "L" else "right"), side=side, view=view) for side, view in taken]
        for taken in (VIEWS[:2], VIEWS[::2])
    )
    before = breast_scene(taken_in(tmp_path / "before", together(before, "M-2")))
    now = breast_scene(taken_in(tmp_path / "now", together(now)))
    mount(page, with_mg_prior(now, before, title="Prior, 12 Nov 2024"), wait="plain")
    assert [one["lines"] for one in figures(page)] == ["R CC", "L CC did not come", "R MLO", "L MLO did not come"]
    press(page, "p")
    lines = [one["lines"] for one in figures(page)]
    assert lines[0] == "R CC\nPrior, 12 Nov 2024"
    assert lines[2] == "The earlier exam has no R MLO"


def test_a_picture_that_does_not_come_is_named(page: Page, tmp_path: Path) -> None:
    views = [mammogram(breast(side, "left" if side == "L" else "right"), side=side, view=view) for side, view in VIEWS]
    scene = breast_scene(taken_in(tmp_path, together(views)))
    page.route(f"**{scene['images'][3]['url']}/picture.png*", lambda route: route.fulfill(status=500))
    mount(page, scene, wait="plain")
    page.locator(".viewer figcaption.alarm").wait_for()
    assert "could not be loaded" in figures(page)[3]["lines"]

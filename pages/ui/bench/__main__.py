"""Makes the data, starts web process and browser, measures, and prints a table and JSON beside what was asked for."""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from core.demonstration import bench_data
from core.demonstration.bench_data import READERS
from core.start import prepare
from pages.ui.bench import measures
from pages.ui.bench.table import Figure, table
from pages.ui.bench.web import Web, point_at, running

FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
]
USUAL, LONG = 261, 600  # slices


def main() -> int:
    """0 when every target was met, 1 when one was missed."""
    parser = argparse.ArgumentParser(prog="python -m pages.ui.bench", description="Measure the reading room in headless Chromium.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="make the data there, or take what is there; it is measured on a copy")
    given = parser.parse_args()
    browser_path = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as temporary:
        made = given.keep or Path(temporary) / "made"
        exams = _exams(made)
        data = shutil.copytree(made, Path(temporary) / "measured", copy_function=_copied)
        with running(data) as web, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
            figures = []
            for figure in _figures(browser, web, exams):
                figures.append(figure)
                sys.stderr.write(table([figure]).splitlines()[1] + "\n")
            browser.close()
    sys.stdout.write(table(figures) + "\n")
    if given.json:
        given.json.write_text(json.dumps([figure.as_json() for figure in figures], indent=1) + "\n")
    return 0 if all(figure.met for figure in figures) else 1


def _exams(data: Path) -> dict[str, int]:
    """Names of exams and their ids; made where the folder has none."""
    kept = data / "bench.json"
    if not kept.is_file():
        data.mkdir(parents=True, exist_ok=True)
        point_at(data)
        prepare()
        made = bench_data.make(data / "files", slices=(USUAL, USUAL, USUAL, LONG), breasts=3)
        kept.write_text(json.dumps({"usual": made.chest(USUAL), "long": made.chest(LONG), "breast": made.breasts[0]}))
    found: dict[str, int] = json.loads(kept.read_text())
    return found


def _copied(source: str, target: str) -> None:
    """Images are never changed, so a second name is enough for them."""
    if "/objects/" in source and Path(source).stat().st_dev == Path(target).parent.stat().st_dev:
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def _figures(browser: Browser, web: Web, exams: dict[str, int]) -> Iterator[Figure]:
    yield Figure(f"Load of the machine before (of {os.cpu_count()} cores)", os.getloadavg()[0], "")
    with measures.reader(browser, web) as page:
        page.goto("/")
        page.wait_for_timeout(2000)  # the first page of a fresh server loads its modules
        yield from _chest(page, exams["usual"])
        yield from _breast(page, exams["breast"])
    lung, breast = READERS[1:]  # each begins a sitting of their own
    with measures.reader(browser, web, lung) as page:
        yield Figure("Lung: decision to next case's first image", measures.next_case(page, "lung"), "ms", 500)
    with measures.reader(browser, web, breast) as page:
        yield Figure("Breast: decision to next case's first image", measures.next_case(page, "breast"), "ms", 500)
    yield from _long(browser, web, exams["long"])


def _chest(page: measures.Page, exam_id: int) -> Iterator[Figure]:
    told = measures.opened(page, exam_id, "full")
    yield Figure("CT: first slice after opening the viewer", told["first"], "ms", 300)
    yield Figure("CT: first slice after asking for the page", told["page"], "ms")
    yield Figure(f"CT: all {USUAL} slices loaded", told["full"] / 1000, "s")
    yield Figure(f"CT: scrolling through {USUAL} slices", measures.scrolled(page, USUAL - 1), "images/s", 30, at_least=True)


def _breast(page: measures.Page, exam_id: int) -> Iterator[Figure]:
    told = measures.opened(page, exam_id, "full")
    yield Figure("Mammography: first view shown", told["first"], "ms")
    yield Figure("Mammography: four views of 4096 × 3072 × 16 bit shown", told["views"] / 1000, "s", 3)


def _long(browser: Browser, web: Web, exam_id: int) -> Iterator[Figure]:
    """Growth while a CT of 600 slices is loaded, over a signed-in page without images."""
    with measures.reader(browser, web) as page:
        page.wait_for_timeout(3000)
        before, server = measures.memory_mb(browser), web.resident_mb()
        web.most_mb = server
        told = measures.opened(page, exam_id, "full")
        page.wait_for_timeout(1000)
        after, most = measures.memory_mb(browser), web.most_mb
    yield Figure(f"CT: all {LONG} slices loaded", told["full"] / 1000, "s")
    for kind in ("renderer", "GPU"):
        yield Figure(f"{LONG} slices: memory of Chromium's {kind} process", after.get(kind, 0.0), "MB")
    grown = sum(after.values()) - sum(before.values())
    yield Figure(f"{LONG} slices: viewer memory (growth of all Chromium processes)", grown, "MB", 600)
    yield Figure(f"{LONG} slices: highest growth of the server's memory", most - server, "MB", 150)


if __name__ == "__main__":
    sys.exit(main())

"""`python -m pages.ui.bench.programme`: a programme of any size, and how long each page takes to answer on it.

Every page is run as one of those it is for, without a browser: what is timed is everything that the server does for it.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from streamlit.testing.v1 import AppTest

from core.access import Person
from core.bench.programme import accounts, build, count_rows
from core.start import is_empty, prepare
from db.engine import snapshot, transaction
from pages.ui.bench.web import point_at
from pages.ui.frame import ENTRIES, ROOT
from pages.ui.server import ready
from pages.ui.session import SEED

ASKED = ("participant", "exam")
"""What pages that are about one of them want in their address."""
LIMIT_S = {"manager/programme": 2.0}
USUAL_S = 1.0


def main() -> int:
    """0 when every page answered in time, 1 when one did not."""
    parser = argparse.ArgumentParser(prog="python -m pages.ui.bench.programme", description="Time every page on a large programme.")
    parser.add_argument("--participants", type=int, default=200_000)
    parser.add_argument("--exams", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="make the programme there, or take what is there")
    parser.add_argument("--database", default="", help="address of an empty PostgreSQL database (or one made before); SQLite without it")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="pages whose name holds this")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        point_at(given.keep or Path(temporary), given.database)
        prepare()
        if is_empty():
            begun = time.perf_counter()
            with transaction() as session:
                build(session, participants=given.participants, exams=given.exams)
            count_rows()
            sys.stderr.write(f"built in {time.perf_counter() - begun:.0f} s\n")
        late = [line for line in _lines(given.runs, given.only) if line]
    return 1 if late else 0


def _lines(runs: int, only: str) -> Iterator[bool]:
    """Print a line for each page; whether it was late."""
    ready()  # as the web process does when it starts
    with snapshot() as session:
        people = accounts(session)
    sys.stdout.write(f"{'page':34}{'first':>8}{'p50':>8}{'p95':>8}  limit (s)\n")
    for entry in ENTRIES:
        if only in entry.path and (ROOT / "pages" / f"{entry.path}.py").is_file():
            who = people.get(entry.path.split("/")[0]) or people["admin"]
            yield _line(entry.path, who, runs)


def _line(path: str, who: Person, runs: int) -> bool:
    times = _times(path, who, runs)
    first, rest = times[0], sorted(times[1:])
    limit = LIMIT_S.get(path, USUAL_S)
    p50, p95 = statistics.median(rest), rest[min(len(rest) - 1, round(0.95 * (len(rest) - 1)))]
    late = first > max(limit, 2 * USUAL_S) or p95 > limit
    sys.stdout.write(f"{path:34}{first:8.2f}{p50:8.2f}{p95:8.2f}  {limit:g}{'  LATE' if late else ''}\n")
    sys.stdout.flush()
    return late


def _times(path: str, who: Person, runs: int) -> list[float]:
    """Seconds of the first and of later runs of a page; an error of the page ends the benchmark."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=600)
    app.session_state[SEED] = who
    for name in ASKED:
        app.query_params[name] = "1000"
    app.switch_page(f"pages/{path}.py")
    times = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        app.run()
        times.append(time.perf_counter() - begun)
        if app.exception:
            raise SystemExit(f"{path}: {app.exception[0].value}")
    return times


if __name__ == "__main__":
    sys.exit(main())

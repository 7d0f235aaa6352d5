"""The web process under measurement, on a data folder of its own, and what it takes of memory."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
START_S = 120
LOOK_S = 0.05
MB = 2**20


@dataclass
class Web:
    """A running web process; `most_mb` is the largest resident memory seen since it was last set."""

    address: str
    pid: int
    most_mb: float = field(default=0.0)

    def resident_mb(self) -> float:
        return resident_mb(self.pid)


@contextmanager
def running(data: Path) -> Iterator[Web]:
    """The web process of `data` until the block ends; its memory is watched all the time."""
    port = _free_port()
    own = {**os.environ, "FIRSTLIGHT_DATA_DIR": str(data), "FIRSTLIGHT_PORT": str(port), "FIRSTLIGHT_LOG_LEVEL": "ERROR"}
    process = subprocess.Popen([sys.executable, "-m", "pages.ui.server"], cwd=ROOT, env=own, stdout=subprocess.DEVNULL)
    web = Web(f"http://127.0.0.1:{port}", process.pid)
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(web, over), daemon=True)
    try:
        _answers(process, web.address)
        watch.start()
        yield web
    finally:
        over.set()
        process.terminate()
        process.wait(20)


def point_at(data: Path, database: str = "") -> None:
    """Let the settings of this process, read afterwards, name the folder, and the database where it is another than the folder's own."""
    os.environ["FIRSTLIGHT_DATA_DIR"] = str(data)
    if database:
        os.environ["FIRSTLIGHT_DATABASE_URL"] = database


def resident_mb(pid: int) -> float:
    """Memory of a process that is its own, plus its share of what it shares (PSS), in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / MB


def _watch(web: Web, over: threading.Event) -> None:
    while not over.wait(LOOK_S):
        try:
            web.most_mb = max(web.most_mb, web.resident_mb())
        except (OSError, ValueError):
            return  # it has ended


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(process: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the web process ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/sign-in", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the web process did not answer within {START_S} s")

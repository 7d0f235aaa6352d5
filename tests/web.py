"""The web process, started for a test on the database and data folder of that test."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_S = 90


@contextmanager
def web(folder: Path, *, port: int | None = None) -> Iterator[str]:
    """The address of the web process until the block ends; AssertionError when it does not answer."""
    address = f"http://127.0.0.1:{port or free_port()}"
    own = {**os.environ, "FIRSTLIGHT_DATA_DIR": str(folder), "FIRSTLIGHT_PORT": address.rpartition(":")[2], "FIRSTLIGHT_LOG_LEVEL": "ERROR"}
    process = subprocess.Popen([sys.executable, "-m", "pages.ui.server"], cwd=ROOT, env=own, stdout=subprocess.DEVNULL)
    try:
        _wait_for(process, f"{address}/sign-in")
        yield address
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(process: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"the web process ended with {process.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the web process did not answer within {START_S} s")

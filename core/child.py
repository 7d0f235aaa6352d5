"""One process under the launcher's care: started, started again later and later when it dies, asked to stop, ended when it does not."""

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

LONGEST_PAUSE_S = 30.0
HEALTHY_S = 60.0  # after living this long a child's past deaths are forgotten
PR_SET_PDEATHSIG = 1


class Child:
    """`python -m module arguments`, in a session of its own so that Ctrl-C reaches it only through the launcher."""

    def __init__(self, name: str, module: str, *arguments: str, nice: int = 0) -> None:
        self.name = name
        self.command = [sys.executable, "-m", module, *arguments]
        self.nice = nice
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.deaths = 0
        self.again_at: float | None = None

    def start(self) -> None:
        before = _follow_parent(self.nice)
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=before)
        self.started, self.again_at = time.monotonic(), None
        log.info("%s started as process %d", self.name, self.process.pid)

    def look_after(self) -> None:
        """Note a death and start again when its pause is over."""
        if self.process is None or self.process.poll() is None:
            return
        if self.again_at is None:
            self.deaths = 1 if time.monotonic() - self.started > HEALTHY_S else self.deaths + 1
            pause = min(LONGEST_PAUSE_S, 0.5 * 2 ** (self.deaths - 1))
            self.again_at = time.monotonic() + pause
            log.warning("%s ended with status %s; starting it again in %.1f s", self.name, self.process.returncode, pause)
        elif time.monotonic() >= self.again_at:
            self.start()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)

    def wait(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic seconds), then end the child and everything it started."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("%s did not stop in time and is ended", self.name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def run_once(module: str, *arguments: str) -> int:
    """Run to the end and return the exit status."""
    return subprocess.run([sys.executable, "-m", module, *arguments], stdin=subprocess.DEVNULL, check=False).returncode


def _follow_parent(nice: int) -> Callable[[], None] | None:
    """On Linux a child is told to stop when the launcher itself is killed, so that nothing is left holding the port."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        os.nice(nice)

    return prepare

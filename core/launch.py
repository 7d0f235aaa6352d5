"""`python -m core.launch`: everything on one machine, under one supervisor.

Migrations first, the demonstration programme on the first start, then web, worker and receiver as children under stable names. A child
that dies is started again, later each time; Ctrl-C or SIGTERM stops them all.
"""

import argparse
import errno
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from types import FrameType

from core import log
from core.child import Child, run_once
from core.settings import Settings, settings
from core.sites import only_invented
from core.start import is_empty, prepare
from db.engine import snapshot

POLL_S = 0.2
PAGE_PATIENCE_S = 60.0
STOP_PATIENCE_S = 8.0


class Launcher:
    """Starts, watches and stops the children of one installation."""

    def __init__(self, given: Settings) -> None:
        self.given = given
        self.web = Child("web", "pages.ui.server")
        self.helpers = [Child("worker", "models.worker", nice=5), Child("receiver", "core.receiver")]
        self.images: Child | None = None
        self.stopping = False

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def run(self) -> int:
        """Serve until told to stop; 0 when everything ended in time, 1 when the page never came."""
        self.web.start()
        came = self._page_answers()
        if came:
            self._announce()
        if not self.stopping:
            for child in self.helpers:
                child.start()
            if self.given.demo:
                self.images = Child("demonstration images", "core.demo", "--images", nice=10)
                self.images.start()
        while not self.stopping:
            self._look_after()
            if not came and answers(self.given):
                came = True
                self._announce()
            time.sleep(POLL_S)
        self._stop_all()
        return 0 if came else 1

    def _look_after(self) -> None:
        for child in (self.web, *self.helpers):
            child.look_after()

    def _page_answers(self) -> bool:
        """Wait for the first page; the web process is started again when it dies meanwhile."""
        deadline = time.monotonic() + PAGE_PATIENCE_S
        while not self.stopping and time.monotonic() < deadline:
            if answers(self.given):
                return True
            self.web.look_after()
            time.sleep(POLL_S)
        if not self.stopping:
            say(f"The page did not answer within {PAGE_PATIENCE_S:.0f} s; the lines above say why. Still trying.")
        return False

    def _announce(self) -> None:
        say(f"\nFirstlight is ready: {address(self.given)}\n")
        if self.given.demo:
            from core.demo import ACCOUNTS  # only an installation with the demonstration needs it

            say("Demonstration accounts (everything they show is synthetic or public research data):")
            for login, password, role in ACCOUNTS:
                say(f"  {role:<20} {login:<16} {password}")
        say("Stop with Ctrl-C.\n")

    def _stop_all(self) -> None:
        say("Stopping …")
        children = [child for child in (self.images, *self.helpers, self.web) if child is not None]
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_PATIENCE_S
        for child in children:
            child.wait(deadline)
        say("Stopped.")


def address(given: Settings) -> str:
    shown = "127.0.0.1" if given.host in ("0.0.0.0", "::") else given.host
    return f"http://{shown}:{given.port}"


def answers(given: Settings) -> bool:
    """Whether the page answers 200."""
    try:
        with urllib.request.urlopen(address(given), timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def taken(host: str, port: int) -> bool:
    """Whether something else listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            return problem.errno == errno.EADDRINUSE
    return False


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m core.launch", description="Start Firstlight: web, worker and receiver.")
    parser.add_argument("--demo", action="store_true", help="with the demonstration programme and its accounts")
    if parser.parse_args().demo:
        os.environ["FIRSTLIGHT_DEMO"] = "true"  # the children read it too
    given = settings()
    log.start("launch")
    if taken(given.host, given.port):
        say(
            f"Port {given.port} is in use by another program, perhaps a Firstlight that still runs. "
            "Stop that program, or set FIRSTLIGHT_PORT to a free port."
        )
        return 2
    prepare()
    if given.demo and is_empty():
        say("Making the demonstration programme …")
        if code := run_once("core.demo", "--if-empty"):
            say(f"The demonstration programme could not be made (exit status {code}); the lines above say why.")
            return 1
    with snapshot() as session:
        shown = given.demo and only_invented(session)  # real sites beside the invented ones: no accounts are shown, no images are made
    launcher = Launcher(given.model_copy(update={"demo": shown}))
    signal.signal(signal.SIGINT, launcher.stop)
    signal.signal(signal.SIGTERM, launcher.stop)
    return launcher.run()


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:  # before there were children to stop
        raise SystemExit(130) from None

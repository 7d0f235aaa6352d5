"""A training that is asked to stop (SIGTERM, Ctrl-C) stops at the next step, with everything up to its last epoch kept."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupted(Exception):
    """Training was asked to stop. The message says where it stands and how to go on."""


@contextmanager
def watched() -> Iterator[threading.Event]:
    """The event is set by the first signal; the second one ends the process as usual."""
    asked = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def ask(number: int, _: FrameType | None) -> None:
        asked.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, ask)
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

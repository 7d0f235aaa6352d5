"""`python -m models.bench.memory_of_one scan.npz`: scores one scan as the worker does and prints where its memory went, as JSON."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

EVERY_S = 0.01
MB = 1e6


class Watch:
    """Samples the memory of this process in a thread of its own; each sample belongs to the step that was begun last."""

    def __init__(self) -> None:
        self.samples: list[tuple[float, float]] = []  # (moment, MB resident)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No more samples."""
        self._stop.set()
        self._thread.join()

    def highest(self, ends: list[tuple[str, float]]) -> dict[str, float]:
        """Highest MB of each of the steps that end at these moments, one after the other."""
        found: dict[str, float] = {}
        start = 0.0
        for name, end in ends:
            seen = [value for moment, value in self.samples if start <= moment < end]
            found[name] = max([found.get(name, 0.0), *seen])
            start = end
        return found

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self.samples.append((time.monotonic(), resident_mb()))


def resident_mb() -> float:
    """MB of this process in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MB


def peak_mb() -> float:
    """The most MB this process ever had in memory: VmHWM, which begins anew with the program, unlike getrusage's figure."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / MB


def main(arguments: list[str]) -> int:
    """Print the JSON of `models.bench.memory.Memory`."""
    watch = Watch()
    ends: list[tuple[str, float]] = []
    answer = _score(Path(arguments[0]), ends)
    watch.stop()
    steps = watch.highest(ends)
    told = {"peak_mb": max(peak_mb(), *steps.values()), "steps_mb": steps} | answer  # the kernel's own mark may lag a page behind
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def _score(file: Path, ends: list[tuple[str, float]]) -> dict[str, Any]:
    """Device and, where there is no result, the reason; notes when each step ended."""
    import numpy as np

    import models.worker.load  # noqa: F401  # all that the worker has in memory
    from models import compute
    from models.lung_ct import LungCT
    from models.mammography import Mammography
    from models.refusal import NoResult

    ends.append(("libraries", time.monotonic()))
    lung, breast = LungCT.load(compute.choose()), Mammography.load(compute.choose())
    ends.append(("models", time.monotonic()))
    with np.load(file) as scan:
        hu, affine = scan["hu"], scan["affine"]
    ends.append(("volume", time.monotonic()))
    try:
        seconds = lung.score(hu, affine).stage_seconds
    except NoResult as reason:
        return {"device": lung.compute.name, "reason": str(reason)}
    del breast
    _spread(seconds, ends)
    return {"device": lung.compute.name}


def _spread(seconds: dict[str, float], ends: list[tuple[str, float]]) -> None:
    """The ends of the stages, which ran one after the other in the order in which they stand."""
    for name, took in seconds.items():
        ends.append((name, ends[-1][1] + took))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

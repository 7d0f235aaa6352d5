"""`python -m models.bench [CT …]`: seconds per stage of scoring a chest CT, on the CPU and on the GPU where there is one.

Without a path a procedural thorax is used; it stands for the work, not for the findings. `--throughput` tells CTs of 300 slices per
minute, `--memory` the memory that a scan of 600 slices takes in a worker (the exit status is 1 when that is more than it may be),
`--mammography` the seconds per stage of a four-view exam from DICOM to its result and, on a GPU, exams per second.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from models import compute
from models.bench import breast, memory, stages, throughput
from models.compute import Compute
from models.refusal import NoResult

Write = Callable[[str], object]


def devices() -> Iterator[Compute]:
    """The device that would be chosen, then the CPU where that was a GPU."""
    chosen = compute.choose()
    yield chosen
    if chosen.device.type == "cuda":
        yield compute.choose_cpu()


def main(arguments: list[str] | None = None) -> int:
    """Print one line per device and scan."""
    parser = argparse.ArgumentParser(prog="python -m models.bench", description=__doc__)
    parser.add_argument("paths", type=Path, nargs="*")
    parser.add_argument("--throughput", action="store_true", help="CTs of 300 slices per minute")
    parser.add_argument("--memory", action="store_true", help="peak memory of scoring a scan of 600 slices")
    parser.add_argument("--mammography", action="store_true", help="seconds per stage of a four-view exam; exams per second on a GPU")
    parser.add_argument("--exams", type=int, default=100, help="how many exams --mammography scores on a GPU")
    parser.add_argument("--scans", type=int, default=3, help="how many scans --throughput scores on each device")
    options = parser.parse_args(arguments)
    write = sys.stdout.write
    if options.memory:
        return _memory(write)
    if not torch.cuda.is_available():
        write("no GPU\n")
    for where in devices():
        for line in _lines(where, options):
            write(f"{line}\n")
    return 0


def _lines(where: Compute, options: argparse.Namespace) -> Iterator[str]:
    if options.mammography:
        return breast.lines(where, options.exams)
    return _throughput(where, options.scans) if options.throughput else stages.lines(where, options.paths)


def _throughput(where: Compute, scans: int) -> Iterator[str]:
    yield f"{where.name}: {throughput.measure(where, scans).line()}"


def _memory(write: Write) -> int:
    try:
        found = memory.measure()
    except NoResult as reason:
        write(f"no result, {reason}\n")
        return 1
    write(f"{memory.SLICES} slices: {found.line()}\n")
    return 0 if found.within else 1


if __name__ == "__main__":
    sys.exit(main())

"""How much memory scoring a large chest CT takes, and in which stage: measured in a process of its own that does what the worker does."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from models.bench.enlarged import full_size
from models.refusal import NoResult

SLICES, LIMIT_MB = 600, 3000.0
STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Memory:
    """`peak_mb` of the whole life of the process, and the highest seen in each step, in order; `reason` where the scan had no result."""

    peak_mb: float
    steps_mb: dict[str, float]
    device: str
    reason: str | None = None

    @property
    def within(self) -> bool:
        """Whether the limit was kept, by a scan that was really scored."""
        return self.reason is None and self.peak_mb <= LIMIT_MB

    def line(self) -> str:
        """The figures in a line."""
        steps = "  ".join(f"{name} {value:.0f}" for name, value in self.steps_mb.items())
        verdict = self.reason or f"limit {LIMIT_MB:.0f} MB {'kept' if self.within else 'EXCEEDED'}"
        return f"peak {self.peak_mb:.0f} MB on {self.device} ({verdict}); highest in each step, MB: {steps}"


def measure(slices: int = SLICES, size: int = 512) -> Memory:
    """Peak memory of a fresh process that scores the enlarged phantom. Raises NoResult where the system does not tell memory by process."""
    if not STATUS.exists():
        raise NoResult("Memory is measured on Linux only: other systems do not tell the peak of one process in this way.")
    with TemporaryDirectory() as folder:
        hu, affine = full_size(slices, size)
        np.savez(Path(folder) / "scan.npz", hu=hu, affine=affine)
        del hu
        command = [sys.executable, "-m", "models.bench.memory_of_one", str(Path(folder) / "scan.npz")]
        told = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    return Memory(**json.loads(told))

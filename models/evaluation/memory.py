"""How much memory this process took at most, which is what a machine for it must have."""

from __future__ import annotations

import sys

import torch

from models.compute import Compute

try:
    import resource
except ImportError:  # Windows has no such count
    resource = None  # type: ignore[assignment]


def peak(where: Compute) -> dict[str, float | None]:
    """Peak in MB of the whole process so far (None where the system does not count it), and of the GPU where there is one."""
    found: dict[str, float | None] = {"process_mb": None if resource is None else _resident_mb()}
    if where.device.type == "cuda":
        found["gpu_mb"] = round(torch.cuda.max_memory_allocated(where.device) / 2**20)
    return found


def _resident_mb() -> float:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (2**20 if sys.platform == "darwin" else 2**10))

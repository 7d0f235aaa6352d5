"""Where the networks run: one choice at start, the same code path on CPU and on CUDA."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class Compute:
    """A device, the autocast precision that is fast there (None: float32) and the name shown to people."""

    device: torch.device
    autocast: torch.dtype | None
    name: str

    def precision(self) -> AbstractContextManager[object]:
        """The autocast context to run a network in."""
        return torch.autocast(self.device.type, dtype=self.autocast or torch.bfloat16, enabled=self.autocast is not None)

    def place(self, network: Network) -> Network:
        """The 3D network on this device in its memory format."""
        return network.to(self.device).to(memory_format=self.memory_format_3d)  # type: ignore[call-overload, no-any-return]

    @property
    def memory_format_3d(self) -> torch.memory_format:
        """Channels last is faster for 3D convolutions in reduced precision, on tensor cores and on AMX alike."""
        return torch.channels_last_3d if self.autocast is not None else torch.contiguous_format


def choose() -> Compute:
    """CUDA where there is one; else the CPU, in bfloat16 only where the processor has matrix tiles (it is emulated and slow elsewhere)."""
    if torch.cuda.is_available():
        precision = torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
        return Compute(torch.device("cuda"), precision, f"CUDA: {torch.cuda.get_device_name()}")
    threads = torch.get_num_threads()
    if _has_matrix_tiles():
        return Compute(torch.device("cpu"), torch.bfloat16, f"CPU, {threads} threads, bf16 (AMX)")
    return Compute(torch.device("cpu"), None, f"CPU, {threads} threads, f32")


def reference() -> Compute:
    """The CPU in float32: what every other device is compared with."""
    return Compute(torch.device("cpu"), None, f"CPU, {torch.get_num_threads()} threads, f32")


def _has_matrix_tiles() -> bool:
    return bool(torch.cpu._is_amx_tile_supported())

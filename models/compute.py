"""Where and by what the networks run: one choice at start, the same code path on CPU and on CUDA."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeVar

import torch
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)
Engine = Literal["torch", "openvino"]


@dataclass(frozen=True)
class Compute:
    """A device, the reduced precision that is fast there (None: float32), the name shown to people and the engine of `models.backends`.

    `compiled` asks for torch.compile on CUDA; OpenVINO keeps compiled networks in the folder `cache` where one is given.
    """

    device: torch.device
    autocast: torch.dtype | None
    name: str
    engine: Engine = "torch"
    compiled: bool = False
    cache: Path | None = None

    def precision(self) -> AbstractContextManager[object]:
        """The autocast context to run a network of torch in."""
        return torch.autocast(self.device.type, dtype=self.autocast or torch.bfloat16, enabled=self.autocast is not None)

    def place(self, network: Network) -> Network:
        """The network of 2D or 3D convolutions on this device in its memory format."""
        for part in network.to(self.device).parameters():
            part.data = self.laid_out(part.data)
        return network

    def laid_out(self, tensor: Tensor) -> Tensor:
        """Channels last for images (N, C, H, W) and, in reduced precision, for volumes (N, C, D, H, W); anything else as it is."""
        formats = {4: torch.channels_last, 5: self.memory_format_3d}
        return tensor.contiguous(memory_format=formats[tensor.dim()]) if tensor.dim() in formats else tensor

    @property
    def memory_format_3d(self) -> torch.memory_format:
        """Channels last is faster for 3D convolutions in reduced precision, on tensor cores and on AMX alike."""
        return torch.channels_last_3d if self.autocast is not None else torch.contiguous_format

    def by_torch(self) -> Compute:
        """The same device and precision with torch itself, for what is not run through `models.backends`."""
        return self if self.engine == "torch" else replace(self, engine="torch", name=_cpu("torch", self.autocast))

    def in_float32(self) -> Compute:
        """The same engine on the CPU without reduced precision."""
        return replace(self, autocast=None, name=_cpu(self.engine, None))


def choose(engine: Engine | None = None, *, compiled: bool = False, cache: Path | None = None) -> Compute:
    """CUDA where there is one; else the CPU by OpenVINO where it is installed, or by the `engine` asked for."""
    if torch.cuda.is_available():
        precision = torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
        name = f"CUDA: {torch.cuda.get_device_name()}, torch {SHORT[precision]}{', compiled' if compiled else ''}"
        return Compute(torch.device("cuda"), precision, name, compiled=compiled)
    return choose_cpu(engine, cache=cache)


def choose_cpu(engine: Engine | None = None, *, cache: Path | None = None) -> Compute:
    """As `choose` where there is no GPU: bfloat16 only where the processor has matrix tiles, elsewhere it is emulated and slow."""
    by = engine or ("openvino" if find_spec("openvino") else "torch")
    reduced = torch.bfloat16 if _has_matrix_tiles() else None
    return Compute(torch.device("cpu"), reduced, _cpu(by, reduced), by, cache=cache)


def reference() -> Compute:
    """The CPU in float32 by torch: what every other device and engine is compared with."""
    return Compute(torch.device("cpu"), None, _cpu("torch", None))


SHORT: dict[torch.dtype | None, str] = {None: "f32", torch.float16: "f16", torch.bfloat16: "bf16"}
SPELT: dict[Engine, str] = {"torch": "torch", "openvino": "OpenVINO"}


def _cpu(engine: Engine, precision: torch.dtype | None) -> str:
    tiles = " (AMX)" if precision is torch.bfloat16 else ""
    return f"CPU, {torch.get_num_threads()} threads, {SPELT[engine]} {SHORT[precision]}{tiles}"


def _has_matrix_tiles() -> bool:
    return bool(torch.cpu._is_amx_tile_supported())

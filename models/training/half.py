"""Half-precision weights as they are installed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from models.refusal import NoResult
from models.training import whole


def of(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors on the CPU, floats in float16. Raises NoResult when one is not finite there: such weights answer nothing."""
    tensors = {name: _half(value) for name, value in weights.items()}
    for name, value in tensors.items():
        if not bool(torch.isfinite(value).all()):
            raise NoResult(f"The weights {name} are not finite in half precision. Train with a lower learning rate or another seed.")
    return tensors


def write(path: Path, tensors: dict[str, Tensor]) -> None:
    """One safetensors file, whole or not at all."""
    whole.write(path, save(tensors))


def _half(value: Tensor) -> Tensor:
    out = value.detach().to("cpu", torch.float16 if value.is_floating_point() else value.dtype, copy=True)
    return out.contiguous(memory_format=torch.contiguous_format)

"""What the mammography networks start from: a published weight file, or any of one's own that fits the backbone."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from models.refusal import NoResult

WRAPPED = ("state_dict", "state_dict_ema", "model")
"""Under what training scripts keep the tensors beside other things, timm's among them."""
HEADS = ("classifier.", "head.", "fc.")
"""What classifies photographs is not taken over."""


def start(network: nn.Module, file: Path | None) -> nn.Module:
    """The network with the tensors of `file` in its backbone; without a file as it was made. Raises NoResult where they do not fit."""
    if file is None:
        return network
    backbone = network.backbone
    if not isinstance(backbone, nn.Module):
        raise TypeError("the network has no backbone that a start could fill")
    tensors = {name: value for name, value in read(file).items() if not name.startswith(HEADS)}
    try:
        missing = backbone.load_state_dict(tensors, strict=False).missing_keys
    except RuntimeError as problem:
        raise NoResult(f"The start {file} is of another network: {str(problem).splitlines()[-1].strip()}") from problem
    if missing:
        raise NoResult(f"The start {file} is of another network: {len(missing)} tensors are missing, {missing[0]} the first of them.")
    return network


def read(file: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file or one of torch.save, by name; nothing in it is run. Raises NoResult when it cannot be read."""
    try:
        held: Any = load_file(file) if file.suffix == ".safetensors" else torch.load(file, map_location="cpu", weights_only=True)
    except (OSError, SafetensorError, RuntimeError, pickle.UnpicklingError, EOFError) as problem:
        reason = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        raise NoResult(f"The start {file} cannot be read ({reason}). A weight file (.safetensors, .pth, .bin) is expected.") from problem
    while isinstance(held, Mapping) and (inside := next((name for name in WRAPPED if isinstance(held.get(name), Mapping)), None)):
        held = held[inside]
    tensors = {str(name): value for name, value in held.items() if isinstance(value, Tensor)} if isinstance(held, Mapping) else {}
    if not tensors:
        raise NoResult(f"The start {file} holds no tensors by name. A weight file (.safetensors, .pth, .bin) is expected.")
    return tensors

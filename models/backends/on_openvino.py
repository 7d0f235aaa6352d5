"""The CPU by OpenVINO: the network of torch is converted in memory when it is loaded: no second file of weights to go astray."""

from __future__ import annotations

import sys
import warnings
from copy import deepcopy
from threading import Lock
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.backends.runner import Pending, Runner, Tensors
from models.compute import SHORT, Compute


class NotConverted(RuntimeError):
    """OpenVINO is missing or cannot take this network over; the message is its own first line."""


class OpenVINORunner(Runner):
    """A compiled network with a batch of any size up to the example's; one request at a time."""

    def __init__(self, network: nn.Module, where: Compute, example: Tensors) -> None:
        super().__init__(where, example)
        try:
            library = _library()
            self._compiled = library.Core().compile_model(_converted(library, network, example), "CPU", _settings(where))
        except Exception as problem:  # the converter's errors have no ancestor of their own
            raise NotConverted(str(problem).strip().partition("\n")[0]) from problem
        self._request = self._compiled.create_infer_request()
        self._one_at_a_time = Lock()

    def _submit(self, batch: Tensors) -> Pending:
        given = [np.ascontiguousarray(one.detach().numpy()) for one in batch]
        with self._one_at_a_time:
            told = self._request.infer(given, share_inputs=True)
            answers = tuple(_copied(told[port]) for port in self._compiled.outputs)
        return lambda: answers


def _copied(answer: NDArray[np.float32]) -> Tensor:
    """The answer in memory of its own: the library writes the next one over it."""
    return torch.from_numpy(np.array(answer, np.float32))


def _library() -> Any:
    """OpenVINO, without the part that would report each conversion to its maker: what runs in a hospital is nobody else's business."""
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # Python then says that it is not installed
    import openvino  # type: ignore[import-untyped]

    return openvino


def _converted(library: Any, network: nn.Module, example: Tensors) -> Any:
    """The network as OpenVINO's graph, with the first dimension of every input and output free.

    By tracing, which takes a second; by torch.export, which takes two, where the network computes with the sizes of its own features.
    """
    plain = deepcopy(network).cpu().float().eval()
    shapes = [library.PartialShape([-1, *one.shape[1:]]) for one in example]
    with warnings.catch_warnings(), torch.inference_mode(False):
        warnings.simplefilter("ignore")  # the tracer is deprecated in torch; the converter still wants it
        try:
            return library.convert_model(_traced(plain, example), input=shapes)
        except library.frontend.OpConversionFailure:
            model = library.convert_model(_exported(plain, example))
    model.reshape(dict(zip(model.inputs, shapes, strict=True)))
    return model


def _traced(network: nn.Module, example: Tensors) -> Any:
    two = tuple(torch.cat([one[:1], one[:1]]) for one in example)  # with a batch of one, tracing could take the batch for a constant
    return torch.jit.trace(network, two, check_trace=False, strict=False)  # type: ignore[no-untyped-call]  # `prepare` checks the answers


def _exported(network: nn.Module, example: Tensors) -> Any:
    several = tuple(one[:1].repeat(3, *[1] * (one.dim() - 1)) for one in example)
    size = torch.export.Dim("size", min=1, max=max(4, len(example[0])))
    return torch.export.export(network, several, dynamic_shapes=[{0: size}] * len(several))


def _settings(where: Compute) -> dict[str, Any]:
    """Precision on purpose: left alone, the library takes what the processor is fastest in, whatever that does to the answer."""
    chosen: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": SHORT[where.autocast],
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,  # two workers on one machine would be pinned to the same cores
    }
    return chosen | ({"CACHE_DIR": str(where.cache)} if where.cache else {})

"""CUDA: reduced precision on tensor cores, channels last, and transfers that overlap the computation."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn

from models.backends.runner import Pending, Runner, Tensors, as_tuple
from models.compute import Compute


class CudaRunner(Runner):
    """While one batch is computed the next is cut by the caller, pinned and sent on a stream of its own; answers come back the same way.

    Pinned buffers come from torch's pool, which hands one out again only when its transfer has ended: two are in use in turn.
    """

    ahead = 1

    def __init__(self, network: nn.Module, where: Compute, example: Tensors) -> None:
        super().__init__(where, example)
        placed = where.place(deepcopy(network)).eval()
        self._network = torch.compile(placed, dynamic=False) if where.compiled else placed
        self._sending = torch.cuda.Stream(where.device)  # type: ignore[no-untyped-call]

    @torch.inference_mode()
    def _submit(self, batch: Tensors) -> Pending:
        there = self._sent(batch)
        with self.where.precision():
            outputs = as_tuple(self._network(*there))
        back = tuple(_fetched(one.float()) for one in outputs)
        done = torch.cuda.Event()  # type: ignore[no-untyped-call]
        done.record()

        def answers() -> Tensors:
            done.synchronize()
            return back

        return answers

    def _sent(self, batch: Tensors) -> list[Tensor]:
        computing = torch.cuda.current_stream(self.where.device)
        with torch.cuda.stream(self._sending):
            there = [one.pin_memory().to(self.where.device, non_blocking=True) for one in batch]
        computing.wait_stream(self._sending)
        for one in there:
            one.record_stream(computing)  # its memory is free for the next batch only after this one is computed
        return [self.where.laid_out(one) for one in there]


def _fetched(answer: Tensor) -> Tensor:
    """The answer on its way to pinned memory; complete once an event recorded after this call has passed."""
    return torch.empty(answer.shape, dtype=answer.dtype, pin_memory=True).copy_(answer, non_blocking=True)

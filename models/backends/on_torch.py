"""The CPU by torch: the reference, and what is left where nothing faster works."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import nn

from models.backends.runner import Pending, Runner, Tensors, as_tuple
from models.compute import Compute


class TorchRunner(Runner):
    """Autocast where the processor has matrix tiles, else float32."""

    def __init__(self, network: nn.Module, where: Compute, example: Tensors) -> None:
        super().__init__(where, example)
        self._network = where.place(deepcopy(network)).eval()

    @torch.inference_mode()
    def _submit(self, batch: Tensors) -> Pending:
        with self.where.precision():
            outputs = as_tuple(self._network(*(self.where.laid_out(one) for one in batch)))
        answers = tuple(one.float().contiguous() for one in outputs)
        return lambda: answers

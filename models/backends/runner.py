"""What every backend does alike: cut the batch into parts of few different sizes, run them, join the answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor

from models.compute import Compute

Tensors = tuple[Tensor, ...]
Pending = Callable[[], Tensors]
"""Waits for a part that was handed in and returns its outputs, float32 on the CPU."""


class Runner(ABC):
    """A network ready to answer; `where.name` says what it really runs on. Not changed by what becomes of the network it was made from."""

    ahead = 0
    """How many batches `each` hands in before it waits for the first."""

    def __init__(self, where: Compute, example: Tensors) -> None:
        self.where, self.example = where, tuple(one[:1].clone() for one in example)
        self.batch = len(example[0])

    @property
    def name(self) -> str:
        """Device, engine and precision, for people."""
        return self.where.name

    def __call__(self, *inputs: Tensor) -> Tensors:
        """The network's outputs for `inputs` (N, …) each, on the CPU; any N: run in parts of the example's batch. float32 CPU tensors."""
        if not len(inputs[0]):
            return tuple(one[:0] for one in self(*self.example))
        parts = (tuple(one[first : first + self.batch] for one in inputs) for first in range(0, len(inputs[0]), self.batch))
        return tuple(torch.cat(outputs) for outputs in zip(*self.each(parts), strict=True))

    def each(self, batches: Iterable[Tensors]) -> Iterator[Tensors]:
        """The outputs of each batch, in order; the next batch is fetched and sent while the device works. At most `batch` in each."""
        waiting: deque[Pending] = deque()
        for batch in batches:
            waiting.append(self._padded(batch))
            if len(waiting) > self.ahead:
                yield waiting.popleft()()
        while waiting:
            yield waiting.popleft()()

    def _padded(self, batch: Tensors) -> Pending:
        """Hands in the batch, filled up to the next power of two, so that a device prepares for few sizes only."""
        count = len(batch[0])
        if not 0 < count <= self.batch:
            raise ValueError(f"A batch of {count} was handed to a network prepared for 1 to {self.batch}.")
        size = min(self.batch, 1 << (count - 1).bit_length())
        filled = tuple(torch.cat([one, one.new_zeros(size - count, *one.shape[1:])]) if size > count else one for one in batch)
        pending = self._submit(filled)
        return lambda: tuple(one[:count] for one in pending())

    @abstractmethod
    def _submit(self, batch: Tensors) -> Pending:
        """Start the network on `batch` of at most `self.batch`."""


def as_tuple(answer: Tensor | Tensors) -> Tensors:
    """What a network returned, as a plain tuple also where it returned a single tensor or a named tuple."""
    return (answer,) if isinstance(answer, Tensor) else tuple(answer)

"""Several processes on one training, as `torchrun` starts them, sharing out batches or whole networks.

By batches: a recipe is written as for one process, draws with `rank()` in its seed and takes `share(…)` of its cases; before any
optimiser's step the gradients are averaged over all processes, so every process makes the same step. By networks (`apart`): each
process trains networks of its own and gives exactly the weights that one process alone would give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch import distributed as group
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_pre_hook

from models.refusal import NoResult

Item = TypeVar("Item")
TOGETHER = ContextVar("TOGETHER", default=True)
WAIT = timedelta(days=7)
"""How long a process waits for the others: networks may take days and do not end at the same time."""


def rank() -> int:
    """This process's number; 0 where there is only one."""
    return group.get_rank() if _several() else 0


def size() -> int:
    """How many processes train together."""
    return group.get_world_size() if _several() else 1


def leads() -> bool:
    """Whether this process is the one that writes what it trains."""
    return rank() == 0


def speaks() -> bool:
    """Whether this process is the one that reports on all."""
    return not _started() or group.get_rank() == 0


def share(items: Sequence[Item]) -> Sequence[Item]:
    """This process's part of `items`, as many as every other process has: up to size() - 1 of the last are left out."""
    return items[rank() : len(items) - len(items) % size() : size()]


def told(value: Item) -> Item:
    """The first process's `value`, on all."""
    if not _several():
        return value
    box: list[Any] = [value]
    group.broadcast_object_list(box, src=0)
    said: Item = box[0]
    return said


def first(work: Callable[[], Item]) -> Item:
    """What `work` gives in the first process, on all; a NoResult there is raised on all."""
    found: tuple[Item | None, str | None] = (None, None)
    if leads():
        try:
            found = (work(), None)
        except NoResult as reason:
            found = (None, str(reason))
    value, refusal = told(found)
    if refusal is not None:
        raise NoResult(refusal)
    return value  # type: ignore[return-value]


def average(parameters: Sequence[nn.Parameter]) -> None:
    """Replace gradients by their mean over all processes; one that only others have counts as zero here, one that nobody has stays none."""
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    if not _several() or not trained:
        return
    gradients = [parameter.grad if parameter.grad is not None else torch.zeros_like(parameter) for parameter in trained]
    present = torch.tensor([float(parameter.grad is not None) for parameter in trained], device=trained[0].device)
    shares, *means = _mean([present, *gradients])
    for parameter, mean, share in zip(trained, means, shares.tolist(), strict=True):
        parameter.grad = mean if share > 0 else None


def agree(network: nn.Module) -> None:
    """Average what is counted and not trained (batch norm), and make sure that every process holds the same weights.

    Raises NoResult when they do not: then the gradients did not come together and the weights would mean nothing.
    """
    if not _several():
        return
    counted = [buffer for buffer in network.buffers() if buffer.is_floating_point()]
    for buffer, mean in zip(counted, _mean(counted), strict=True):
        buffer.copy_(mean)
    sums = torch.stack([parameter.detach().double().abs().sum() for parameter in network.parameters()])
    others = [torch.empty_like(sums) for _ in range(size())]
    group.all_gather(others, sums)
    if not all(torch.equal(sums, other) for other in others):
        raise NoResult(
            "The processes hold different weights after the same epoch. The recipe's author has to make every process step alike."
        )


@contextmanager
def together() -> Iterator[None]:
    """Join the other processes that `torchrun` started: NCCL on CUDA, gloo on the CPU. Nothing at all happens without `torchrun`."""
    if not group.is_torchelastic_launched():
        yield
        return
    cuda = torch.cuda.is_available()
    if cuda:
        torch.cuda.set_device(group.get_node_local_rank())
    group.init_process_group("nccl" if cuda else "gloo", timeout=WAIT)
    hook = register_optimizer_step_pre_hook(_before_step)
    try:
        yield
    finally:
        hook.remove()
        group.destroy_process_group()


@contextmanager
def apart() -> Iterator[tuple[int, int]]:
    """Each process on its own for a while, as if it were alone; gives its number and how many there are."""
    number, count = rank(), size()
    token = TOGETHER.set(False)
    try:
        yield number, count
    finally:
        TOGETHER.reset(token)


def everyone(value: Item) -> list[Item]:
    """What each process has, in the order of their numbers; waits for all."""
    if not _several():
        return [value]
    found: list[Any] = [None] * size()
    group.all_gather_object(found, value)
    return found


def _before_step(optimiser: Optimizer, *_: object) -> None:
    average([parameter for part in optimiser.param_groups for parameter in part["params"]])


def _mean(tensors: Sequence[Tensor]) -> list[Tensor]:
    """The mean of each tensor over all processes, sent as one piece."""
    if not tensors:
        return []
    flat = torch.cat([tensor.detach().float().flatten() for tensor in tensors]) / size()
    group.all_reduce(flat)
    parts = torch.split(flat, [tensor.numel() for tensor in tensors])
    return [part.view(tensor.shape).to(tensor.dtype).contiguous() for part, tensor in zip(parts, tensors, strict=True)]


def _several() -> bool:
    return _started() and TOGETHER.get()


def _started() -> bool:
    return group.is_available() and group.is_initialized()

"""One update of a network in any precision: scaled where float16 asks for it, averaged over processes, clipped."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from models.compute import Compute
from models.training import distributed


class Step:
    """`step(loss)` after the forward pass under `compute.precision()`. Small gradients vanish in float16, so there the loss is scaled."""

    def __init__(self, network: nn.Module, optimiser: Optimizer, compute: Compute, *, clip: float = 5.0) -> None:
        self.network, self.optimiser, self.clip = network, optimiser, clip
        self.scaler = torch.amp.GradScaler(compute.device.type, enabled=compute.autocast is torch.float16)

    def __call__(self, loss: Tensor) -> None:
        self.optimiser.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        distributed.average(list(self.network.parameters()))  # before the check for overflow, so that every process skips the same steps
        self.scaler.unscale_(self.optimiser)
        nn.utils.clip_grad_norm_(self.network.parameters(), self.clip)
        self.scaler.step(self.optimiser)
        self.scaler.update()

    def state_dict(self) -> dict[str, Any]:
        """The scale found so far; empty where nothing is scaled."""
        return self.scaler.state_dict()

    def load_state_dict(self, stored: dict[str, Any]) -> None:
        """Go on from `state_dict()`, also from that of another precision."""
        if stored and self.scaler.is_enabled():
            self.scaler.load_state_dict(stored)

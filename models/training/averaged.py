"""The running mean of a network's weights: steadier than the last step's."""

from __future__ import annotations

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

DECAY = 0.985
Network = TypeVar("Network", bound=nn.Module)


class Averaged(Generic[Network]):
    """`network` holds the mean; early steps count more than they would at the full decay."""

    def __init__(self, network: Network, decay: float = DECAY) -> None:
        self.network: Network = copy.deepcopy(network).requires_grad_(False)
        self.decay, self.steps = decay, 0

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Take in the network after a step."""
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 10))
        for mean, value in zip(self.network.state_dict().values(), network.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.mul_(decay).add_(value, alpha=1 - decay)
            else:
                mean.copy_(value)

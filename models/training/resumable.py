"""What every network in training keeps so that it can go on after an interruption, and what of it is installed."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.compute import Compute
from models.training.averaged import Averaged

Network = TypeVar("Network", bound=nn.Module)


class Resumable(Generic[Network]):
    """A network with its running mean, optimiser and schedule."""

    network: Network
    average: Averaged[Network]
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    device: Compute
    epoch: int

    def state(self) -> dict[str, Any]:
        """Everything needed to go on after an interruption."""
        kept = {"epoch": self.epoch, "steps": self.average.steps}
        return {name: part.state_dict() for name, part in self._parts().items()} | kept

    def restore(self, stored: dict[str, Any]) -> None:
        """Go on from `state()`."""
        for name, part in self._parts().items():
            part.load_state_dict(stored[name])
        self.epoch, self.average.steps = int(stored["epoch"]), int(stored["steps"])

    def weights(self) -> dict[str, Tensor]:
        """What is installed: the averaged network."""
        return dict(self.average.network.state_dict())

    def _parts(self) -> dict[str, Any]:
        return {"network": self.network, "average": self.average.network, "optimiser": self.optimiser, "schedule": self.schedule}


class Mining(Resumable[Network]):
    """One that also keeps the weight with which each negative is drawn, and sees cubes."""

    weight: NDArray[np.float64]

    def state(self) -> dict[str, Any]:
        """Everything needed to go on after an interruption."""
        return super().state() | {"weight": torch.from_numpy(self.weight)}

    def restore(self, stored: dict[str, Any]) -> None:
        """Go on from `state()`."""
        super().restore(stored)
        self.weight = np.asarray(stored["weight"])

    def _tensor(self, cubes: list[NDArray[np.float32]]) -> Tensor:
        """(B, 1, size, size, size) on the device."""
        stacked = torch.from_numpy(np.stack(cubes)[:, None].astype(np.float32))
        return stacked.to(self.device.device).contiguous(memory_format=self.device.memory_format_3d)

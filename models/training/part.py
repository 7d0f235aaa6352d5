"""What a recipe has to offer so that the loop can train it: one network of one fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

from torch import Tensor, nn


class Part(Protocol):
    """One network of one fold in training. `epoch` counts finished epochs and is counted up by `train_epoch`."""

    name: str
    epochs: int
    epoch: int

    @property
    def network(self) -> nn.Module:
        """The network in training."""

    def train_epoch(self, tick: Callable[[float], None]) -> dict[str, float]:
        """One pass; returns mean losses. `tick` hears the share done and may raise to stop.

        Chance comes from the global generators, which are seeded before each epoch, or from seed and epoch: nothing else is kept.
        """

    def validate(self) -> dict[str, float]:
        """Figures on the fold's own patients, the deciding one first; empty where there are none."""

    def state(self) -> dict[str, Any]:
        """Tensors, numbers and texts from which `restore` goes on."""

    def restore(self, stored: dict[str, Any]) -> None:
        """Go on from `state()`."""


@runtime_checkable
class Averaging(Protocol):
    """A part that installs other weights than those in training, for example their running mean."""

    def weights(self) -> Mapping[str, Tensor]:
        """What is installed."""


def installed(part: Part) -> Mapping[str, Tensor]:
    """The weights that are installed: the part's own choice, else those in training."""
    return part.weights() if isinstance(part, Averaging) else part.network.state_dict()

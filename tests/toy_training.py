"""A tiny network in training, and `python -m tests.toy_training OUT`: the loop in a process of its own, to be stopped and started.

With `--gate` the process waits for a line on its standard input before every step and says on standard output that it waits.
"""

import argparse
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.training import distributed, loop
from models.training.interruption import Interrupted
from models.training.provenance import Provenance

STARTED = Provenance({"run": {"seed": 1, "patience": 0}, "toy": {"rate": 0.1}}, {"data/a.csv": "1" * 64}, {"torch": torch.__version__})


class Toy:
    """A line fitted to 32 points with dropout and momentum; chance comes from torch's global generator."""

    def __init__(self, name: str = "toy-fold0", epochs: int = 6, *, dropout: float = 0.3, gate: bool = False) -> None:
        torch.manual_seed(5)
        self.name, self.epochs, self.epoch, self.gate = name, epochs, 0, gate
        self.network: nn.Module = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(dropout), nn.Linear(8, 1))
        self.optimiser = torch.optim.SGD(self.network.parameters(), lr=0.05, momentum=0.9)
        self.x = torch.randn(32, 4, generator=torch.Generator().manual_seed(1))
        self.y = self.x.sum(1, keepdim=True)

    def train_epoch(self, tick: Callable[[float], None]) -> dict[str, float]:
        """Four steps over all points in an order by chance."""
        self.network.train()
        total = 0.0
        for step, rows in enumerate(torch.randperm(32).split(8)):
            if self.gate:
                sys.stdout.write(f"{self.epoch}\n")
                sys.stdout.flush()
                sys.stdin.readline()
            tick(step / 4)
            total += self.step(rows) / 4
        self.epoch += 1
        return {"loss": total}

    def step(self, rows: Tensor) -> float:
        """One update; the mean squared error before it."""
        loss = (self.network(self.x[rows]) - self.y[rows]).square().mean()
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return float(loss.detach())

    def validate(self) -> dict[str, float]:
        """The error on all points, and the share of them that are near."""
        self.network.eval()
        with torch.inference_mode():
            error = (self.network(self.x) - self.y).square()
        return {"valid_loss": float(error.mean()), "below 0.5": float((error < 0.5).float().mean())}

    def state(self) -> dict[str, Any]:
        """Network, optimiser, epoch."""
        return {"network": self.network.state_dict(), "optimiser": self.optimiser.state_dict(), "epoch": self.epoch}

    def restore(self, stored: dict[str, Any]) -> None:
        """Go on from `state()`."""
        self.network.load_state_dict(stored["network"])
        self.optimiser.load_state_dict(stored["optimiser"])
        self.epoch = stored["epoch"]


class SharedToy(Toy):
    """Each process takes its share of every batch; no layer that would make the shares differ from the whole."""

    def __init__(self) -> None:
        super().__init__("shared-fold0", 3)
        self.network = nn.Linear(4, 1)
        self.optimiser = torch.optim.SGD(self.network.parameters(), lr=0.05, momentum=0.9)

    def step(self, rows: Tensor) -> float:
        """One update on this process's share of all points."""
        return super().step(torch.as_tensor(distributed.share(range(32))))


def main() -> int:
    """Train; the folder may be given as `…/{rank}` so that each process has its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--several", choices=("networks", "batches"), default="networks")
    options = parser.parse_args()
    torch.set_num_threads(1)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        with distributed.together():
            out = Path(options.out.format(rank=distributed.rank()))
            together = options.several == "batches"
            parts = [SharedToy()] if together else [Toy(f"toy-fold{n}", gate=options.gate) for n in range(3)]
            loop.run(parts, out, loop.Settings(seed=1, several=options.several), STARTED)
            if together:
                torch.save(parts[0].network.state_dict(), out.with_name(f"weights{distributed.rank()}.pt"))
    except Interrupted as stopped:
        sys.stderr.write(f"{stopped}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

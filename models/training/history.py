"""What each epoch of each network gave, as rows of `log.csv`: one number a row, exact to the last digit."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.training import whole

FILE, SUFFIX = "log.csv", ".epochs.csv"
HEADER = ("network", "epoch", "kind", "figure", "value")
SMALLER = ("loss", "error")
"""A validation figure whose name ends in one of these is better when it is smaller; every other one when it is larger."""


@dataclass(frozen=True)
class Epoch:
    """Mean training losses and the figures on the fold's own patients after epoch `number` (from 1)."""

    number: int
    losses: Mapping[str, float]
    figures: Mapping[str, float]
    seconds: float = field(compare=False, default=0.0)

    def stored(self) -> dict[str, Any]:
        """For a checkpoint; `Epoch(**stored)` gives it back."""
        return {"number": self.number, "losses": dict(self.losses), "figures": dict(self.figures), "seconds": self.seconds}

    @property
    def deciding(self) -> float | None:
        """The first validation figure, turned so that more is better; None where there is none or it is no number."""
        for name, value in self.figures.items():
            return None if math.isnan(value) else -value if name.endswith(SMALLER) else value
        return None


def best(epochs: list[Epoch]) -> Epoch | None:
    """The epoch with the best deciding figure, the first of equals."""
    judged = [(epoch.deciding, -epoch.number, epoch) for epoch in epochs if epoch.deciding is not None]
    return max(judged)[2] if judged else None


def keep(out: Path, name: str, epochs: list[Epoch]) -> None:
    """One network's rows in a file of its own, so that several processes never write the same one."""
    whole.write(out / f"{name}{SUFFIX}", _text({name: epochs}))


def gather(out: Path) -> dict[str, list[Epoch]]:
    """The epochs of every network that `keep` was called for, by the networks' names."""
    return {path.name.removesuffix(SUFFIX): _read(path) for path in sorted(out.glob(f"*{SUFFIX}"))}


def write(out: Path, networks: Mapping[str, list[Epoch]]) -> None:
    """The log of all networks."""
    whole.write(out / FILE, _text(networks))


def _text(networks: Mapping[str, list[Epoch]]) -> bytes:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(HEADER)
    for name, epochs in networks.items():
        for epoch in epochs:
            kinds = {"train": epoch.losses, "valid": epoch.figures, "time": {"seconds": round(epoch.seconds, 1)}}
            lines.writerows(
                (name, epoch.number, kind, figure, repr(value)) for kind, part in kinds.items() for figure, value in part.items()
            )
    return text.getvalue().encode()


def _read(path: Path) -> list[Epoch]:
    found: dict[int, dict[str, dict[str, float]]] = {}
    with path.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(int(row["epoch"]), {}).setdefault(row["kind"], {})[row["figure"]] = float(row["value"])
    return [_epoch(number, kinds) for number, kinds in found.items()]


def _epoch(number: int, kinds: Mapping[str, Mapping[str, float]]) -> Epoch:
    return Epoch(number, kinds.get("train", {}), kinds.get("valid", {}), kinds.get("time", {}).get("seconds", 0.0))

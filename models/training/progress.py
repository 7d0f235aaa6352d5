"""What a person sees while a network trains: a bar on a terminal, and one line after each epoch everywhere."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tqdm import tqdm  # type: ignore[import-untyped]

from models.training import distributed
from models.training.history import Epoch, best

log = logging.getLogger(__name__)


@dataclass
class Bar:
    """The share of the epoch that is done, shown where somebody may be looking."""

    shown: tqdm

    def tick(self, done: float) -> None:
        """`done` in [0, 1], never going back."""
        self.shown.update(min(max(done, 0.0), 1.0) - self.shown.n)


@contextmanager
def bar(name: str, epoch: int, epochs: int) -> Iterator[Bar]:
    """A bar for one epoch on standard error; silent when that is not a terminal, or another process speaks."""
    quiet = not (sys.stderr.isatty() and distributed.speaks())
    form = "{desc} {percentage:3.0f} %|{bar}| {remaining} left"
    with tqdm(total=1.0, desc=f"{name} {epoch}/{epochs}", disable=quiet, leave=False, file=sys.stderr, bar_format=form) as shown:
        yield Bar(shown)


def line(name: str, epochs: Sequence[Epoch], last: int) -> str:
    """`detect-fold0 3/8 · loss 0.512 · dice 0.71 (best 0.72 after 2) · 43 s · about 4 min left`, of the newest epoch."""
    now = epochs[-1]
    parts = [f"{name} {now.number}/{last}", *(_number(key, value) for key, value in now.losses.items())]
    parts += [_number(key, value) for key, value in now.figures.items()]
    top = best(list(epochs))
    if top and top is not now:
        key, value = next(iter(top.figures.items()))
        parts.append(f"best {_number(key, value)} after {top.number}")
    left = (last - now.number) * sum(epoch.seconds for epoch in epochs) / len(epochs)
    return " · ".join([*parts, _time(now.seconds), *([f"about {_time(left)} left"] if left else [])])


def report(name: str, epochs: Sequence[Epoch], last: int) -> None:
    """The line, once however many processes train."""
    if distributed.leads():
        log.info("%s", line(name, epochs, last))


def _number(key: str, value: float) -> str:
    return f"{key} {value:.4g}"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

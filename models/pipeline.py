"""Reading the next scans while the present one is being scored: in order, never more than so many ahead, one bad scan alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

Item = TypeVar("Item")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Done(Generic[Item, Value]):
    """What became of one item."""

    item: Item
    future: Future[Value]

    def get(self) -> Value:
        """What was made of the item; raises what went wrong with it, if anything did."""
        return self.future.result()


def ahead(items: Iterable[Item], make: Callable[[Item], Value], *, depth: int = 1) -> Iterator[Done[Item, Value]]:
    """Each item with what `make` made of it, in order; up to `depth` following ones are made meanwhile, in as many threads.

    Threads, because a decoded scan is 300 MB that need not be copied, and decoders, numpy and torch let other threads run. `items` is
    asked in the caller's thread and no earlier than needed. Beside the one in the caller's hands there are never more than `depth` others.
    """
    coming = iter(items)
    waiting: deque[Done[Item, Value]] = deque()
    with ThreadPoolExecutor(depth, thread_name_prefix="ahead") as pool:

        def begin(count: int) -> None:
            waiting.extend(Done(item, pool.submit(make, item)) for item in islice(coming, count))

        try:
            begin(depth)
            while waiting:
                present = waiting.popleft()
                wait([present.future])
                begin(1)
                yield present
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # whoever stops asking does not wait for scans nobody wants

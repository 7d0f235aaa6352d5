"""Many things in lists of a size that one statement takes."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size`, none of them empty."""
    rest = iter(things)
    while found := list(islice(rest, size)):
        yield found

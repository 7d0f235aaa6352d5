"""Would the Lung-RADS category be another one if the nodule had been measured half a millimetre larger or smaller?

Two readings of the same nodule differ by 0.5 mm and more, so a category that flips within it deserves a second look.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.rules.lung_nodule import CATEGORIES, Nodule
from core.rules.lung_rads import categorise
from core.rules.lung_rads_nodule import worst

ERROR_TENTHS = 5


def possible(nodules: Sequence[Nodule], *, baseline: bool, error_tenths: int = ERROR_TENTHS) -> tuple[str, ...]:
    """All categories, in order, that come out when one size of one nodule moves by up to `error_tenths`; one category means a firm result.

    Sizes that contradict what the reader stated, and gaps, give no category and are left out.
    """
    alone = [categorise([nodule], baseline=baseline).category for nodule in nodules]
    found = {_of_exam(alone)}
    for place, nodule in enumerate(nodules):
        around = {categorise([moved], baseline=baseline).category for moved in _moved(nodule, error_tenths)}
        found |= {_of_exam([*alone[:place], category, *alone[place + 1 :]]) for category in around}
    return tuple(sorted((category for category in found if category is not None), key=CATEGORIES.index))


def _of_exam(categories: Sequence[str | None]) -> str | None:
    """The worst of its nodules; None where one has none, unless another is 4X and nothing could be worse."""
    known = [category for category in categories if category is not None]
    at_least = worst("1", *known)
    return at_least if len(known) == len(categories) or at_least == "4X" else None


def _moved(nodule: Nodule, error: int) -> Iterator[Nodule]:
    for step in range(-error, error + 1):
        if nodule.mean_tenths is not None:
            mean = max(nodule.mean_tenths + step, nodule.solid_tenths or 0, 1)
            yield replace(nodule, mean_tenths=mean)
        if nodule.solid_tenths is not None:
            part = max(0, nodule.solid_tenths + step)
            yield replace(nodule, solid_tenths=part if nodule.mean_tenths is None else min(part, nodule.mean_tenths))

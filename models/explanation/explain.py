"""One finding explained: its cube, the networks that judged it, and where the cube lies in the patient → an `Explanation`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from models.explanation.explanation import Explanation, Weighed
from models.explanation.saliency import FULL_LOGIT, Effects, Method, Network, contribution, effects
from models.lung.grid import Grid

VERSION = 1  # of how the map is made; a change makes old maps tell themselves apart
MOST = 5  # findings of a scan that are explained, the most suspicious first
LEAST_LOGIT = 0.05  # below it a place weighs nothing worth naming: the odds change by less than 5 %
AXES = (("feet", "head"), ("front", "back"), ("right", "left"))  # of the reading order: z, y, x


def explain(
    cube: Tensor, region: Tensor, fine: Grid, corner: NDArray[np.int_], networks: Sequence[Network], *, method: Method = "occlusion"
) -> Explanation:
    """What `networks` (at least one; their mean) reacted to in `cube` (1, 1, S, S, S), whose first voxel is `corner` (z, y, x) of `fine`.

    `region` (1, 1, S, S, S) in [0, 1] is the nodule's mask as the networks were given it. Costs 28 answers of each network.
    """
    each = [effects(network, cube, region, method=method) for network in networks]
    found = Effects(np.mean([one.by_place for one in each], 0), each[0].places)
    return Explanation(
        contribution=contribution(found, cube, region),
        affine=_lies(fine, corner),
        strongest=_strongest(found),
        method=method,
        version=VERSION,
        networks=len(networks),
        full_logit=FULL_LOGIT,
    )


def _lies(fine: Grid, corner: NDArray[np.int_]) -> NDArray[np.float64]:
    """Voxel (k, j, i, 1) of the cube → LPS mm."""
    affine = fine.affine.copy()
    affine[:3, 3] = fine.to_lps(np.asarray(corner, np.float64)[None])[0]
    return affine


def _strongest(found: Effects) -> tuple[Weighed, ...]:
    """The place that adds most and the one that takes most away, each only where it weighs something."""
    most, least = int(found.by_place.argmax()), int(found.by_place.argmin())
    named = [most] if found.by_place[most] >= LEAST_LOGIT else []
    named += [least] if found.by_place[least] <= -LEAST_LOGIT else []
    return tuple(Weighed(round(float(found.by_place[n]), 3), _towards(found.places.offsets[n])) for n in named)


def _towards(offset: NDArray[np.float64]) -> tuple[str, ...]:
    return tuple(words[int(along > 0)] for words, along in zip(AXES, offset, strict=True) if along)

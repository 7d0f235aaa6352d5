"""What is kept of an explanation: a map that lies in the patient, and the places that weighed most, in directions of the patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Weighed:
    """A place and what it adds to the logit (below 0: takes away). `towards`: "head", "feet", "front", "back", "left", "right" seen from
    the nodule's middle, where the place lies when it names none."""

    logit: float
    towards: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """`contribution` (Z, Y, X) in [-1, 1], ±1 from a change of the logit by `full_logit` on; `affine` (4, 4): voxel (k, j, i, 1) → LPS mm.

    `strongest`: the place that speaks most for malignancy and the one that speaks most against it, as far as they weigh anything.
    `networks`: of how many networks this is the mean.
    """

    contribution: NDArray[np.float16]
    affine: NDArray[np.float64]
    strongest: tuple[Weighed, ...]
    method: str
    version: int
    networks: int
    full_logit: float

"""The most suspicious findings of a scan, explained by what judged them: the kernel reader on the frozen front."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from models.explanation.explain import MOST, explain
from models.explanation.explanation import Explanation
from models.explanation.saliency import Network
from models.lung.assess import Assessed
from models.lung.ensemble import Ensemble
from models.lung.grid import Grid
from models.lung.sampling import Scan, cubes

LOW_HU, RANGE_HU = -1000.0, 1200.0
"""What an explanation calls 0 and 1; denser places lie above 1."""


def explanations(scan: Scan, judged: tuple[Assessed, ...], ensemble: Ensemble) -> Mapping[int, Explanation]:
    """By place in `judged`, the most suspicious first."""
    ranked = sorted(range(len(judged)), key=lambda place: -judged[place].malignancy)[:MOST]
    return {place: _explained(scan, judged[place], ensemble) for place in ranked}


def _explained(scan: Scan, one: Assessed, ensemble: Ensemble) -> Explanation:
    cube = (cubes(scan, one.looked_at_mm[None], [one.frame]) - LOW_HU) / RANGE_HU
    region = torch.from_numpy(one.region[None, None])
    return explain(cube, region, _grid(one), np.zeros(3, int), [_judging(ensemble, one)])


def _judging(ensemble: Ensemble, one: Assessed) -> Network:
    """The logit of the suspicion that is shown; the measurements stay those of the nodule, so only what is seen changes."""
    told = one.measurements.statistics()[None].astype(np.float64)
    _, slope = ensemble.calibration.blend[-1]

    def answer(images: Tensor, regions: Tensor) -> Tensor:
        seen = ensemble.see(images * RANGE_HU + LOW_HU, regions[:, 0].numpy())
        return torch.from_numpy(slope * ensemble.calibration.rating(seen, told.repeat(len(seen), 0)))

    return answer


def _grid(one: Assessed) -> Grid:
    """The cube's own voxels in the patient: z, y, x along LPS."""
    step, size = one.frame.spacing_mm, one.frame.size
    affine = np.array([[0, 0, step, 0], [0, step, 0, 0], [step, 0, 0, 0], [0, 0, 0, 1.0]])
    affine[:3, 3] = one.looked_at_mm - (size - 1) / 2 * step
    return Grid(np.zeros((size,) * 3, np.int16), affine)

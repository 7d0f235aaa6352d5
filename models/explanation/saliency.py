"""How a network's malignancy logit changes when a place of the nodule's cube becomes the lung around it.

Occlusion needs answers only, so it explains the very network that gave the number, on whatever device it runs; integrated gradients
(Sundararajan 2017) need torch's gradients and add up to the whole difference. Both through captum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool3d

from models.explanation.places import SIDE, Places

Network = Callable[[Tensor, Tensor], Tensor]
"""Cubes (B, 1, S, S, S) in [0, 1] and the nodule's region in them, of the same shape → malignancy logit (B,)."""
Method = Literal["occlusion", "gradients"]

FULL_LOGIT = 0.25
"""The change of the logit by one place that is shown in full colour: the odds 1.28 times as high. Fixed, so that a weak map looks weak."""
LUNG = (0.04, 0.33)  # HU -950 to -600 on the scale of the cubes, -1000 to 200 HU as 0 to 1
QUIET_LUNG = 0.125  # -850 HU, where the cube shows too little lung to take its own
FEWEST_LUNG = 200  # voxels
CHANGED = (0.05, 0.15)  # a place that differs by 60 HU from lung begins to be tinted, by 180 HU in full: noise is not
BATCH, STEPS = 9, 12  # cubes at once: a first layer of 32 channels takes 130 MB for 9; steps of the integral


@dataclass(frozen=True)
class Effects:
    """By place (N,): what its being there adds to the logit."""

    by_place: NDArray[np.float64]
    places: Places


def saliency(network: Network, cube: Tensor, region: Tensor, *, method: Method = "occlusion", side: int = SIDE) -> NDArray[np.float16]:
    """(S, S, S) in [-1, 1]: what each place adds to (above 0) or takes from the logit of one cube (1, 1, S, S, S), ±1 from ±FULL_LOGIT on.

    Only what differs from the lung around is tinted: where nothing changed, nothing was tested. Occlusion asks side³ + 1 times: 28.
    """
    return contribution(effects(network, cube, region, method=method, side=side), cube, region)


def effects(network: Network, cube: Tensor, region: Tensor, *, method: Method = "occlusion", side: int = SIDE) -> Effects:
    """What the places around the nodule add to the logit, one by one; by "gradients" they add up to cube minus lung alone."""
    cube, region = cube.clone(), region.clone()  # tensors made in inference mode have no gradients
    places = Places.around(region[0, 0], side=side)
    lung = lung_around(cube, region)

    def answer(presence: Tensor) -> Tensor:
        """(B, N) with 1 where a place is as it is and 0 where it is lung → (B,)."""
        mixed = lung + (cube - lung) * places.spread(presence)[:, None]  # (B, 1, S, S, S)
        return network(mixed, region.expand(len(mixed), -1, -1, -1, -1)).float()

    found = _attributed(answer, torch.ones(1, side**3, device=cube.device), method)
    return Effects(found[0].double().cpu().numpy(), places)


def contribution(found: Effects, cube: Tensor, region: Tensor) -> NDArray[np.float16]:
    """The effects as a map (S, S, S) in [-1, 1] over what differs from the lung around."""
    values = torch.from_numpy(found.by_place).to(cube.device, torch.float32)[None]
    spread = found.places.spread(values)[0] / FULL_LOGIT  # (S, S, S)
    differs = avg_pool3d(cube - lung_around(cube, region), 3, 1, 1, count_include_pad=False)[0, 0].abs()
    tested = ((differs - CHANGED[0]) / (CHANGED[1] - CHANGED[0])).clamp(0, 1)
    return np.asarray((spread * tested).clamp(-1, 1).cpu().numpy(), np.float16)


def lung_around(cube: Tensor, region: Tensor) -> float:
    """The usual lung of this cube (its median), away from the nodule; -850 HU where the cube shows hardly any."""
    seen = cube[(region < 0.1) & (cube > LUNG[0]) & (cube < LUNG[1])]
    return float(seen.median()) if len(seen) >= FEWEST_LUNG else QUIET_LUNG


def _attributed(answer: Callable[[Tensor], Tensor], present: Tensor, method: Method) -> Tensor:
    """(1, N) by captum, which is loaded when it is first needed."""
    from captum.attr import FeatureAblation, IntegratedGradients  # type: ignore[import-untyped]

    if method == "occlusion":
        with torch.no_grad():
            ablated: Tensor = FeatureAblation(answer).attribute(present, baselines=0, perturbations_per_eval=BATCH)
        return ablated
    integrated: Tensor = IntegratedGradients(answer).attribute(present, baselines=0, n_steps=STEPS, internal_batch_size=BATCH)
    return integrated.detach()

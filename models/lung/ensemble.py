"""The fold networks together: one answer per cube, from all of them or, for a patient some of them know, from the one that does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models import cards
from models.cards import Card
from models.compute import Compute
from models.networks.nodule import NoduleNet
from models.refusal import NoResult

BATCH = 32
BLEND_FILE = "lung-ct-blend.safetensors"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ensemble:
    """`nets` by fold; `blend` (folds + 1, 2 + 6): intercept, weight of the networks' logit and of the six statistics; the last row for all.

    Row k was fitted without the patients of fold k.
    """

    nets: dict[int, NoduleNet]
    blend: Floats
    compute: Compute

    def without_patients_of(self, fold: int) -> Ensemble:
        """Only the network that was trained without the patients of `fold`, with the blend fitted without them."""
        if fold not in self.nets:
            raise NoResult(f"The network trained without fold {fold} is not installed, so its patients cannot be scored honestly.")
        return Ensemble({fold: self.nets[fold]}, self.blend[[fold, fold]], self.compute)

    def first_look(self, cubes: Tensor) -> Floats:
        """Probability (N,) of a nodule in the middle of each cube, by one network: cheap, to drop what is plainly none."""
        return self._nodule(cubes, [next(iter(self.nets.values()))])

    def nodule(self, cubes: Tensor) -> Floats:
        """Probability (N,) of a nodule, mean over the networks."""
        return self._nodule(cubes, list(self.nets.values()))

    @torch.inference_mode()
    def _nodule(self, cubes: Tensor, nets: Sequence[NoduleNet]) -> Floats:
        found = []
        for batch in self._batches(cubes):
            with self.compute.precision():
                logits = [net.is_nodule(net.encode(batch)) for net in nets]
            found.append(torch.sigmoid(torch.stack(logits).float()).mean(0).cpu())
        return np.asarray(torch.cat(found).numpy(), np.float64) if found else np.zeros(0)

    @torch.inference_mode()
    def masks(self, cubes: Tensor) -> NDArray[np.float32]:
        """Probability (N, S, S, S) of each voxel belonging to the nodule; mean over networks and a left-right mirror image."""
        found = []
        for batch in self._batches(cubes):
            with self.compute.precision():
                seen = [net.decode(net.encode(view)).mask for net in self.nets.values() for view in (batch,)]
                mirrored = [net.decode(net.encode(batch.flip(4))).mask.flip(4) for net in self.nets.values()]
            found.append(torch.sigmoid(torch.stack([*seen, *mirrored]).float()).mean(0)[:, 0].cpu())
        return np.asarray(torch.cat(found).numpy())

    @torch.inference_mode()
    def suspicion(self, cubes: Tensor, regions: NDArray[np.float32], statistics: NDArray[np.float32]) -> Floats:
        """The networks' malignancy logit (N,), not yet calibrated: mean over networks and mirror images."""
        found = []
        parts = (cubes, torch.from_numpy(regions[:, None]), torch.from_numpy(statistics))
        for batch, region, told in zip(*(self._batches(part) for part in parts), strict=True):
            with self.compute.precision():
                logits = [
                    net.judge(net.decode(net.encode(batch.flip(axes))), region.flip(axes), told)[:, 0]
                    for net in self.nets.values()
                    for axes in ((), (4,), (3,), (2,))
                ]
            found.append(torch.stack(logits).float().mean(0).cpu())
        return np.asarray(torch.cat(found).numpy(), np.float64)

    def malignancy(self, logit: Floats, statistics: NDArray[np.float32]) -> Floats:
        """Calibrated probability (N,) from the networks' logit and the measurements, by logistic regression fitted across folds."""
        row = self.blend[-1]
        return np.asarray(1 / (1 + np.exp(-(row[0] + row[1] * logit + statistics @ row[2:]))))

    def _batches(self, values: Tensor) -> Iterator[Tensor]:
        for first in range(0, len(values), BATCH):
            part = values[first : first + BATCH].to(self.compute.device, non_blocking=True)
            yield part.contiguous(memory_format=self.compute.memory_format_3d) if part.dim() == 5 else part


def load(card: Card, compute: Compute) -> Ensemble:
    """The networks and the blend that the card names. Raises NoResult when a file is missing or altered."""
    nets = {}
    blend = None
    for part in card.weights:
        tensors = cards.read_weights(part)
        if part.fold is None:
            blend = tensors["blend"].double().numpy()
        else:
            nets[part.fold] = network(tensors, compute)
    if not nets or blend is None:
        raise NoResult(f"The lung CT model is incomplete: its card names no network or no calibration. {cards.INSTALL_AGAIN}")
    return Ensemble(nets, blend, compute)


def network(tensors: dict[str, Tensor], compute: Compute) -> NoduleNet:
    """A network ready to answer, from its stored tensors."""
    tensors = {name: value.float() if value.is_floating_point() else value for name, value in tensors.items()}
    net = NoduleNet(tensors["stem.0.weight"].shape[0])
    net.load_state_dict(tensors)
    return compute.place(net).eval()

"""One appraisal network of one fold in training: nodule or not, mask, suspicion and ratings, from cubes made anew each epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.compute import Compute
from models.lung import crops
from models.lung.sampling import APPRAISAL, zoom
from models.networks.appraisal import AppraisalNet
from models.training import appraisal_losses, transplant, variation
from models.training.averaged import Averaged
from models.training.material import Material
from models.training.resumable import Mining
from models.training.transplant import Cube

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """What another person needs to get the same weights within the stated spread."""

    seed: int = 20261
    epochs: int = 8
    batch: int = 10
    rate: float = 2e-3
    front_rate: float = 2e-4
    weight_decay: float = 2e-3
    negatives: int = 330


class AppraisalPart(Mining[AppraisalNet]):
    """The network, its optimiser, and the weight with which each negative is drawn."""

    def __init__(self, fold: int, material: Material, settings: Settings, device: Compute, start: dict[str, Tensor]) -> None:
        torch.manual_seed(settings.seed + fold)
        self.name, self.fold, self.epochs, self.epoch = f"appraisal-fold{fold}", fold, settings.epochs, 0
        self.material, self.settings, self.device = material, settings, device
        self.mine, self.hosts = material.of_training(fold)
        self.places = [(n, place) for n in self.hosts for place in range(len(material.hosts[n].negatives_mm))]
        self.weight = np.ones(len(self.places))
        network = AppraisalNet()
        network.front.load_published(start)
        for part in (network.front.conv1, network.front.bn1):
            part.requires_grad_(False)
        self.network = device.place(network)
        self.average = Averaged(self.network)
        groups = self._groups()
        self.optimiser = torch.optim.AdamW(groups, weight_decay=settings.weight_decay)
        steps = settings.epochs * self.steps_an_epoch
        rates = [group["lr"] for group in groups]
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(self.optimiser, rates, total_steps=steps, pct_start=0.15)

    def _groups(self) -> list[dict[str, Any]]:
        """The front changes slowly, the few weights of the measurements fast, what judges by sight is held small."""
        settings, network = self.settings, self.network
        front = [p for p in network.front.parameters() if p.requires_grad]
        sight, size = list(network.by_sight.parameters()), list(network.by_size.parameters())
        named = {id(p) for p in (*network.front.parameters(), *sight, *size)}
        rest = [p for p in network.parameters() if id(p) not in named]
        return [
            {"params": front, "lr": settings.front_rate},
            {"params": rest, "lr": settings.rate},
            {"params": sight, "lr": settings.rate / 3, "weight_decay": 0.05},
            {"params": size, "lr": settings.rate * 5},
        ]

    @property
    def steps_an_epoch(self) -> int:
        return len(self.mine) // self.settings.batch

    def train_epoch(self, tick: Callable[[float], None] = lambda _: None) -> dict[str, float]:
        """One pass over the nodules, with negatives beside them; mean losses."""
        rng = np.random.default_rng((self.settings.seed, self.fold, self.epoch))
        self.network.train()
        self.network.front.eval()  # batch norms of the front keep what they were trained with
        order = rng.permutation(self.mine)
        shares = np.array_split(
            rng.choice(len(self.places), self.settings.negatives, p=self.weight / self.weight.sum()), self.steps_an_epoch
        )
        total: dict[str, float] = {}
        for step in range(self.steps_an_epoch):
            chosen = order[step * self.settings.batch : (step + 1) * self.settings.batch]
            for name, value in self._step(chosen, shares[step], rng).items():
                total[name] = total.get(name, 0.0) + value / self.steps_an_epoch
            tick((step + 1) / self.steps_an_epoch)
        self.epoch += 1
        return total

    def _step(self, chosen: NDArray[np.int_], negatives: NDArray[np.int_], rng: np.random.Generator) -> dict[str, float]:
        hosts = [self.material.hosts[n] for n in self.hosts]
        nodules = [self._nodule(self.material.sources[n], hosts, rng) for n in chosen]
        empty = [self._empty(int(n), hosts, rng) for n in negatives]
        images = self._tensor([variation.varied(cube.hu, cube.spacing_mm, rng) for cube in [*nodules, *empty]])
        masks = self._tensor([cube.mask for cube in nodules])
        statistics = torch.from_numpy(np.stack([self._measured(n, cube, rng) for n, cube in zip(chosen, nodules, strict=True)]))
        region = (masks + torch.from_numpy(rng.normal(0, 0.15, masks.shape).astype(np.float32)).to(masks.device)).clamp(0, 1)
        with self.device.precision():
            features = self.network.encode(images)
            nodule = self.network.is_nodule(features).float()
            mine = type(features)(*(part[: len(nodules)] for part in features))
            decoded = self.network.decode(mine)
            told = self.network.judge(mine, decoded, region, statistics.to(images.device)).float()
        wanted = self.material.targets[chosen].to(images.device)
        parts = appraisal_losses.parts(nodule, decoded.mask.float(), masks, told, wanted)
        self._update(sum(parts.values(), torch.zeros(())))
        self.weight[negatives] = 0.05 + torch.sigmoid(nodule[len(nodules) :].detach()).cpu().numpy()
        return {name: float(value.detach()) for name, value in parts.items()}

    def _nodule(self, source: transplant.Source, hosts: list[Any], rng: np.random.Generator) -> Cube:
        frame = APPRAISAL.zoomed(zoom(source.diameter_mm * float(rng.uniform(0.85, 1.15))))
        return transplant.nodule(source, frame, hosts, rng)

    def _empty(self, n: int, hosts: list[Any], rng: np.random.Generator) -> Cube:
        """A host's place mostly as it is, sometimes as a thin slab, sometimes a place beside a nodule instead."""
        host_number, place = self.places[n]
        host = self.material.hosts[host_number]
        center = host.negatives_mm[place] + rng.normal(0, 0.8, 3)
        chance = rng.random()
        if chance < 0.25:
            beside = transplant.surrounding(self.material.sources[rng.choice(self.mine)], APPRAISAL, hosts, rng)
            if beside is not None:
                return beside
        return transplant.slab(host, center, APPRAISAL, hosts, rng) if chance < 0.4 else transplant.plain(host, center, APPRAISAL)

    def _measured(self, n: int, cube: Cube, rng: np.random.Generator) -> NDArray[np.float32]:
        """The readers' measurements, moved by the scale and by chance."""
        told = self.material.sources[n].crop.measurements.statistics().copy()
        told[0] += 3 * np.log(cube.scale) / 1.5
        told[1] += np.log(cube.scale) / 0.5
        return np.asarray(told + rng.normal(0, [0.15, 0.2, 0.15, 0.15, 0.1, 0.2]), np.float32)

    def _update(self, loss: Tensor) -> None:
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        self.schedule.step()
        self.average.update(self.network)

    @torch.inference_mode()
    def validate(self) -> dict[str, float]:
        """On the fold's own nodules, with the averaged weights: AUC of suspicion inside the readers' mask, median Dice in the cube."""
        network = self.average.network.eval()
        theirs = [n for n, source in enumerate(self.material.sources) if crops.fold_of(source.crop.patient) == self.fold]
        truth, told, dice = [], [], []
        for first in range(0, len(theirs), 16):
            part = theirs[first : first + 16]
            cubes = [self.material.still(n) for n in part]
            masks = self._tensor([cube.mask for cube in cubes])
            statistics = torch.from_numpy(np.stack([self.material.sources[n].crop.measurements.statistics() for n in part]))
            with self.device.precision():
                features = network.encode(self._tensor([cube.hu for cube in cubes]))
                decoded = network.decode(features)
                answer = network.judge(features, decoded, masks, statistics.to(masks.device)).float()
            both = ((decoded.mask > 0) & (masks > 0.5)).sum((1, 2, 3, 4)).float()
            dice += (2 * both / ((decoded.mask > 0).sum((1, 2, 3, 4)) + (masks > 0.5).sum((1, 2, 3, 4))).clamp(min=1)).tolist()
            told += answer[:, 0].tolist()
            truth += [self.material.sources[n].crop.malignant for n in part]
        return {"auc": appraisal_losses.auc(np.array(truth), np.array(told)), "dice": float(np.median(dice)) if dice else 0.0}

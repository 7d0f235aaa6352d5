"""One detection network of one fold in training: windows with a transplanted nodule somewhere, and windows around what looks like one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from models.compute import Compute
from models.lung import crops
from models.lung.sampling import DETECTION, offsets
from models.networks.detection import STRIDE, DetectionNet
from models.training import transplant, variation
from models.training.averaged import Averaged
from models.training.detection_targets import Target, loss, target
from models.training.material import Material
from models.training.resumable import Mining
from models.training.surroundings import Host

JITTER_MM, REACH_MM = 16.0, 19.0
Floats = NDArray[np.float64]
Window = tuple[NDArray[np.float32], Target]


@dataclass(frozen=True)
class Settings:
    """What another person needs to get the same weights within the stated spread."""

    seed: int = 20262
    epochs: int = 12
    batch: int = 12
    rate: float = 2e-3
    weight_decay: float = 1e-3
    width: int = 12
    negatives: int = 900
    beside: int = 150


class DetectionPart(Mining[DetectionNet]):
    """The network, its optimiser, and the weight with which each place that is no nodule is drawn."""

    def __init__(self, fold: int, material: Material, settings: Settings, device: Compute) -> None:
        torch.manual_seed(settings.seed + fold)
        self.name, self.fold, self.epochs, self.epoch = f"detection-fold{fold}", fold, settings.epochs, 0
        self.material, self.settings, self.device = material, settings, device
        self.mine, self.hosts = material.of_training(fold)
        self.places = [(n, place) for n in self.hosts for place in range(len(material.hosts[n].negatives_mm))]
        self.weight = np.ones(len(self.places))
        self.network = device.place(DetectionNet(settings.width))
        self.average = Averaged(self.network)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=settings.rate, weight_decay=settings.weight_decay)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser, settings.rate, total_steps=settings.epochs * self.steps_an_epoch, pct_start=0.15
        )

    @property
    def steps_an_epoch(self) -> int:
        return (len(self.mine) + self.settings.negatives + self.settings.beside) // self.settings.batch

    def train_epoch(self, tick: Callable[[float], None] = lambda _: None) -> dict[str, float]:
        """One pass over the nodules and as many other windows; mean losses."""
        rng = np.random.default_rng((self.settings.seed, self.fold, self.epoch))
        self.network.train()
        drawn = rng.choice(len(self.places), self.settings.negatives, p=self.weight / self.weight.sum())
        kinds = [("nodule", int(n)) for n in self.mine] + [("place", int(n)) for n in drawn]
        kinds += [("beside", int(n)) for n in rng.choice(self.mine, self.settings.beside)]
        order = rng.permutation(len(kinds))
        total: dict[str, float] = {}
        for step in range(self.steps_an_epoch):
            chosen = [kinds[n] for n in order[step * self.settings.batch : (step + 1) * self.settings.batch]]
            for name, value in self._step(chosen, rng).items():
                total[name] = total.get(name, 0.0) + value / self.steps_an_epoch
            tick((step + 1) / self.steps_an_epoch)
        self.epoch += 1
        return total

    def _step(self, chosen: list[tuple[str, int]], rng: np.random.Generator) -> dict[str, float]:
        windows = [self._window(kind, n, rng) for kind, n in chosen]
        images = self._tensor([hu for hu, _ in windows])
        with self.device.precision():
            told = self.network(images).float()
        parts = loss(told, [wanted for _, wanted in windows])
        self.optimiser.zero_grad(set_to_none=True)
        sum(parts.values(), torch.zeros((), device=told.device)).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        self.schedule.step()
        self.average.update(self.network)
        highest = torch.sigmoid(told[:, 0].detach()).amax((1, 2, 3)).tolist()
        for (kind, n), probability in zip(chosen, highest, strict=True):
            if kind == "place":
                self.weight[n] = 0.05 + probability
        return {name: float(value.detach()) for name, value in parts.items()}

    def _window(self, kind: str, n: int, rng: np.random.Generator) -> Window:
        hosts = [self.material.hosts[k] for k in self.hosts]
        if kind == "place":
            return self._place(n, rng)
        source = self.material.sources[n]
        if kind == "beside":
            beside = transplant.surrounding(source, DETECTION, hosts, rng)
            if beside is not None:
                near = np.abs(beside.place_mm).max() < DETECTION.width_mm / 2
                wanted = target(beside.place_mm, source.diameter_mm) if near else target(None, 0.0)
                return variation.varied(beside.hu, beside.spacing_mm, rng), wanted
        cube = transplant.nodule(source, DETECTION, hosts, rng, reach_mm=REACH_MM)
        return variation.varied(cube.hu, cube.spacing_mm, rng), target(cube.place_mm, source.diameter_mm * cube.scale)

    def _place(self, n: int, rng: np.random.Generator) -> Window:
        """A host's own window, mirrored at random; known lesions in it and what lies outside the lung field do not count."""
        number, place = self.places[n]
        host = self.material.hosts[number]
        center = host.negatives_mm[place] + rng.uniform(-JITTER_MM, JITTER_MM, 3)
        hu, wanted = host.cube(center, DETECTION), target(None, 0.0, ignored(host, center))
        axes = tuple(axis for axis in range(3) if rng.random() < 0.5)
        turns = int(rng.integers(4))
        hu = np.rot90(np.flip(hu, axes), turns, (1, 2))
        mirrored = Target(wanted.heat, wanted.offset, wanted.log_diameter, np.rot90(np.flip(wanted.counts, axes), turns, (1, 2)).copy())
        return variation.varied(np.ascontiguousarray(hu), DETECTION.spacing_mm, rng), mirrored

    @torch.inference_mode()
    def validate(self) -> dict[str, float]:
        """Share of the fold's own nodules, in quiet lung, whose place is given a probability above 0.3 and above 0.6."""
        network = self.average.network.eval()
        theirs = [n for n, source in enumerate(self.material.sources) if crops.fold_of(source.crop.patient) == self.fold]
        found = []
        for first in range(0, len(theirs), 16):
            cubes = [self.material.still(n, DETECTION).hu for n in theirs[first : first + 16]]
            with self.device.precision():
                told = network(self._tensor(cubes)).float()
            middle = told.shape[2] // 2
            found += (
                torch.sigmoid(told[:, 0, middle - 1 : middle + 1, middle - 1 : middle + 1, middle - 1 : middle + 1])
                .amax((1, 2, 3))
                .tolist()
            )
        return {f"above {limit}": float(np.mean(np.array(found) > limit)) for limit in (0.3, 0.6)} if found else {}


def ignored(host: Host, center_mm: Floats) -> NDArray[np.bool_]:
    """(cells,)*3: cells of a window that do not count: in or near a known lesion, or outside the lung field."""
    cells = DETECTION.size // STRIDE
    middles = offsets(DETECTION).reshape(*(DETECTION.size,) * 3, 3)
    middles = middles.reshape(cells, STRIDE, cells, STRIDE, cells, STRIDE, 3).mean((1, 3, 5)).reshape(-1, 3)
    points = middles[:, ::-1] + center_mm  # LPS
    voxel = np.rint(host.coarse.grid.to_voxel(points)).astype(int)
    within = np.all((voxel >= 0) & (voxel < host.inside.shape), axis=1)
    outside = ~within
    outside[within] = ~host.inside[tuple(voxel[within].T)]
    for x, y, z, radius in host.exclude_mm:
        outside |= np.linalg.norm(points - [x, y, z], axis=1) < radius + 6
    return np.asarray(outside.reshape((cells,) * 3))

"""A mammography network a thousand times smaller than the real one, drawn data for it, and the training command around both."""

import csv
import os
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from models.breast import ensemble
from models.networks.breast_net import THIN, Answers, with_reader
from models.training import mammography, mammography_export, mammography_start
from tests.breast_build import mammogram

SMALL = ("epochs=2", "batch=4", "head_rate=0.05")


class Standin(nn.Module):
    """One convolution with dropout, and heads that see its mean over the breast."""

    def __init__(self, backbone: str = THIN) -> None:
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(1, 4, 16, 16), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.2))
        self.heads, self.place = nn.Linear(4, 10), nn.Conv2d(4, 2, 1)
        self.reader = nn.Linear(4, 5).requires_grad_(False)
        self.by_reader: Tensor
        self.register_buffer("by_reader", torch.zeros(5))

    def answers(self, images: Tensor, field: Tensor) -> Answers:
        """Everything it says."""
        features = self.backbone(images)  # (B, 4, h, w)
        inside = nn.functional.avg_pool2d(field[:, None], 16)
        told = self.heads((features * inside).sum((2, 3)) / inside.sum((2, 3)).clamp(min=1))  # (B, 10)
        local, lesion = self.place(features).unbind(1)
        return Answers(told[:, :2], told[:, 2:6], local, told[:, 6:9], told[:, 9], lesion)

    def moments(self, planes: Tensor, field: Tensor) -> Tensor:
        """Mean over the breast."""
        inside = nn.functional.avg_pool2d(field[:, None], 16)
        return (self.backbone(planes) * inside).sum((2, 3)) / inside.sum((2, 3)).clamp(min=1)  # type: ignore[no-any-return]

    @staticmethod
    def planes(images: Tensor, field: Tensor) -> Tensor:
        return images

    def told(self, planes: Tensor, field: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        said = self.answers(planes, field)
        own = torch.cat([said.tasks[:, :1], said.density], 1)
        told = with_reader(own, self.reader(self.moments(planes, field)), self.by_reader)
        return torch.cat([told[:, :1], said.tasks[:, 1:]], 1), told[:, 1:], said.local

    def forward(self, images: Tensor, field: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        said = self.answers(images, field)
        return said.tasks, said.density, said.local


def started(network: nn.Module, name: str, file: Path | None) -> nn.Module:
    """The small network has no published start."""
    return network


def draw(folder: Path, women: int = 14) -> Path:
    """Two views of one breast of each woman, every other one with cancer, as `images/` and `labels.csv`."""
    (folder / "images").mkdir(parents=True)
    rows = [["file", "patient_id", "laterality", "view", "cancer", "density", "birads", "age", "invasive"]]
    for woman in range(women):
        for n, view in enumerate(("CC", "MLO")):
            name = f"{woman}-{view}.png"
            pixels = mammogram(seed=2 * woman + n, shape=(120, 100), structure=0.1 + 0.4 * (woman % 2))
            Image.fromarray(np.asarray(pixels * 255, np.uint8)).save(folder / "images" / name)
            rows.append([name, f"w{woman}", "L", view, str(woman % 2), "ABCD"[woman % 4], str(woman % 3), "61", str(woman % 2)])
    write(folder, rows)
    return folder


def write(folder: Path, rows: list[list[str]]) -> None:
    """`labels.csv`."""
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def train(data: Path, out: Path, *more: str) -> int:
    """The command with small settings."""
    small = [part for one in SMALL for part in ("--set", f"mammography.{one}")]
    return mammography.main(["--data", str(data), "--out", str(out), *small, *more])


def main() -> int:
    """`python -m tests.mammography_standin DATA OUT …`: the training command in a process of its own."""
    torch.set_num_threads(1)
    os.environ["OMP_NUM_THREADS"] = "1"
    for module in (ensemble, mammography, mammography_export):
        module.BreastNet = Standin  # type: ignore[attr-defined]
    mammography_start.start = started  # type: ignore[assignment]
    return train(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])


if __name__ == "__main__":
    sys.exit(main())

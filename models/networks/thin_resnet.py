"""A ResNet-50 of half the width with batch norms folded in, cut off at stride 16: plain convolutions, fast on processors with matrix tiles.

The layout is that of Yahoo's open_nsfw (https://github.com/yahoo/open_nsfw, BSD-2-Clause), whose weights are the one start of this kind
that can be installed from a package index: trained on ImageNet, then on photographs. In its blocks the first convolution strides.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

MEAN = (104 / 255, 117 / 255, 123 / 255)
STAGES = ((32, 3, 1), (64, 4, 2), (128, 4, 2))
"""Width, blocks and stride of the first block of each stage. The published third stage has two blocks more."""
FEATURES = 4 * STAGES[-1][0]


class Bottleneck(nn.Module):
    """1×1 (with the stride), 3×3 and 1×1 convolutions and a shortcut; four times as many channels as `width` come out."""

    def __init__(self, inputs: int, width: int, stride: int, *, shortcut: bool) -> None:
        super().__init__()
        self.shortcut = nn.Conv2d(inputs, 4 * width, 1, stride) if shortcut else None
        self.conv1 = nn.Conv2d(inputs, width, 1, stride)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1)
        self.conv3 = nn.Conv2d(width, 4 * width, 1)

    def forward(self, x: Tensor) -> Tensor:
        along = x if self.shortcut is None else self.shortcut(x)
        inner = torch.relu(self.conv2(torch.relu(self.conv1(x))))
        return torch.relu(self.conv3(inner) + along)


class ThinResNet(nn.Module):
    """(B, 3, H, W) in [0, 1] → (B, 512, H/16, W/16)."""

    mean: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 64, 7, 2, 3)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.stages = nn.ModuleList(_stage(number) for number in range(len(STAGES)))
        self.register_buffer("mean", torch.tensor(MEAN)[:, None, None], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.pool(torch.relu(self.stem(x - self.mean)))
        for stage in self.stages:
            y = stage(y)
        return y

    def front(self) -> tuple[nn.Module, ...]:
        """What is kept as it was published: edges and textures at stride 4."""
        return self.stem, self.stages[0]


def _stage(number: int) -> nn.Sequential:
    width, blocks, stride = STAGES[number]
    before = 64 if number == 0 else 4 * STAGES[number - 1][0]
    rest = [Bottleneck(4 * width, width, 1, shortcut=False) for _ in range(blocks - 1)]
    return nn.Sequential(Bottleneck(before, width, stride, shortcut=True), *rest)

"""The front of Astra's image backbone: an inflated 3D ResNet-152 that was trained on chest CT and reports, up to layer 2.

Names of the layers are those of the published weights, so that they load strictly. The three equal input channels are summed into one.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

BLOCKS = {"layer1": (64, 64, 3, 1), "layer2": (256, 128, 8, 2)}
"""Layer → (inputs, width, blocks, stride of the first)."""


class Bottleneck(nn.Module):
    """1×1×1, 3×3×3 (with the stride) and 1×1×1 convolutions with batch norm, and a shortcut; four times as many channels come out."""

    def __init__(self, inputs: int, width: int, stride: int = 1, *, shortcut: bool = False) -> None:
        super().__init__()
        self.conv1 = nn.Conv3d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm3d(width)
        self.conv2 = nn.Conv3d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm3d(width)
        self.conv3 = nn.Conv3d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm3d(4 * width)
        self.downsample = None
        if shortcut:
            self.downsample = nn.Sequential(nn.Conv3d(inputs, 4 * width, 1, stride, bias=False), nn.BatchNorm3d(4 * width))

    def forward(self, x: Tensor) -> Tensor:
        along = x if self.downsample is None else self.downsample(x)
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.conv2(y)))
        return torch.relu(self.bn3(self.conv3(y)) + along)


class Front(nn.Module):
    """HU -1000…200 as 0…1, our axes → features after `kept` blocks of layer 2 (none: after layer 1), in our axes again.

    Astra's axes run right and to the front where ours run left and to the back, and its x comes before its y.
    """

    def __init__(self, kept: int = 8) -> None:
        super().__init__()
        self.conv1 = nn.Conv3d(1, 64, (3, 7, 7), (1, 2, 2), (1, 3, 3), bias=False)
        self.bn1 = nn.BatchNorm3d(64)
        self.maxpool = nn.MaxPool3d(3, 2, 1)
        self.layer1 = _layer("layer1", 3)
        self.layer2 = _layer("layer2", kept)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, Z, Y, X) → (B, 512, Z/4, Y/8, X/8), or (B, 256, Z/2, Y/4, X/4) without layer 2."""
        turned = x.flip(3, 4).transpose(3, 4)  # (B, 1, Z, X to the right, Y to the front)
        y = self.maxpool(torch.relu(self.bn1(self.conv1(turned))))  # (B, 64, Z/2, X/4, Y/4)
        back: Tensor = self.layer2(self.layer1(y)).transpose(3, 4).flip(3, 4)
        return back

    def load_published(self, tensors: dict[str, Tensor]) -> None:
        """Take over Astra's tensors (names without prefix); what this front does not have is left out, nothing may be missing."""
        wanted = self.state_dict()
        mine = {name: value.float() for name, value in tensors.items() if name in wanted}
        mine["conv1.weight"] = mine["conv1.weight"].sum(1, keepdim=True)
        self.load_state_dict(mine, strict=True)


def _layer(name: str, kept: int) -> nn.Sequential:
    inputs, width, blocks, stride = BLOCKS[name]
    parts = [Bottleneck(inputs, width, stride, shortcut=True)] if kept else []
    parts += [Bottleneck(4 * width, width) for _ in range(min(kept, blocks) - 1)]
    return nn.Sequential(*parts)

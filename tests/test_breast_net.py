"""The mammography network itself: its architecture decides its numbers."""

import pytest
import torch

from models.networks import breast_net
from models.networks.breast_net import BreastNet


def test_golden_tensor_of_the_untrained_network() -> None:
    """Weights from a formula, not a random generator: the architecture alone decides these numbers."""
    network = BreastNet().eval()
    with torch.no_grad():
        for number, parameter in enumerate(network.parameters()):
            wave = 0.5 * torch.sin(0.7 * torch.arange(parameter.numel(), dtype=torch.float32) + number)
            inputs = parameter[0].numel() if parameter.dim() else 1
            parameter.copy_((wave / max(1.0, inputs**0.5)).view_as(parameter))
        tasks, density, local = network(torch.linspace(0, 1, 64 * 64).view(1, 1, 64, 64), torch.ones(1, 64, 64))
    assert tuple(local.shape) == (1, 4, 4)
    assert tasks[0].tolist() == pytest.approx([0.68389, 0.23745], abs=1e-3)
    assert density[0].tolist() == pytest.approx([-2.31334, -3.71069, -4.05910, -3.32989], abs=1e-3)


def test_the_soft_maximum_lies_between_mean_and_maximum() -> None:
    local = torch.tensor([[[0.0, 0.0, 4.0, 100.0]]])
    weight = torch.tensor([[1 / 3, 1 / 3, 1 / 3, 1e-9]])  # the last cell is outside the breast
    mean = breast_net._soft_maximum(local[..., :3], weight[:, :3], torch.tensor(1e-3))
    highest = breast_net._soft_maximum(local[..., :3], weight[:, :3], torch.tensor(50.0))
    assert float(mean) == pytest.approx(4 / 3, abs=0.02)
    assert float(highest) == pytest.approx(4, abs=0.05)

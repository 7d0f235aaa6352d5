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
        ramp = torch.linspace(0, 1, 3 * 64 * 64).view(1, 3, 64, 64)
        evidence = network(ramp, torch.ones(1, 64, 64))
    assert tuple(evidence.local.shape) == (1, 2, 2)
    assert evidence.logits[0].tolist() == pytest.approx([1.35361, 2.12707], abs=1e-3)


def test_folded_norms_change_nothing() -> None:
    torch.manual_seed(1)
    whole = breast_net.backbone().eval()
    images = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        for norm in (part for part in whole.modules() if isinstance(part, torch.nn.BatchNorm2d)):
            norm.running_mean.uniform_(-1, 1)
            norm.running_var.uniform_(0.5, 2)
        expected = whole(images)
        assert torch.allclose(breast_net.fold_norms(whole)(images), expected, atol=1e-4)


def test_the_soft_maximum_lies_between_mean_and_maximum() -> None:
    local = torch.tensor([[[0.0, 0.0, 4.0, 100.0]]])
    weight = torch.tensor([[1 / 3, 1 / 3, 1 / 3, 1e-9]])  # the last cell is outside the breast
    mean = breast_net._soft_maximum(local[..., :3], weight[:, :3], torch.tensor(1e-3))
    highest = breast_net._soft_maximum(local[..., :3], weight[:, :3], torch.tensor(50.0))
    assert float(mean) == pytest.approx(4 / 3, abs=0.02)
    assert float(highest) == pytest.approx(4, abs=0.05)

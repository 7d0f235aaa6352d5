"""The nodule network on a tiny scale: golden answers, mirror images, and the same answer in reduced precision."""

import numpy as np
import pytest
import torch

from models import compute
from models.lung.ensemble import Ensemble
from models.networks.nodule import NoduleNet

GOLDEN_NODULE = [-0.0477, -0.03164]
GOLDEN_MASK = [-0.32968, -0.33202]
GOLDEN_MALIGNANCY = [-0.01194, -0.01049]


@pytest.fixture
def tiny():
    torch.manual_seed(5)
    return NoduleNet(width=8).eval()


@pytest.fixture
def cubes():
    return torch.linspace(0, 1, 2 * 32**3).reshape(2, 1, 32, 32, 32).sin()


def test_golden_answers(tiny, cubes):
    with torch.inference_mode():
        features = tiny.encode(cubes)
        decoded = tiny.decode(features)
        told = tiny.judge(decoded, torch.sigmoid(decoded.mask), torch.zeros(2, 6))
    np.testing.assert_allclose(tiny.is_nodule(features).detach(), GOLDEN_NODULE, atol=1e-4)
    np.testing.assert_allclose(decoded.mask.mean((1, 2, 3, 4)), GOLDEN_MASK, atol=1e-4)
    np.testing.assert_allclose(told[:, 0], GOLDEN_MALIGNANCY, atol=1e-4)
    assert decoded.mask.shape == cubes.shape
    assert told.shape == (2, 5)


def test_measurements_reach_the_suspicion(tiny, cubes):
    with torch.inference_mode():
        decoded = tiny.decode(tiny.encode(cubes))
        small, large = (tiny.judge(decoded, torch.sigmoid(decoded.mask), torch.full((2, 6), value)) for value in (-1.0, 1.0))
    assert not torch.allclose(small, large)


def test_the_chosen_device_agrees_with_the_reference(tiny, cubes):
    nothing = np.zeros((6, 8))
    state = tiny.state_dict()
    answers = []
    for device in (compute.reference(), compute.choose()):
        net = NoduleNet(width=8)
        net.load_state_dict(state)
        networks = Ensemble({0: device.place(net).eval()}, nothing, device)
        answers.append((networks.nodule(cubes), networks.masks(cubes)))
    np.testing.assert_allclose(answers[0][0], answers[1][0], atol=0.02)
    np.testing.assert_allclose(answers[0][1], answers[1][1], atol=0.02)


def test_a_patient_of_a_fold_is_scored_only_by_the_network_that_did_not_see_them(tiny):
    blend = np.arange(6 * 8, dtype=float).reshape(6, 8)
    networks = Ensemble(dict.fromkeys(range(5), tiny), blend, compute.reference())
    own = networks.without_patients_of(3)
    assert list(own.nets) == [3]
    np.testing.assert_array_equal(own.blend[-1], blend[3])

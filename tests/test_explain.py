"""The explanation of a suspicion: on networks whose answer is known, the map must point where they read, by its sign and in the patient."""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import nn

from models.explanation.explain import MOST, explain
from models.explanation.places import Places
from models.explanation.saliency import FULL_LOGIT, effects, lung_around, saliency
from models.lung.grid import Grid

SIZE = 48
LUNG, TISSUE = 0.12, 0.85  # -856 HU and 20 HU on the cubes' scale


def a_ball(radius: float, centre=(0.0, 0.0, 0.0)) -> torch.Tensor:
    """(1, 1, S, S, S): 1 inside a ball, `centre` in voxels (z, y, x) from the cube's middle."""
    along = torch.arange(SIZE) - (SIZE - 1) / 2
    z, y, x = torch.meshgrid(along, along, along, indexing="ij")
    return (((z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2) <= radius**2).float()[None, None]


@pytest.fixture(scope="module")
def region() -> torch.Tensor:
    return a_ball(6.0)


@pytest.fixture(scope="module")
def cube(region) -> torch.Tensor:
    """A nodule in lung, with a vessel above and behind it."""
    noise = 0.02 * torch.randn(1, 1, SIZE, SIZE, SIZE, generator=torch.Generator().manual_seed(3))
    vessel = a_ball(3.0, (12.0, 12.0, 0.0))
    return LUNG + noise + (TISSUE - LUNG) * torch.maximum(region, vessel)


class Reads(nn.Module):
    """A logit that is `weight` times the mean of one place, and reads nothing else."""

    def __init__(self, where: torch.Tensor, weight: float = 0.3) -> None:
        super().__init__()
        self.where, self.weight = where, weight

    def forward(self, cubes: torch.Tensor, region: torch.Tensor) -> torch.Tensor:
        return self.weight * (cubes * self.where).sum((1, 2, 3, 4)) / self.where.sum()


class Small(nn.Module):
    """A small convolutional network with random weights."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.parts = nn.Sequential(nn.Conv3d(1, 6, 5, 2), nn.ReLU(), nn.Conv3d(6, 6, 5, 2), nn.ReLU(), nn.Flatten(), nn.LazyLinear(1))
        self.parts(torch.zeros(1, 1, SIZE, SIZE, SIZE))

    def forward(self, cubes: torch.Tensor, region: torch.Tensor) -> torch.Tensor:
        answer: torch.Tensor = 20 * self.parts(cubes)[:, 0]
        return answer


def shares(seen: np.ndarray, place: torch.Tensor) -> float:
    """Which share of the map's whole strength lies in a place."""
    strength = np.abs(seen.astype(float))
    return float(strength[place[0, 0].numpy() > 0].sum() / strength.sum())


@pytest.mark.parametrize("method", ["occlusion", "gradients"])
def test_the_map_lies_on_the_nodule_when_only_the_nodule_is_read(cube, region, method):
    seen = saliency(Reads(region), cube, region, method=method)
    assert seen.shape == (SIZE, SIZE, SIZE)
    assert seen.dtype == np.float16
    assert shares(seen, a_ball(8.0)) > 0.9
    assert seen[22:26, 22:26, 22:26].min() > 0
    assert abs(seen).max() <= 1


@pytest.mark.parametrize("method", ["occlusion", "gradients"])
def test_the_map_lies_on_a_vessel_when_only_the_vessel_is_read_and_says_against_where_it_lowers_the_logit(cube, region, method):
    vessel = a_ball(3.0, (12.0, 12.0, 0.0))
    seen = saliency(Reads(vessel, -0.3), cube, region, method=method)
    assert np.unravel_index(np.abs(seen).argmax(), seen.shape)[0] > 30
    assert shares(seen, a_ball(5.0, (12.0, 12.0, 0.0))) > shares(seen, a_ball(8.0))
    assert seen[35, 35, 24] < 0


def test_a_network_that_reads_one_corner_is_explained_by_that_corner(region):
    corner = torch.zeros(1, 1, SIZE, SIZE, SIZE)
    corner[..., 2:12, 2:12, 36:46] = 1
    seen = saliency(Reads(corner), torch.full_like(corner, TISSUE), region).astype(float)
    inside = seen[corner[0, 0].numpy() > 0].mean()
    opposite = seen[36:46, 36:46, 2:12].mean()
    assert inside > 0.2
    assert abs(opposite) < 0.01 * inside


def test_where_a_network_reads_nothing_the_map_is_empty(cube, region):
    seen = saliency(lambda cubes, mask: torch.zeros(len(cubes)), cube, region)
    assert not seen.any()


def test_other_weights_give_another_map(cube, region):
    first, again, other = (saliency(Small(seed), cube, region).astype(float).ravel() for seed in (1, 1, 2))
    tinted = np.abs(first) + np.abs(other) > 0.01
    assert np.array_equal(first, again)
    assert abs(spearmanr(first[tinted], other[tinted]).statistic) < 0.5


@pytest.mark.parametrize("seed", [1, 2])
def test_gradients_add_up_to_the_difference_between_the_cube_and_lung_alone(cube, region, seed):
    network = Small(seed)
    with torch.no_grad():
        whole, nothing = network(cube, region), network(torch.full_like(cube, lung_around(cube, region)), region)
    found = effects(network, cube, region, method="gradients")
    assert found.by_place.sum() == pytest.approx(float(whole - nothing), abs=0.02 * abs(float(whole - nothing)) + 0.01)


def test_occlusion_of_a_network_without_interplay_adds_up_too(cube, region):
    network = Reads(a_ball(10.0))
    with torch.no_grad():
        difference = network(cube, region) - network(torch.full_like(cube, lung_around(cube, region)), region)
    assert effects(network, cube, region).by_place.sum() == pytest.approx(float(difference), abs=1e-3)


def test_a_finding_costs_28_answers(cube, region):
    asked = []

    def counting(cubes, mask):
        asked.append(len(cubes))
        assert mask.shape == cubes.shape
        return cubes.mean((1, 2, 3, 4))

    saliency(counting, cube, region)
    assert sum(asked) == 28
    assert MOST == 5


@pytest.mark.parametrize("radius", [0.0, 2.0, 6.0, 20.0])
def test_the_weights_of_the_places_add_up_to_one_everywhere(radius):
    places = Places.around(a_ball(radius)[0, 0])
    np.testing.assert_allclose(places.spread(torch.ones(1, 27)), 1, atol=1e-6)
    assert 3 <= places.offsets.max() <= 14


def test_lung_around_is_taken_beside_the_nodule_and_a_usual_one_where_there_is_none(cube, region):
    assert lung_around(cube, region) == pytest.approx(LUNG, abs=0.01)
    assert lung_around(torch.full_like(cube, TISSUE), region) == pytest.approx(0.125)


def test_an_explanation_lies_in_the_patient_and_names_the_strongest_places(cube, region):
    affine = np.array([[0, 0, 0.8, -100.0], [0, 0.8, 0, 30.0], [0.8, 0, 0, -400.0], [0, 0, 0, 1]])
    fine = Grid(np.zeros((200, 200, 200), np.float32), affine)
    vessel = a_ball(3.0, (12.0, 12.0, 0.0))

    def network(cubes, mask):
        return Reads(region, 0.6)(cubes, mask) + Reads(vessel, -0.3)(cubes, mask)

    found = explain(cube, region, fine, np.array([10, 20, 30]), [network, network])
    assert found.affine @ [1, 2, 3, 1] == pytest.approx([-100 + 0.8 * 33, 30 + 0.8 * 22, -400 + 0.8 * 11, 1])
    best, worst = found.strongest
    assert best.logit > 0 > worst.logit
    assert best.towards == ()
    assert worst.towards == ("head", "back")
    assert (found.method, found.networks, found.full_logit) == ("occlusion", 2, FULL_LOGIT)


def test_places_that_weigh_nothing_are_not_named(cube, region):
    fine = Grid(np.zeros((60, 60, 60), np.float32), np.eye(4))
    assert explain(cube, region, fine, np.zeros(3, int), [lambda cubes, mask: 0.001 * cubes.mean((1, 2, 3, 4))]).strongest == ()

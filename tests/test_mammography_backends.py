"""Every backend that is present gives the same result of an exam within the stated tolerance, however many views it has."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

from models import compute
from models.backends import TOLERANCE
from models.breast import ensemble
from models.breast.view import prepare
from models.compute import Compute
from models.mammography import Mammography
from models.networks.breast_net import BreastNet
from models.refusal import NoResult
from tests.breast_build import Small, mammogram, untrained, view

VIEWS = [view(mammogram(seed=n), laterality="RL"[n % 2], name=("CC", "MLO")[n // 2], key=f"{n}") for n in range(4)]
BY_OPENVINO = list(dict.fromkeys([compute.choose_cpu("openvino"), compute.choose_cpu("openvino").in_float32()]))
CROPS = [prepare(one.pixels).crop for one in VIEWS]


def present() -> list[Compute]:
    chosen = compute.choose()
    found = [chosen, compute.choose_cpu("torch"), compute.choose_cpu("openvino"), compute.choose_cpu("openvino").in_float32()]
    return list(dict.fromkeys(found))


@cache
def ready(where: Compute) -> Mammography:
    return untrained(where=where)


@pytest.mark.parametrize("where", present(), ids=lambda where: where.name)
def test_an_exam_has_the_same_result_on_every_backend(where: Compute) -> None:
    expected, found = ready(compute.reference()).answer(CROPS), ready(where).answer(CROPS)
    limit = TOLERANCE[where.autocast]
    for one, other in zip(found, expected, strict=True):
        assert one.cancer == pytest.approx(other.cancer, abs=limit.item * max(1.0, abs(other.cancer)))
        assert one.density == pytest.approx(other.density, abs=limit.item)
        assert one.local == pytest.approx(other.local, abs=limit.voxel)
    assert {member.see.name for member in ready(where).networks} == {where.name}


@pytest.mark.parametrize(
    "where", [compute.choose_cpu("openvino"), compute.choose_cpu("openvino").in_float32()], ids=lambda where: where.name
)
def test_the_networks_of_the_model_run_by_openvino(where: Compute) -> None:
    """Float32 is run as it is; where reduced precision is too far off on what looks like a mammogram, float32 takes its place."""
    torch.manual_seed(1)
    network = BreastNet().eval()
    member, plain = ensemble.Member(0, network, where), ensemble.Member(0, network, compute.reference())
    assert "OpenVINO" in member.see.name
    (found,), (expected,) = ensemble.answers(CROPS[:1], [member]), ensemble.answers(CROPS[:1], [plain])
    limit = TOLERANCE[member.see.where.autocast]
    assert found.cancer == pytest.approx(expected.cancer, abs=limit.item * max(1.0, abs(expected.cancer)))
    assert found.local == pytest.approx(expected.local, abs=limit.voxel)


@pytest.mark.parametrize("where", present(), ids=lambda where: where.name)
def test_views_beside_it_do_not_change_the_answer_to_a_view(where: Compute) -> None:
    together = ready(where).answer([*CROPS, CROPS[0]])
    for crops in (CROPS[:1], CROPS[:3]):
        for one, other in zip(ready(where).answer(crops), together, strict=False):
            assert one.cancer == pytest.approx(other.cancer, abs=TOLERANCE[where.autocast].item)
    assert together[4].cancer == pytest.approx(together[0].cancer, abs=TOLERANCE[where.autocast].item)


def test_all_views_of_an_exam_and_their_mirror_images_are_one_batch() -> None:
    asked = []

    class Counting(Small):
        def forward(self, images: torch.Tensor, field: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            asked.append(len(images))
            return super().forward(images, field)

    where = compute.reference()
    members = [ensemble.Member(0, Counting().eval(), where)]
    ensemble.answers(CROPS, members)
    assert asked == [8]


def test_a_view_and_the_same_upside_down_have_one_answer_and_places_that_mirror_each_other() -> None:
    model = ready(compute.reference())
    first, turned = model.answer([CROPS[0]])[0], model.answer([np.ascontiguousarray(CROPS[0][::-1])])[0]
    assert turned.cancer == pytest.approx(first.cancer, abs=1e-5)
    assert turned.density == pytest.approx(first.density, abs=1e-6)
    assert turned.local == pytest.approx(first.local[::-1], abs=1e-5)
    assert np.abs(first.local - first.local[::-1]).max() > 1e-3


def test_the_answer_of_several_networks_is_the_mean_of_their_own() -> None:
    model = ready(compute.reference())
    apart = [model.answer(CROPS[:1], [member])[0].cancer for member in model.networks]
    assert len(set(apart)) == len(apart)
    assert model.answer(CROPS[:1])[0].cancer == pytest.approx(np.mean(apart), abs=1e-6)


def test_no_views_have_no_answers() -> None:
    assert ready(compute.reference()).answer([]) == []


def test_an_answer_that_is_no_number_is_refused() -> None:
    broken = Small()
    torch.nn.init.constant_(broken.whole.bias, float("nan"))
    with pytest.raises(NoResult, match="no number"):
        ensemble.answers(CROPS[:1], [ensemble.Member(0, broken.eval(), compute.reference())])

"""Every backend that is present here gives the answers of torch in float32, and says on what it really ran."""

import logging
import subprocess
import sys
from dataclasses import replace
from functools import cache

import pytest
import torch
from torch import nn

from models import compute
from models.backends import TOLERANCE, difference, prepare
from models.backends.tolerance import Apart
from models.networks.appraisal import AppraisalNet
from models.networks.detection import DetectionNet
from models.networks.inflated import Front
from models.networks.sight import Sight

BATCH = 4


class Appraised(nn.Module):
    """What the scorer asks of the appraisal network, in one pass."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, cubes, told):
        nodule, mask = self.net.look(cubes)
        region = torch.sigmoid(mask)
        return torch.sigmoid(nodule), region, self.net(cubes, region, told)


class Doubled(nn.Module):
    """Leaves torch on the way, so that tracing takes the answer for a constant."""

    def forward(self, x):
        return torch.from_numpy(2 * x.detach().numpy())


class Unknown(nn.Module):
    """An operation for which OpenVINO has no rule."""

    def forward(self, x):
        return torch.special.bessel_j0(x)


def present():
    chosen = compute.choose()
    found = [chosen, compute.choose_cpu("torch"), compute.choose_cpu("openvino"), compute.choose_cpu("openvino").in_float32()]
    return list(dict.fromkeys(found))


@pytest.fixture(scope="module")
def ready(networks):
    """Makes the runner of a network, once for all tests of this file: conversion takes a second."""
    return cache(lambda name, where: prepare(networks[name][0], where, networks[name][1]))


@pytest.fixture(scope="module")
def networks():
    torch.manual_seed(3)
    cubes = torch.rand(BATCH, 1, 48, 48, 48)
    hu = torch.rand(BATCH, 1, 40, 40, 40) * 1400 - 1000
    return {
        "front": (Front(2), (cubes,)),
        "appraisal": (Appraised(AppraisalNet()), (hu, torch.randn(BATCH, 6))),
        "detection": (DetectionNet(6), (cubes * 1400 - 1000,)),
        "sight": (Sight(), (hu, (hu > 0).float())),
    }


@pytest.fixture(scope="module")
def expected(networks):
    return {name: prepare(network, compute.reference(), example)(*example) for name, (network, example) in networks.items()}


@pytest.mark.parametrize("where", present(), ids=lambda where: where.name)
@pytest.mark.parametrize("name", ["front", "appraisal", "detection", "sight"])
def test_every_backend_gives_the_answers_of_the_reference(where, name, ready, networks, expected):
    runner = ready(name, where)
    answers = runner(*networks[name][1])
    assert difference(answers, expected[name]).within(TOLERANCE[where.autocast])
    assert runner.name == where.name
    assert {(answer.dtype, answer.device.type) for answer in answers} == {(torch.float32, "cpu")}


@pytest.mark.parametrize("where", present(), ids=lambda where: where.name)
def test_the_size_of_a_batch_changes_no_answer(where, ready, networks, expected):
    example, runner = networks["appraisal"][1], ready("appraisal", where)
    whole = runner(*example)
    for count in (0, 1, 3):
        part = runner(*(one[:count] for one in example))
        assert [len(answer) for answer in part] == [count] * 3
        assert difference(part, tuple(answer[:count] for answer in whole)).within(TOLERANCE[where.autocast])
    longer = runner(*(torch.cat([one, one[:3]]) for one in example))
    assert difference(longer, tuple(torch.cat([one, one[:3]]) for one in expected["appraisal"])).within(TOLERANCE[where.autocast])


@pytest.mark.parametrize("where", present(), ids=lambda where: where.name)
def test_a_stream_of_batches_is_answered_in_order(where, ready, networks):
    (cubes,), runner = networks["front"][1], ready("front", where)
    batches = [(cubes[:3],), (cubes[3:],), (cubes.flip(0),)]
    for told, batch in zip(runner.each(iter(batches)), batches, strict=True):
        assert difference(told, runner(*batch)).within(TOLERANCE[where.autocast])


def test_answers_do_not_change_when_the_next_batch_is_run(ready, networks):
    (cubes,), runner = networks["front"][1], ready("front", compute.choose())
    first = runner(cubes[:2])[0]
    kept = first.clone()
    runner(cubes[2:])
    assert torch.equal(first, kept)


def test_a_runner_keeps_its_own_weights():
    cubes, network = torch.rand(BATCH, 1, 16, 16, 16), Front(1).train()
    runner = prepare(network, compute.choose(), (cubes,))
    before = runner(cubes)[0]
    with torch.no_grad():
        network.conv1.weight.zero_()
    assert network.training
    assert torch.equal(runner(cubes)[0], before)


def test_more_than_the_prepared_batch_is_refused_in_a_stream(networks):
    network, (cubes,) = networks["front"]
    runner = prepare(network, compute.reference(), (cubes[:2],))
    with pytest.raises(ValueError, match="batch of 4"):
        list(runner.each([(cubes,)]))


@pytest.mark.parametrize("network", [Doubled(), Unknown()], ids=lambda network: type(network).__name__)
def test_what_openvino_cannot_do_rightly_is_left_to_torch_and_said(network, caplog):
    example = (torch.rand(BATCH, 1, 4, 4, 4),)
    with caplog.at_level(logging.WARNING, logger="models.backends"):
        runner = prepare(network, compute.choose_cpu("openvino").in_float32(), example)
    assert difference(runner(*example), (network(*example),)) == Apart(0, 0)
    assert runner.name.endswith("torch f32, OpenVINO not usable")
    assert type(network).__name__ in caplog.text


class Sharp(nn.Module):
    """A small difference of large numbers: bfloat16 cannot hold it."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv3d(1, 1, 1, bias=False)
        nn.init.constant_(self.conv.weight, 1.0)

    def forward(self, x):
        return torch.sigmoid((self.conv(x) - 1000) * 8)


def test_reduced_precision_that_loses_too_much_is_replaced_by_float32():
    example = (999.5 + torch.rand(BATCH, 1, 8, 8, 8),)
    where = replace(compute.choose_cpu("openvino"), autocast=torch.bfloat16)
    runner = prepare(Sharp(), where, example)
    assert runner.name.endswith("OpenVINO f32")
    assert difference(runner(*example), (Sharp()(*example),)).within(TOLERANCE[None])


def test_kept_compiled_networks_give_the_same_answer(networks, tmp_path):
    network, example = networks["appraisal"]
    where = compute.choose_cpu("openvino", cache=tmp_path)
    first, again = (prepare(network, where, example)(*example) for _ in range(2))
    assert any(tmp_path.iterdir())
    assert difference(first, again) == Apart(0, 0)


def test_nothing_is_reported_to_the_maker_of_the_library():
    """In a process of its own: another test may have loaded the library in its own way."""
    script = """
import torch
from models import compute
from models.backends import prepare
prepare(torch.nn.Conv3d(1, 1, 3), compute.choose_cpu("openvino"), (torch.rand(2, 1, 8, 8, 8),))
from openvino.tools.ovc import convert_impl
print(convert_impl.tm.__name__)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["openvino.tools.ovc.telemetry_stub"]


def test_the_library_is_loaded_only_when_it_is_used():
    script = """
import sys, torch
from models import backends, compute
backends.prepare(torch.nn.Conv3d(1, 1, 3), compute.reference(), (torch.rand(2, 1, 8, 8, 8),))
compute.choose()
print("openvino" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False"]


def test_difference_counts_what_is_no_number_as_infinite():
    one = (torch.tensor([0.5, 0.25]),)
    assert difference((torch.tensor([0.5, 0.3]),), one).item == pytest.approx(0.05)
    assert difference((torch.tensor([0.5, float("nan")]),), one).item == float("inf")
    assert difference((torch.tensor([0.5]),), one).item == float("inf")
    assert difference((torch.full((1, 1, 2), 12.0),), (torch.full((1, 1, 2), 10.0),)) == Apart(0, pytest.approx(0.2))


def test_the_name_says_the_engine_that_is_used():
    chosen = compute.choose_cpu("openvino")
    assert "OpenVINO" in chosen.name
    assert "OpenVINO" not in chosen.by_torch().name
    assert chosen.by_torch().by_torch() == chosen.by_torch()
    assert compute.reference().name.endswith("torch f32")

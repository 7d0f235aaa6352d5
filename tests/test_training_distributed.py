"""Several processes: shared batches make the steps of one process, shared networks its very weights; and one update in any precision."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

from models import compute
from models.compute import Compute
from models.training import distributed, loop
from models.training.step import Step
from tests.toy_training import STARTED, SharedToy, Toy

ROOT = Path(__file__).resolve().parents[1]


def torchrun(*arguments: str) -> str:
    """Two processes on this machine, one thread each; what they said."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "tests.toy_training", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sums over several threads differ in the last digit."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_gradients_are_averaged_and_only_the_first_process_writes(tmp_path: Path) -> None:
    torchrun(f"{tmp_path}/{{rank}}", "--several", "batches")
    first, second = (torch.load(tmp_path / f"weights{rank}.pt", weights_only=True) for rank in (0, 1))
    assert all(torch.equal(first[name], second[name]) for name in first)
    alone = SharedToy()
    loop.run([alone], tmp_path / "alone", loop.Settings(seed=1), STARTED)
    for name, value in alone.network.state_dict().items():
        torch.testing.assert_close(first[name], value, rtol=1e-5, atol=1e-6)
    assert sorted(path.name for path in (tmp_path / "1").iterdir()) == []
    assert (tmp_path / "0" / "shared-fold0.safetensors").is_file()


def test_networks_shared_out_get_the_weights_of_one_process(tmp_path: Path) -> None:
    torchrun(str(tmp_path / "two"), "--several", "networks")
    loop.run([Toy(f"toy-fold{n}") for n in range(3)], tmp_path / "one", loop.Settings(seed=1), STARTED)
    for n in range(3):
        name = f"toy-fold{n}.safetensors"
        assert (tmp_path / "two" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()
    rows = [(tmp_path / run / "log.csv").read_text("utf-8").splitlines() for run in ("one", "two")]
    kept = [[row for row in lines if ",time," not in row] for lines in rows]
    assert kept[0] == kept[1]
    assert (tmp_path / "two" / "curves.png").is_file()


def test_alone_nothing_is_shared() -> None:
    assert (distributed.rank(), distributed.size(), distributed.leads()) == (0, 1, True)
    assert distributed.share([1, 2, 3]) == [1, 2, 3]
    assert distributed.everyone("a") == ["a"]
    with distributed.together():
        assert distributed.told({"a": 1}) == {"a": 1}


def test_in_float16_the_loss_is_scaled_and_a_step_that_overflows_is_skipped() -> None:
    network = nn.Linear(2, 1, bias=False)
    nn.init.ones_(network.weight)
    step = Step(network, torch.optim.SGD(network.parameters(), lr=1.0), Compute(torch.device("cpu"), torch.float16, "test"))
    scale = step.state_dict()["scale"]
    step(network(torch.full((1, 2), float("inf"))).sum())
    assert network.weight.tolist() == [[1.0, 1.0]]
    assert step.state_dict()["scale"] < scale
    step(network(torch.ones(1, 2)).sum())
    torch.testing.assert_close(network.weight.detach(), torch.zeros(1, 2))
    again = Step(network, step.optimiser, Compute(torch.device("cpu"), torch.float16, "test"))
    again.load_state_dict(step.state_dict())
    assert again.state_dict() == step.state_dict()


def test_in_float32_a_step_is_the_clipped_gradient() -> None:
    network = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(network.weight)
    step = Step(network, torch.optim.SGD(network.parameters(), lr=1.0), compute.reference(), clip=0.5)
    step(network(torch.tensor([[-8.0]])).sum())
    assert float(network.weight.detach()) == pytest.approx(0.5, rel=1e-4)
    assert step.state_dict() == {}

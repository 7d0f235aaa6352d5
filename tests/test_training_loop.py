"""The training loop: it goes on to the same weights whenever and however it was stopped, stops early, and never starts over by itself."""

import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from models.refusal import NoResult
from models.training import checkpoint, curves, history, loop, progress
from models.training.history import Epoch
from tests.toy_training import STARTED, Toy

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = loop.Settings(seed=1)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Sums over several threads differ in the last digit."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def parts() -> list[Toy]:
    return [Toy(f"toy-fold{n}") for n in range(3)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that nobody interrupted."""
    out = tmp_path_factory.mktemp("whole")
    loop.run(parts(), out, SETTINGS, STARTED)
    return out


def learned(out: Path) -> tuple[dict[str, bytes], dict[str, list[Epoch]]]:
    """Weights to the last bit and every loss and figure to the last digit (seconds do not count)."""
    return {path.name: path.read_bytes() for path in sorted(out.glob("*.safetensors"))}, history.gather(out)


def until(out: Path, wanted: int, number: signal.Signals) -> tuple[int, str]:
    """Start the training in its own process, let it come to its `wanted`-th step, stop it; exit status and standard error."""
    command = [sys.executable, "-m", "tests.toy_training", str(out), "--gate"]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdin
        assert child.stdout
        for _ in range(wanted):
            assert child.stdout.readline()
            child.stdin.write("\n")
            child.stdin.flush()
        assert child.stdout.readline()
        os.kill(child.pid, number)
        _, said = child.communicate("\n")
        return child.returncode, said


def test_a_training_killed_in_the_middle_of_an_epoch_goes_on_to_the_same_weights(whole: Path, tmp_path: Path) -> None:
    steps = int(np.random.default_rng().integers(1, 71))  # of 72
    status, _ = until(tmp_path, steps, signal.SIGKILL)
    assert status == -signal.SIGKILL
    loop.run(parts(), tmp_path, SETTINGS, STARTED)
    assert learned(tmp_path) == learned(whole), f"killed at step {steps}"


def test_asked_to_stop_it_says_how_to_go_on_and_exits_in_order(whole: Path, tmp_path: Path) -> None:
    status, said = until(tmp_path, 9, signal.SIGTERM)
    assert status == 0
    assert "Stopped in epoch 3 of 6 of toy-fold0 (25 %): everything up to epoch 2 is kept" in said
    assert "The same command goes on from there." in said
    assert "Traceback" not in said
    assert [epoch.number for epoch in history.gather(tmp_path)["toy-fold0"]] == [1, 2]
    loop.run(parts(), tmp_path, SETTINGS, STARTED)
    assert learned(tmp_path) == learned(whole)


def test_a_finished_training_is_not_trained_again(whole: Path) -> None:
    before = learned(whole)
    for part in (trained := parts()):
        part.step = lambda _: pytest.fail("trained again")  # type: ignore[method-assign, assignment]
    assert [one.name for one in loop.run(trained, whole, SETTINGS, STARTED)] == ["toy-fold0", "toy-fold1", "toy-fold2"]
    assert learned(whole) == before


def test_another_seed_gives_other_weights(whole: Path, tmp_path: Path) -> None:
    started = dataclasses.replace(STARTED, settings=STARTED.settings | {"run": {"seed": 2, "patience": 0}})
    loop.run(parts(), tmp_path, loop.Settings(seed=2), started)
    assert learned(tmp_path)[0] != learned(whole)[0]


@pytest.mark.parametrize(
    ("started", "named"),
    [
        (dataclasses.replace(STARTED, settings=STARTED.settings | {"toy": {"rate": 0.2}}), "toy.rate was 0.1 and is now 0.2"),
        (dataclasses.replace(STARTED, data={"data/a.csv": "2" * 64}), r"1 file changed \(data/a\.csv\)"),
        (dataclasses.replace(STARTED, data={"data/b": "1"}), r"1 file missing \(data/a\.csv\); 1 file new \(data/b\)"),
    ],
)
def test_it_does_not_go_on_with_other_settings_or_data(whole: Path, started: loop.Provenance, named: str) -> None:
    with pytest.raises(NoResult, match=named):
        loop.run(parts(), whole, SETTINGS, started)


def test_other_versions_are_no_reason_to_refuse(whole: Path) -> None:
    loop.run(parts(), whole, SETTINGS, dataclasses.replace(STARTED, versions={"torch": "another"}))


@pytest.mark.parametrize("harm", [lambda held: held[:-7], lambda held: held[:200] + bytes([held[200] ^ 1]) + held[201:], lambda _: b""])
def test_a_damaged_checkpoint_is_named_and_nothing_starts_over(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    loop.run([Toy(epochs=1)], tmp_path, SETTINGS, STARTED)
    path = tmp_path / "toy-fold0.checkpoint"
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(NoResult, match=r"toy-fold0\.checkpoint is damaged.*delete it"):
        loop.run([Toy()], tmp_path, SETTINGS, STARTED)


def test_a_checkpoint_of_another_training_is_refused(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "toy-fold0.checkpoint").write_bytes((whole / "toy-fold0.checkpoint").read_bytes())
    other = dataclasses.replace(STARTED, data={"data/a.csv": "2" * 64})
    with pytest.raises(NoResult, match="from a training with other settings or data"):
        loop.run([Toy()], tmp_path, SETTINGS, other)


class Judged(Toy):
    """Figures as given; the first weight says after which epoch it was taken."""

    def __init__(self, *figures: float, name: str = "dice") -> None:
        super().__init__(epochs=len(figures))
        self.figures, self.figure = figures, name

    def validate(self) -> dict[str, float]:
        first = next(self.network.parameters())
        first.data.fill_(float(self.epoch))
        return {self.figure: self.figures[self.epoch - 1], "other": 1.0}


@pytest.mark.parametrize(
    ("part", "patience", "last", "kept"),
    [
        (Judged(0.5, 0.7, 0.6, 0.65, 0.9), 2, 4, 2),
        (Judged(0.5, 0.7, 0.6, 0.65, 0.9), 3, 5, 5),
        (Judged(0.5, 0.7, 0.7, 0.7, 0.9), 2, 4, 2),
        (Judged(0.5, 0.7, 0.6, 0.65, 0.6), 0, 5, 5),
        (Judged(0.5, 0.7, 0.6, 0.65, 0.9, name="valid_loss"), 2, 3, 1),
    ],
)
def test_early_stop_keeps_the_best_weights(part: Judged, patience: int, last: int, kept: int, tmp_path: Path) -> None:
    (trained,) = loop.run([part], tmp_path, loop.Settings(patience=patience), STARTED)
    assert (trained.epochs[-1].number, trained.kept.number) == (last, kept)
    weights = load_file(trained.weights)
    assert weights["0.weight"].dtype == torch.float16
    assert float(weights["0.weight"][0, 0]) == kept


def test_the_best_weights_outlast_an_interruption(tmp_path: Path) -> None:
    settings = loop.Settings(patience=9)
    loop.run([Judged(0.5, 0.9, 0.6)], tmp_path, settings, STARTED)
    (trained,) = loop.run([Judged(0.5, 0.9, 0.6, 0.7)], tmp_path, settings, STARTED)
    assert trained.epochs[-1].number == 4
    assert float(load_file(trained.weights)["0.weight"][0, 0]) == 2


def test_patience_without_a_figure_is_refused(tmp_path: Path) -> None:
    class Silent(Toy):
        def validate(self) -> dict[str, float]:
            return {}

    with pytest.raises(NoResult, match="patience = 2 waits for a better figure"):
        loop.run([Silent()], tmp_path, loop.Settings(patience=2), STARTED)


def test_a_network_that_diverges_stops_and_its_last_sound_epoch_stays(tmp_path: Path) -> None:
    class Diverging(Toy):
        def step(self, rows: torch.Tensor) -> float:
            return float("nan") if self.epoch == 2 else super().step(rows)

    with pytest.raises(NoResult, match="diverged in epoch 3: loss is no number"):
        loop.run([Diverging()], tmp_path, SETTINGS, STARTED)
    stored = checkpoint.read(tmp_path / "toy-fold0.checkpoint")
    assert stored
    assert stored["state"]["epoch"] == 2
    assert not list(tmp_path.glob("*.safetensors"))


def test_weights_beyond_half_precision_are_not_written(tmp_path: Path) -> None:
    class Large(Toy):
        def validate(self) -> dict[str, float]:
            next(self.network.parameters()).data.fill_(1e6)
            return {}

    with pytest.raises(NoResult, match=r"0\.weight are not finite in half precision"):
        loop.run([Large(epochs=1)], tmp_path, SETTINGS, STARTED)


def test_a_state_that_could_not_be_read_again_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.checkpoint"
    checkpoint.write(path, {"epoch": 1})
    with pytest.raises(NoResult, match="something else than tensors"):
        checkpoint.write(path, {"chance": np.ones(3)})
    assert checkpoint.read(path) == {"epoch": 1}


def test_a_part_that_installs_its_running_mean_is_asked_for_it(tmp_path: Path) -> None:
    class Averaged(Toy):
        def weights(self) -> dict[str, torch.Tensor]:
            return {"mean": torch.full((2,), 3.0)}

    (trained,) = loop.run([Averaged(epochs=1)], tmp_path, SETTINGS, STARTED)
    assert load_file(trained.weights)["mean"].tolist() == [3.0, 3.0]


def test_log_and_curves_hold_every_epoch_of_every_network(whole: Path) -> None:
    lines = (whole / "log.csv").read_text("utf-8").splitlines()
    assert lines[0] == "network,epoch,kind,figure,value"
    assert len(lines) == 1 + 3 * 6 * 4
    with Image.open(whole / "curves.png") as image:
        assert image.format == "PNG"
        assert image.height > 700
    page = (whole / "curves.html").read_text("utf-8")
    assert all(f"toy-fold{n}: losses" in page for n in range(3))
    assert page.count("<svg") == 1
    assert "http-equiv" not in page
    assert "<script" not in page


def test_curves_show_the_numbers_of_the_log() -> None:
    epochs = [Epoch(n, {"loss": 1 / n}, {"dice": n / 10}) for n in (1, 2, 3)]
    left, right = curves.draw({"a": epochs}).axes
    np.testing.assert_allclose(left.lines[0].get_xydata(), [[1, 1], [2, 1 / 2], [3, 1 / 3]])
    np.testing.assert_allclose(right.lines[0].get_ydata(), [0.1, 0.2, 0.3])
    assert list(right.lines[1].get_xdata()) == [3, 3]


def test_one_line_per_epoch_with_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    epochs = [Epoch(1, {"loss": 0.5}, {"dice": 0.8}, 40.0), Epoch(2, {"loss": 0.25}, {"dice": 0.7}, 80.0)]
    assert (
        progress.line("detect-fold0", epochs, 8)
        == "detect-fold0 2/8 · loss 0.25 · dice 0.7 · best dice 0.8 after 1 · 80 s · about 6 min left"
    )
    with progress.bar("a", 1, 2) as bar:
        bar.tick(0.5)
    assert capsys.readouterr() == ("", "")

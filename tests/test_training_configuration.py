"""The settings of a training: file, overrides and seed in their order, and a refusal by name of everything that cannot be meant."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from models.refusal import NoResult
from models.training import configuration
from models.training.loop import Settings


@dataclass(frozen=True)
class Detect:
    """A recipe's settings as a recipe writes them."""

    epochs: int = 8
    rate: float = 2e-3
    shift: float = -1.0
    mirrored: bool = True
    sizes: tuple[float, ...] = (4.0, 8.0)
    start: str | None = None

    def __post_init__(self) -> None:
        if self.rate >= 1:
            raise ValueError(f"rate {self.rate} is expected below 1")


KINDS = {"detect": Detect}


def test_defaults_then_file_then_overrides(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[run]\npatience = 3\n[detect]\nepochs = 4\nrate = 1e-4\nsizes = [6, 12]\n", "utf-8")
    found = configuration.read(file, ["detect.epochs=2", "detect.start=front.pt", "run.several=batches"], KINDS)
    assert found.run == Settings(patience=3, several="batches")
    assert found.recipes == {"detect": Detect(epochs=2, rate=1e-4, sizes=(6.0, 12.0), start="front.pt")}
    assert configuration.read(None, [], KINDS).recipes["detect"] == Detect()


def test_what_is_in_force_can_be_written_down_and_read_again(tmp_path: Path) -> None:
    found = configuration.read(None, ["detect.epochs=2", 'detect.start="肺.pt"', "run.seed=9"], KINDS)
    (tmp_path / "settings.toml").write_text(found.toml(), "utf-8")
    assert configuration.read(tmp_path / "settings.toml", [], KINDS) == found


@pytest.mark.parametrize(
    ("override", "named"),
    [
        ("detect.epoch=4", r"epoch is no setting in \[detect\]\. Did you mean epochs\?"),
        ("detekt.epochs=4", r"detekt is no section\. Did you mean detect\?"),
        ("zzz.epochs=4", r"There are: detect, run\."),
        ("epochs=4", r"section\.key=value"),
        ("detect.epochs", r"section\.key=value"),
        ("detect.epochs=0", r"detect\.epochs = 0 makes no sense: expected at least 1"),
        ("detect.epochs=2.5", r"detect\.epochs = 2\.5 makes no sense"),
        ("detect.epochs=true", r"detect\.epochs = True makes no sense"),
        ("detect.epochs='4'", r"detect\.epochs = '4' makes no sense"),
        ("detect.rate=-0.1", r"detect\.rate = -0\.1 makes no sense: expected no negative number"),
        ("detect.rate=nan", r"detect\.rate = nan makes no sense: expected a finite number"),
        ("detect.rate=3", r"\[detect\].*rate 3(\.0)? is expected below 1"),
        ("detect.mirrored=1", r"detect\.mirrored = 1 makes no sense"),
        ("detect.sizes=5", r"detect\.sizes = 5 makes no sense"),
        ("run.several=all", r"run\.several = 'all' makes no sense"),
        ("run.patience=-1", r"run\.patience = -1 makes no sense"),
        ("run.seed=2026-11-23", r"\[run\] holds a value that is no number"),
    ],
)
def test_nonsense_is_refused_by_name(override: str, named: str) -> None:
    with pytest.raises(NoResult, match=named):
        configuration.read(None, [override], KINDS)


def test_a_number_that_is_negative_by_default_may_be() -> None:
    assert configuration.read(None, ["detect.shift=-3"], KINDS).recipes["detect"].shift == -3


@pytest.mark.parametrize(("content", "named"), [("epochs = 4", "stands outside of a section"), ("[detect", "cannot be read")])
def test_a_file_that_is_no_configuration_is_refused(tmp_path: Path, content: str, named: str) -> None:
    (tmp_path / "a.toml").write_text(content, "utf-8")
    with pytest.raises(NoResult, match=named):
        configuration.read(tmp_path / "a.toml", [], KINDS)
    with pytest.raises(NoResult, match="cannot be read"):
        configuration.read(tmp_path / "none.toml", [], KINDS)

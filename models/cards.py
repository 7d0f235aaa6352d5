"""One card per model: what it is for, what it was trained on, how good it is, and the hashes its weights must have.

A card is `models/cards/<name>.toml`; its weight files lie in `models/weights/`. Weights that do not match their card are not used.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as read_safetensors
from torch import Tensor

from models.refusal import NoResult

ROOT = Path(__file__).parent
CARDS = ROOT / "cards"
WEIGHTS = ROOT / "weights"
INSTALL_AGAIN = "The administrator has to install the model again."


@dataclass(frozen=True)
class WeightFile:
    """A safetensors file beside the card; `fold` is the patient fold it was not trained on (None: no fold)."""

    file: str
    sha256: str
    fold: int | None = None


@dataclass(frozen=True)
class Card:
    """Everything a person or the code needs to know about a model. `figures` are written by `models.evaluate` only."""

    name: str
    tag: str
    task: str
    weights: tuple[WeightFile, ...]
    intended_use: str
    training_data: str
    licence: str
    trained_on: str
    preprocessing: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    changelog: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """`name.tag`, kept with every result."""
        return f"{self.name}.{self.tag}"

    @property
    def sha256(self) -> str:
        """One hash over all weight files, so that a result can name the exact weights."""
        return hashlib.sha256("".join(part.sha256 for part in self.weights).encode()).hexdigest()


def load(name: str, folder: Path = CARDS) -> Card:
    """The card called `name`.

    Raises NoResult when there is none or it cannot be read.
    """
    path = folder / f"{name}.toml"
    try:
        text: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        weights = tuple(WeightFile(**part) for part in text.pop("weights", ()))
        text |= {key: tuple(text.pop(key, ())) for key in ("limits", "changelog")}
        return Card(**text, weights=weights)
    except FileNotFoundError:
        raise NoResult(f"No model card called {path.name} is installed. The administrator has to install the model.") from None
    except (tomllib.TOMLDecodeError, TypeError) as problem:
        raise NoResult(f"The model card {path.name} cannot be read ({problem}). {INSTALL_AGAIN}") from problem


def names(folder: Path = CARDS) -> tuple[str, ...]:
    """The names of all installed cards."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def read_weights(part: WeightFile, folder: Path = WEIGHTS) -> dict[str, Tensor]:
    """The tensors of one weight file, in float32, after its hash was compared with the card's.

    Raises NoResult when the file is missing or is not the one the card describes.
    """
    path = folder / part.file
    if not path.is_file():
        raise NoResult(f"The model weights {part.file} are missing. {INSTALL_AGAIN}")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != part.sha256:
        raise NoResult(
            f"The model weights {part.file} are not the ones their card describes (sha256 {found[:12]}…, expected {part.sha256[:12]}…). "
            f"{INSTALL_AGAIN}"
        )
    try:
        tensors = read_safetensors(content)
    except SafetensorError as problem:
        raise NoResult(f"The model weights {part.file} cannot be read. {INSTALL_AGAIN}") from problem
    return {key: value.float() if value.is_floating_point() else value for key, value in tensors.items()}


def weights(card: Card, folder: Path = WEIGHTS) -> dict[str, Tensor]:
    """The tensors of all weight files together; with several files each key is led by its file's stem and a slash.

    Raises NoResult as `read_weights` does.
    """
    if len(card.weights) == 1:
        return read_weights(card.weights[0], folder)
    return {f"{Path(part.file).stem}/{key}": value for part in card.weights for key, value in read_weights(part, folder).items()}

"""The state of one network in training in one file: written whole, led by its own hash, read without running anything from it."""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from models.refusal import NoResult
from models.training import whole

MARK = b"firstlight checkpoint 1\n"
DIGEST = hashlib.sha256().digest_size
SUFFIX = ".checkpoint"


def write(path: Path, stored: Mapping[str, Any]) -> None:
    """Keep `stored` (tensors, numbers, texts, lists and dicts of them). The file before it stands until this one is known to be readable.

    Raises NoResult when something in it could not be read again.
    """
    buffer = io.BytesIO()
    torch.save(dict(stored), buffer)
    content = buffer.getvalue()
    try:
        _unpack(content)
    except pickle.UnpicklingError as problem:
        reason = str(problem).splitlines()[0]
        raise NoResult(
            f"{path.name} would hold something else than tensors, numbers and texts ({reason}). "
            "The recipe's author has to change its state()."
        ) from problem
    whole.write(path, MARK + hashlib.sha256(content).digest() + content)


def read(path: Path) -> dict[str, Any] | None:
    """What `write` kept; None where nothing was. Raises NoResult when the file is damaged: training never starts over by itself."""
    if not path.is_file():
        return None
    held = path.read_bytes()
    mark, digest, content = held[: len(MARK)], held[len(MARK) : len(MARK) + DIGEST], held[len(MARK) + DIGEST :]
    if mark != MARK or hashlib.sha256(content).digest() != digest:
        raise NoResult(
            f"The checkpoint {path} is damaged ({len(held)} bytes, and not the ones that were written). Put it back from a copy, "
            "or delete it to train this network from its first epoch."
        )
    return _unpack(content)


def _unpack(content: bytes) -> dict[str, Any]:
    stored: dict[str, Any] = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    return stored

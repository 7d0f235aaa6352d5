"""What a training was begun with: settings, every file of the data, versions. It goes on only with the same settings and data."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import scipy
import torch

from models.refusal import NoResult
from models.training import whole

FILE = "run.json"
SHOWN = 3


@dataclass(frozen=True)
class Provenance:
    """`settings` by section; `data`: SHA-256 by file, each file led by the name of its source; `versions` of what computes."""

    settings: Mapping[str, Mapping[str, Any]]
    data: Mapping[str, str]
    versions: Mapping[str, str]

    @property
    def data_sha256(self) -> str:
        """One hash for the whole training data: names and contents."""
        return hashlib.sha256(_json(sorted(self.data.items()))).hexdigest()

    @property
    def sha256(self) -> str:
        """One hash for settings and data together."""
        return hashlib.sha256(_json(self.settings) + self.data_sha256.encode()).hexdigest()


def versions(device: str) -> dict[str, str]:
    """What else has a say in the last digits of the weights."""
    return {
        "python": platform.python_version(), "torch": torch.__version__, "numpy": numpy.__version__, "scipy": scipy.__version__,
        "device": device, "machine": platform.machine(),
    }  # fmt: skip


def of_files(sources: Mapping[str, Path]) -> dict[str, str]:
    """SHA-256 of every given file and of every file below the given folders, hidden ones left out.

    Raises NoResult when one is missing or empty.
    """
    found: dict[str, str] = {}
    for name, source in sources.items():
        files = [path for path in sorted(source.rglob("*")) if path.is_file() and not path.name.startswith(".")]
        if not files and not source.is_file():
            raise NoResult(f"{source} (--{name}) is missing or empty. Name the place that holds the training data.")
        for path in files or [source]:
            with path.open("rb") as content:
                found[f"{name}/{path.relative_to(source).as_posix()}" if files else name] = hashlib.file_digest(
                    content, "sha256"
                ).hexdigest()
    return found


def begin(out: Path, now: Provenance) -> bool:
    """Note down what the training in `out` is begun with; True where it is one to go on with.

    Raises NoResult, naming every difference, when `out` holds a training with other settings or data.
    """
    path = out / FILE
    if path.is_file():
        different = list(differences(read(out), now))
        if different:
            raise NoResult(f"{out} holds another training: {'; '.join(different)}. Choose another --out, or put settings and data back.")
        return True
    kept = {"settings": now.settings, "versions": now.versions, "data_sha256": now.data_sha256, "sha256": now.sha256, "data": now.data}
    whole.write(path, json.dumps(kept, indent=1, ensure_ascii=False).encode())
    return False


def read(out: Path) -> Provenance:
    """What the training in `out` was begun with. Raises NoResult when that cannot be known."""
    path = out / FILE
    try:
        kept = json.loads(path.read_text("utf-8"))
        return Provenance(kept["settings"], kept["data"], kept["versions"])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise NoResult(f"{path} cannot be read ({problem}), so it is not known what was trained there. Choose another --out.") from problem


def differences(then: Provenance, now: Provenance) -> Iterator[str]:
    """Every setting and every kind of change of the data, in words; versions may differ."""
    for section in sorted({*then.settings, *now.settings}):
        before, after = then.settings.get(section, {}), json.loads(_json(now.settings.get(section, {})))
        for key in sorted({*before, *after}):
            if before.get(key) != after.get(key):
                yield f"{section}.{key} was {before.get(key)} and is now {after.get(key)}"
    both = then.data.keys() & now.data.keys()
    changed = sorted(name for name in both if then.data[name] != now.data[name])
    for word, names in (("changed", changed), ("missing", sorted(then.data.keys() - both)), ("new", sorted(now.data.keys() - both))):
        if names:
            yield f"{len(names)} {'file' if len(names) == 1 else 'files'} {word} ({', '.join(names[:SHOWN])}{', …' * (len(names) > SHOWN)})"


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()

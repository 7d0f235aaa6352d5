"""A model of one's own, laid out as it is installed: a card `<name>@<tag>.toml` beside which the card that comes with Firstlight stays.

Nothing of the old card's figures is taken over: they belong to other weights. The evaluation commands write new ones.
"""

from __future__ import annotations

import json
import math
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from models import cards
from models.refusal import NoResult
from models.training import whole
from models.training.loop import Trained
from models.training.provenance import Provenance
from models.training.recipe import Finished, Model
from models.training.spread import spread

BESIDE, FOLDER = "@", "model"
TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,39}")
BEGIN, END = "# --- weights: written by models.training.lung_export, do not edit ---\n", "# --- end of weights ---\n"
KEPT = ("name", "tag", "task", "intended_use", "training_data", "licence", "trained_on", "limits", "changelog")
MADE = "# --- what the training itself knows: written by models.training.card_writer, do not edit ---"
LIMITS = (
    "Trained by the institution that installed it, on its own data; nobody else has looked at it.",
    "No figure of the model that comes with Firstlight holds for these weights. It runs in shadow until an administrator puts it in force.",
)
TAKEN_OVER = (
    "Thresholds were taken over from the model that comes with Firstlight: the operating point has to be checked with the evaluation."
)
FITTED = "Thresholds were fitted to the women or patients of the training data, each read by the network that had not seen them."


def places(out: Path, data: Path, model: Model, tag: str) -> Finished:
    """Where the model called `tag` is laid below `out/model`, in the folders of `models/`. Raises NoResult for a tag that cannot be one."""
    if not TAG.fullmatch(tag):
        raise NoResult(f"The tag {tag!r} cannot name a model: 1 to 40 letters, digits, dots and hyphens are expected.")
    if tag == cards.load(model.card).tag:
        raise NoResult(f"The tag {tag} is that of the {model.card} model that comes with Firstlight. Choose another one with --tag.")
    name, folder = f"{model.card}{BESIDE}{tag}", out / FOLDER
    return Finished(out, data, folder / "weights" / name, folder / "cards" / f"{name}.patients.txt", folder / "cards" / f"{name}.toml")


def write(model: Model, place: Finished, started: Provenance, trained: Sequence[Trained], tag: str) -> Path:
    """Card, weights and list of training patients of a finished training; returns the card, which has been read back."""
    shutil.rmtree(place.run / FOLDER, ignore_errors=True)  # what an export under another tag left there
    place.weights.mkdir(parents=True)
    place.card.parent.mkdir(parents=True)
    whole.write(place.card, text(model, started, trained, tag).encode())
    model.export(place)
    _name_folder(place)
    told = "".join(_table("figures.training", figures(started, trained)))
    whole.write(place.card, f"{place.card.read_text('utf-8').rstrip()}\n\n{MADE}{told}".encode())
    card = cards.load(place.card.stem, place.card.parent)
    for part in card.weights:
        cards.read_weights(part, place.weights.parent)
    return place.card


def text(model: Model, started: Provenance, trained: Sequence[Trained], tag: str) -> str:
    """The card without weights and figures, and without thresholds where the export fits them."""
    base = cards.load(model.card)
    seed = started.settings.get("run", {}).get("seed")
    files = Counter(name.split("/")[0] for name in started.data)
    counted = ", ".join(f"{n} files in --{name}" for name, n in files.items())
    said: dict[str, Any] = {
        "name": base.name, "tag": tag, "task": base.task, "intended_use": base.intended_use,
        "training_data": f"The institution's own: {counted}; SHA-256 of names and contents {started.data_sha256}.",
        "licence": "The institution's own; whoever passes the weights on has to state the terms of the training data.",
        "trained_on": f"{len(trained)} networks from seed {seed}, each without the patients of its fold; see [figures.training].",
        "limits": [*LIMITS, FITTED if model.own_thresholds else TAKEN_OVER, *_biased(trained)],
        "changelog": [f"{tag}: trained with the recipe of {base.identity}."],
    }  # fmt: skip
    lines = [f"{key} = {json.dumps(said[key], ensure_ascii=False)}\n" for key in KEPT]
    for section in ("preprocessing",) if model.own_thresholds else ("preprocessing", "thresholds"):
        lines += _table(section, getattr(base, section))
    return f"{''.join(lines)}\n{BEGIN}{END}"


def figures(started: Provenance, trained: Sequence[Trained]) -> dict[str, Any]:
    """What the training itself knows: seed, versions, settings, and each figure on unseen patients with its spread over the folds."""
    groups: dict[str, dict[str, list[float]]] = {}
    for one in trained:
        group = groups.setdefault(re.sub(r"-fold\d+$", "", one.name), {})
        for name, value in one.kept.figures.items():
            if math.isfinite(value):
                group.setdefault(name, []).append(value)
    return {
        "run_sha256": started.sha256, "data_sha256": started.data_sha256, "versions": dict(started.versions),
        "settings": {name: dict(values) for name, values in started.settings.items()},
        "over_folds": {name: {key: _shown(values) for key, values in group.items()} for name, group in groups.items()},
    }  # fmt: skip


def _shown(values: Sequence[float]) -> dict[str, float]:
    return {key: float(f"{value:.6g}") for key, value in spread(values).items()}


def _table(header: str, values: Mapping[str, Any]) -> Iterator[str]:
    """One TOML table and those below it; JSON's numbers, texts, booleans and lists are TOML's too. What is None is left out."""
    yield f"\n[{header}]\n"
    for key, value in values.items():
        if value is not None and not isinstance(value, Mapping):
            yield f"{_key(key)} = {json.dumps(value, ensure_ascii=False)}\n"
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _table(f"{header}.{_key(key)}", value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def _biased(trained: Sequence[Trained]) -> tuple[str, ...]:
    chosen = [one.name for one in trained if one.kept.number != one.epochs[-1].number]
    if not chosen:
        return ()
    return (
        f"The epoch of {', '.join(chosen)} was chosen on its own fold's patients: figures on this training data are slightly too good.",
    )


def _name_folder(place: Finished) -> None:
    """Weights of one's own lie in a folder of their own, so no file of the installed model is ever written over."""
    content = place.card.read_text("utf-8")
    named = re.sub(r'^file = "(?!.*/)', f'file = "{place.weights.name}/', content, flags=re.MULTILINE)
    whole.write(place.card, named.encode())

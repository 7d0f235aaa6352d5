"""The training command: from folders and settings to finished networks, curves and a model that can be installed."""

from __future__ import annotations

import argparse
import dataclasses
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from models import compute
from models.refusal import NoResult
from models.training import card_writer, configuration, distributed, loop, provenance, whole
from models.training.configuration import RUN, Configuration
from models.training.interruption import Interrupted
from models.training.part import Part
from models.training.provenance import Provenance
from models.training.recipe import Ground, Model

log = logging.getLogger(__name__)


def main(model: Model, arguments: Sequence[str] | None, *, prog: str, description: str | None) -> int:
    """Train and export. Status 0 when finished or stopped in order, 2 with a sentence on standard error when it is not possible."""
    options = _parser(model, prog, description).parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        with distributed.together():
            said = _train(model, options)
    except Interrupted as stopped:
        said = str(stopped)
    except (NoResult, OSError) as reason:
        sys.stderr.write(f"No training: {reason}\n")
        return 2
    if said:
        sys.stderr.write(f"{said}\n")
    return 0


def _parser(model: Model, prog: str, description: str | None) -> argparse.ArgumentParser:
    names = [recipe.name for recipe in model.recipes]
    parser = argparse.ArgumentParser(prog=prog, description=description)
    parser.add_argument("--data", type=Path, required=True, help="labelled images as docs/training.md describes them")
    parser.add_argument("--hosts", type=Path, help="lung: whole scans to put nodules into; default: the folder hosts in --data")
    parser.add_argument("--ratings", type=Path, help="lung: JSON of every reader's ratings by file, where there is more than the consensus")
    parser.add_argument("--start", type=Path, help="weight file that the pre-trained part starts from; default: the published one")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints, log, curves and the finished model; the same folder goes on")
    parser.add_argument("--cache", type=Path, help="for what is made of the data once; several runs may share it; default: --out")
    parser.add_argument("--config", type=Path, help="TOML file with a section per network and [run]")
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE", help="one setting, over the file's")
    parser.add_argument("--seed", type=int, help="short for --set SECTION.seed=… in every section")
    parser.add_argument("--folds", type=int, nargs="+", default=list(range(model.folds)), choices=range(model.folds))
    parser.add_argument("--only", nargs="+", default=names, choices=names, help="train only these networks")
    parser.add_argument("--tag", help="name of the finished version; default: own- and the beginning of the run's hash")
    return parser


def _train(model: Model, options: argparse.Namespace) -> str:
    """Everything, in this process's share; what to say at the end, empty in all processes but one."""
    settings = _settings(model, options)
    where = compute.choose("torch")
    hosts = _hosts(model, options)
    named = {"data": options.data, "hosts": hosts, "ratings": options.ratings, "start": options.start}
    sources = {name: path for name, path in named.items() if path is not None and (name == "data" or not _within(path, options.data))}
    cache = options.cache or options.out
    for place, option in ((options.out, "--out"), (cache, "--cache")):
        _require_apart(place, option, sources)
    data = distributed.first(lambda: provenance.of_files(sources))
    shared = {"processes": {"count": distributed.size()}} if settings.run.several == "batches" else {}
    plain = settings.plain() | shared
    started = Provenance(plain, data, provenance.versions(where.name))
    tag = options.tag or f"own-{started.sha256[:8]}"
    place = card_writer.places(options.out, options.data, model, tag)
    if distributed.leads():
        log.info("%d files of training data, %d process(es), %s", len(data), distributed.size(), where.name)
    ground = Ground(options.data, hosts, options.ratings, options.start, settings.run.seed, tuple(options.folds), where, cache)
    distributed.first(lambda: model.prepare(ground))
    place = dataclasses.replace(place, ground=ground)
    trained = loop.run(_parts(model, options.only, settings, ground), options.out, settings.run, started)
    if not distributed.leads():
        return ""
    whole.write(options.out / "settings.toml", settings.toml().encode())
    if set(options.folds) != set(range(model.folds)) or set(options.only) != {recipe.name for recipe in model.recipes}:
        return f"{len(trained)} networks are trained. The model is written once all of them are: run without --folds and --only."
    card = card_writer.write(model, place, started, trained, tag)
    whole.write(card.parent / f"{card.stem}.settings.toml.txt", settings.toml().encode())
    return (
        f"The model is in {options.out / 'model'}. Install it with `python -m models.training.install {options.out}`: it runs in shadow "
        "until an administrator puts it in force. Validate it first (docs/training.md)."
    )


def _settings(model: Model, options: argparse.Namespace) -> Configuration:
    kinds = {recipe.name: recipe.settings for recipe in model.recipes}
    seeded = (
        [RUN, *(name for name, kind in kinds.items() if "seed" in {field.name for field in dataclasses.fields(kind)})]
        if options.seed is not None
        else []
    )
    return configuration.read(options.config, [*options.set, *(f"{name}.seed={options.seed}" for name in seeded)], kinds)


def _hosts(model: Model, options: argparse.Namespace) -> Path | None:
    hosts: Path = options.hosts or options.data / "hosts"
    if hosts.is_dir():
        return hosts
    if model.needs_hosts or options.hosts:
        raise NoResult(f"The folder {hosts} with whole scans is missing. Name it with --hosts (what has to lie there: docs/training.md).")
    return None


def _require_apart(place: Path, option: str, sources: Mapping[str, Path]) -> None:
    for name, source in sources.items():
        if _within(place, source):
            raise NoResult(f"{place} lies in --{name}, so what is written would count as training data. Choose an {option} elsewhere.")


def _within(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _parts(model: Model, only: Sequence[str], settings: Configuration, ground: Ground) -> Iterator[Part]:
    for recipe in model.recipes:
        if recipe.name in only:
            yield from recipe.parts(settings.recipes[recipe.name], ground)

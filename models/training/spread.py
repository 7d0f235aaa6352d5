"""`python -m models.training.spread OUT OUT …`: how far trainings that differ only in their seed lie apart, figure by figure, as JSON."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from models.refusal import NoResult
from models.training import history, provenance


def spread(values: Sequence[float]) -> dict[str, float]:
    """Number, mean, standard deviation (n - 1; left out for one value), smallest and largest."""
    found = {"n": len(values), "mean": float(np.mean(values)), "lowest": min(values), "highest": max(values)}
    return found | ({"sd": float(np.std(values, ddof=1))} if len(values) > 1 else {})


def of_runs(runs: Sequence[Path]) -> dict[str, dict[str, dict[str, float]]]:
    """Network → figure → spread over the runs, of the last epoch (with a patience: of the best one).

    Raises NoResult when the runs differ in anything but the seed, or two have the same.
    """
    _require_comparable(runs)
    logs = [_last(run) for run in runs]
    networks = sorted(set.intersection(*(set(log) for log in logs)))
    return {name: {key: spread([log[name][key] for log in logs]) for key in logs[0][name]} for name in networks}


def main(arguments: list[str] | None = None) -> int:
    """Print the spread; exit status 2 and a sentence on standard error when the runs cannot be compared."""
    parser = argparse.ArgumentParser(prog="python -m models.training.spread", description=__doc__)
    parser.add_argument("runs", type=Path, nargs="+")
    try:
        found = of_runs(parser.parse_args(arguments).runs)
    except NoResult as reason:
        sys.stderr.write(f"No result: {reason}\n")
        return 2
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def _require_comparable(runs: Sequence[Path]) -> None:
    started = [provenance.read(run) for run in runs]
    seeds = [one.settings["run"]["seed"] for one in started]
    if len(set(seeds)) < len(seeds) or len(seeds) < 2:
        raise NoResult(f"The seeds are {seeds}: at least two runs with different seeds are expected.")
    for run, one in zip(runs[1:], started[1:], strict=True):
        different = [text for text in provenance.differences(started[0], one) if not re.match(r"\w+\.seed was ", text)]
        if different:
            raise NoResult(f"{run} differs from {runs[0]} in more than the seed: {'; '.join(different)}.")


def _last(run: Path) -> Mapping[str, Mapping[str, float]]:
    patience = provenance.read(run).settings["run"]["patience"]
    return {name: ((history.best(epochs) if patience else None) or epochs[-1]).figures for name, epochs in history.gather(run).items()}


if __name__ == "__main__":
    sys.exit(main())

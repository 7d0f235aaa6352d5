"""`python -m models.reports REPORT.json … --out DIR`: the figures of reports as PNG and SVG, for documents."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from models.evaluation.envelope import SCHEMA
from models.refusal import NoResult

COLOURS = 64
NOT_INSTALLED = "Drawing needs matplotlib, which is not installed here. Install the requirements of Firstlight again."


def read(path: Path) -> dict[str, Any]:
    """The report in a file. Raises NoResult when it is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise NoResult(f"{path} cannot be read as a report: {problem}") from problem
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise NoResult(f"{path} is no report of `python -m models.evaluate --out FILE` ({SCHEMA} expected).")
    return found


def draw(report: dict[str, Any], folder: Path) -> Iterator[Path]:
    """Every figure of `report` as PNG and SVG in `folder`, named after its task."""
    try:
        from models.reports import look, plots
    except ImportError as missing:
        raise NoResult(NOT_INSTALLED) from missing
    folder.mkdir(parents=True, exist_ok=True)
    with look.style():
        for name, figure in plots.plots(report):
            for ending in ("png", "svg"):
                path = folder / f"{report['task']}-{name}.{ending}"
                figure.savefig(path, metadata={"Date": None} if ending == "svg" else None)
                if ending == "png":
                    smaller(path)
                yield path


def smaller(path: Path) -> None:
    """Rewrite a PNG with a palette of its most frequent colours, which stay exactly as they are: a third of the size."""
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    colours, place, count = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    kept = colours[np.argsort(-count, kind="stable")[:COLOURS]]
    apart = np.abs(colours[:, None].astype(np.int64) - kept[None]).sum(2)  # (colours, kept)
    small = Image.fromarray(apart.argmin(1).astype(np.uint8)[place].reshape(pixels.shape[:2]))
    small.putpalette(kept.tobytes())
    small.save(path, optimize=True)


def main(arguments: list[str] | None = None) -> int:
    """Draw every report, name every file; exit status 2 and a sentence when one cannot be drawn."""
    parser = argparse.ArgumentParser(prog="python -m models.reports", description=__doc__)
    parser.add_argument("reports", type=Path, nargs="+", metavar="REPORT.json")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    options = parser.parse_args(arguments)
    try:
        for path in options.reports:
            for made in draw(read(path), options.out):
                sys.stdout.write(f"{made}\n")
    except NoResult as reason:
        sys.stderr.write(f"No result: {reason}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

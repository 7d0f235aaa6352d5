"""`python -m models.reports.breast_examples REPORT.json --data DIR --out FILE.png`: right and wrong answers of a report, with heat maps.

The sheet shows images of the labelled set, whose licence may allow research only: it is written where it is asked for and belongs in no
repository. A woman of the training set is drawn by the network that never saw her, as she was scored.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from models import research_images
from models.breast import table
from models.breast.table import Labelled
from models.breast.view import prepare
from models.mammography import Mammography, View
from models.refusal import NoResult
from models.reports.__main__ import read

EACH, CELL = 4, (150, 120)  # so many of each kind; height and width of a picture
HOT = (213, 94, 0)
Picture = NDArray[np.uint8]


def sheet(report: Mapping[str, Any], folder: Path, model: Mammography) -> Image.Image:
    """Rows: cancers found, cancers missed, healthy called right, healthy called wrong; each view beside its heat map.

    Raises NoResult when the report names no examples or none of them lies in the folder.
    """
    rows = {row.file.name: row for row in table.read(folder)}
    kinds = [(name, cancer) for cancer in (True, False) for name in ("hits", "misses")]
    chosen = [[rows[one["file"]] for one in _of(report, *kind) if one["file"] in rows][:EACH] for kind in kinds]
    if not any(chosen):
        raise NoResult(f"{folder.name} holds none of the images that the report names as examples.")
    whole = Image.new("RGB", (2 * EACH * CELL[1], len(kinds) * (CELL[0] + 12)), "white")
    for line, ((name, cancer), part) in enumerate(zip(kinds, chosen, strict=True)):
        words = f"{'cancer' if cancer else 'healthy'}, {'right' if name == 'hits' else 'wrong'}"
        ImageDraw.Draw(whole).text((2, line * (CELL[0] + 12)), words, fill="black")
        for place, picture in enumerate(picture for row in part for picture in _pictures(row, model)):
            whole.paste(Image.fromarray(picture), (place * CELL[1], line * (CELL[0] + 12) + 12))
    return whole


def _of(report: Mapping[str, Any], name: str, cancer: bool) -> Iterator[Mapping[str, Any]]:
    return (one for one in report.get(name, ()) if one.get("cancer") is cancer)


def _pictures(row: Labelled, model: Mammography) -> Iterator[Picture]:
    """The view, and the view under its heat map, both as large as a cell."""
    pixels = research_images.pixels(row.file)
    view = View(pixels, row.laterality, row.view, row.file.name)
    found = model.score([view], networks=model.without(row.woman, [prepare(pixels).crop])).views[0]
    if found.heat is None:
        return
    size = (pixels.shape[1], pixels.shape[0])
    plain = np.repeat(_fitted(Image.fromarray(np.rint(pixels * 255).astype(np.uint8)))[..., None], 3, 2)
    heat = _fitted(Image.fromarray(found.heat).resize(size))[..., None].astype(np.float32) / 255
    yield plain
    yield np.rint(plain * (1 - 0.7 * heat) + np.array(HOT) * 0.7 * heat).astype(np.uint8)


def _fitted(image: Image.Image) -> Picture:
    """(height, width) of a cell, the image as large as fits into it with its aspect kept."""
    return np.asarray(ImageOps.pad(image, CELL[::-1]), np.uint8)


def main(arguments: list[str] | None = None) -> int:
    """Draw the sheet; exit status 2 and a sentence when it cannot be drawn."""
    parser = argparse.ArgumentParser(prog="python -m models.reports.breast_examples", description=__doc__)
    parser.add_argument("report", type=Path, metavar="REPORT.json")
    parser.add_argument("--data", type=Path, required=True, help="the folder that the report was made of")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.png")
    options = parser.parse_args(arguments)
    try:
        drawn = sheet(read(options.report), options.data, Mammography.load())
    except NoResult as reason:
        sys.stderr.write(f"No result: {reason}\n")
        return 2
    drawn.quantize(64, dither=Image.Dither.NONE).save(options.out, optimize=True)
    sys.stdout.write(f"{options.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

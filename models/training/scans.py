"""`python -m models.training.scans SCAN… --out DIR [--lesion NAME,x,y,z,radius …]`: whole scans as training takes them.

Each CT series of the paths (zip, folder or file) becomes DIR/<patient>.npz with `hu`, `affine` and the lesions named for it (LPS mm).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from models.scoring import volumes


def main(arguments: list[str] | None = None) -> int:
    """Write the scans; status 1 with the reason for each that could not be read."""
    parser = argparse.ArgumentParser(prog="python -m models.training.scans", description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+", metavar="SCAN")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--lesion", action="append", default=[], metavar="PATIENT,X,Y,Z,RADIUS")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    lesions = [_lesion(text, parser) for text in options.lesion]
    failed = 0
    for path in options.paths:
        for scan in volumes.read(path):
            if scan.hu is None or scan.affine is None:
                sys.stderr.write(f"{path.name}: {scan.reason}\n")
                failed = 1
                continue
            exclude = np.array([place for name, place in lesions if name == scan.patient]).reshape(-1, 4)
            np.savez(options.out / f"{scan.patient}.npz", hu=scan.hu, affine=scan.affine, exclude_mm=exclude)
    return failed


def _lesion(text: str, parser: argparse.ArgumentParser) -> tuple[str, list[float]]:
    name, *numbers = text.split(",")
    try:
        place = [float(number) for number in numbers]
    except ValueError:
        place = []
    if len(place) != 4:
        parser.error(f"{text!r} is no lesion; expected PATIENT,x,y,z,radius in LPS millimetres")
    return name, place


if __name__ == "__main__":
    sys.exit(main())

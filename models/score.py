"""`python -m models.score PATH… --json`: scores folders, zips, files or a CSV of research images without database or web.

Only the JSON goes to standard output. Every file that was not scored is listed with its reason; nothing is left out in silence.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from core.imaging.examine import Examined, examine
from models import compute, research_images
from models.lung_ct import LungCT
from models.mammography import Mammography
from models.scoring import ct, mammograms

NOT_READ = "The file does not exist."


@cache
def lung() -> LungCT:
    """The lung model, loaded at the first CT."""
    return LungCT.load(compute.choose())


@cache
def breast() -> Mammography:
    """The mammography model, loaded at the first mammogram."""
    return Mammography.load(compute.choose())


def score(paths: Sequence[Path], *, laterality: str | None = None, view: str | None = None) -> dict[str, Any]:
    """All results of `paths`: `series` for CT, `exams` for mammography, `not_scored` with a reason for every other file."""
    missing = [path for path in paths if not path.exists()]
    tables = [path for path in paths if path.is_file() and path.suffix.lower() in (".csv", *research_images.ENDINGS)]
    examined = list(examine([path for path in paths if path not in missing and path not in tables]))
    exams = [entry for path in tables for entry in mammograms.research_entries(path, breast, laterality=laterality, view=view)]
    return {
        "series": ct.entries(examined, lung),
        "exams": [*mammograms.entries(examined, breast), *exams],
        "not_scored": [*({"file": str(path), "reason": NOT_READ} for path in missing), *_left_out(examined)],
    }


def _left_out(examined: Sequence[Examined]) -> list[dict[str, str]]:
    return [{"file": file.shown, "reason": str(file.refusal or file.set_aside)} for file in examined if not file.accepted]


def main(arguments: list[str] | None = None) -> int:
    """Parse, score, print."""
    parser = argparse.ArgumentParser(prog="python -m models.score", description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH")
    parser.add_argument("--json", action="store_true", help="print JSON (the only format there is)")
    parser.add_argument("--laterality", choices=("L", "R"), help="which breast a single PNG or JPEG shows")
    parser.add_argument("--view", help="which view a single PNG or JPEG shows, such as CC or MLO")
    options = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    answer = score(options.paths, laterality=options.laterality, view=options.view)
    sys.stdout.write(json.dumps(answer, allow_nan=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

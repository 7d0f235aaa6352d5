"""`python -m models.evaluate TASK --data DIR --json [--out FILE] [--write-card]`: measure a model on a labelled folder.

Only the JSON goes to standard output, a summary to standard error. A patient the model was trained on is scored by the fold that never
saw them. The report can be handed in on the page "Models", where it stands beside the figures of the model's card.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import sys
from pathlib import Path
from typing import Any

from models import card_figures, cards
from models.evaluation import envelope, summary
from models.refusal import NoResult

TASKS = {
    "lung-malignancy": ("lung_malignancy", "lung-ct"),
    "lung-detection": ("lung_detection", "lung-ct"),
    "lung-crop-detection": ("lung_crops", "lung-ct"),
    "lung-description": ("lung_description", "lung-ct"),
    "opportunistic": ("opportunistic", "lung-emphysema"),
    "mammography": ("mammography", "mammography"),
    "mammography-localisation": ("mammography_localisation", "mammography"),
}
"""Task → (module in models.evaluation, card its figures belong to)."""
WITH_SCANS = "lung-crop-detection"


def evaluate(task: str, folder: Path, scans: Path | None = None) -> dict[str, Any]:
    """The complete report of one evaluation. Raises NoResult when the folder cannot be evaluated."""
    name, card = TASKS[task]
    module = importlib.import_module(f"models.evaluation.{name}")
    if task == WITH_SCANS and scans is None:
        raise NoResult(f"{task} needs --scans: a folder of whole scans with nodules.csv, from which false marks per scan are counted.")
    found = module.evaluate(folder, scans) if task == WITH_SCANS else module.evaluate(folder)
    return envelope.complete(task, cards.load(card), folder, found)


def main(arguments: list[str] | None = None) -> int:
    """Parse, evaluate, print; exit status 2 and a sentence on standard error when there is no result."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(name)s: %(message)s")
    try:
        _require_folder(options.out)
        report = evaluate(options.task, options.data, options.scans)
        text = json.dumps(report, allow_nan=False, ensure_ascii=False)
        if options.out is not None:
            _write(options.out, text)
        if options.write_card:
            card_figures.write(TASKS[options.task][1], options.task, report)
    except NoResult as reason:
        sys.stderr.write(f"No result: {reason}\n")
        return 2
    if options.json or options.out is None:
        sys.stdout.write(text + "\n")
    sys.stderr.write("\n".join(summary.lines(report)) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.evaluate", description=__doc__)
    parser.add_argument("task", choices=sorted(TASKS))
    parser.add_argument("--data", type=Path, required=True, help="folder with the labelled images")
    parser.add_argument("--scans", type=Path, help=f"folder of whole scans with nodules.csv ({WITH_SCANS} only)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON (so it is without --out, too)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the report to this file, to be handed in on the page of the models")
    parser.add_argument("--write-card", action="store_true", help="write the figures into the model's card and the report beside it")
    return parser


def _require_folder(out: Path | None) -> None:
    """Asked before an evaluation that may take hours."""
    if out is not None and not out.resolve().parent.is_dir():
        raise NoResult(f"The report cannot be written to {out}: the folder {out.resolve().parent} does not exist.")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n", "utf-8")
    except OSError as problem:
        raise NoResult(f"The report could not be written to {path} ({problem.strerror}). Choose a folder that exists.") from problem


if __name__ == "__main__":
    sys.exit(main())

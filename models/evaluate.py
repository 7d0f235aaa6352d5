"""`python -m models.evaluate TASK --data DIR --json [--write-card]`: measure a model on a labelled folder.

Only the JSON goes to standard output. A patient the model was trained on is scored by the fold that never saw them.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import sys
from pathlib import Path
from typing import Any

from models import card_figures
from models.refusal import NoResult

TASKS = {
    "lung-malignancy": ("lung_malignancy", "lung-ct"),
    "lung-detection": ("lung_detection", "lung-ct"),
    "mammography": ("mammography", "mammography"),
    "mammography-localisation": ("mammography_localisation", "mammography"),
}
"""Task → (module in models.evaluation, card its figures belong to)."""


def evaluate(task: str, folder: Path) -> dict[str, Any]:
    """The report of one evaluation. Raises NoResult when the folder cannot be evaluated."""
    module = importlib.import_module(f"models.evaluation.{TASKS[task][0]}")
    report: dict[str, Any] = module.evaluate(folder)
    return report


def main(arguments: list[str] | None = None) -> int:
    """Parse, evaluate, print; exit status 2 and a sentence on standard error when there is no result."""
    parser = argparse.ArgumentParser(prog="python -m models.evaluate", description=__doc__)
    parser.add_argument("task", choices=sorted(TASKS))
    parser.add_argument("--data", type=Path, required=True, help="folder with the labelled images")
    parser.add_argument("--json", action="store_true", help="print the report as JSON (the only format there is)")
    parser.add_argument("--write-card", action="store_true", help="write the figures into the model's card")
    options = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(name)s: %(message)s")
    try:
        report = evaluate(options.task, options.data)
        if options.write_card:
            card_figures.write(TASKS[options.task][1], options.task, report)
    except NoResult as reason:
        sys.stderr.write(f"No result: {reason}\n")
        return 2
    sys.stdout.write(json.dumps(report, allow_nan=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

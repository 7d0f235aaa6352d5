"""How many nodules the lung model finds in whole scans, and how many false marks it makes.

The folder holds scans (zip files or folders, named as in the table) and `nodules.csv` with `scan,x,y,z,diameter_mm` in LPS mm; a scan
without nodules has a row with empty coordinates. A mark inside a nodule's radius finds it, as in LUNA16. A patient that a network was
trained on is scored by the network of their fold. Beside it, on the same scans: bright round places without any network.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from models.evaluation import detection_figures, memory, nodule_table
from models.evaluation.detection_figures import judge
from models.evaluation.lung_scan import LEAST, Scored, scored
from models.evaluation.nodule_table import UNKNOWN, Skipped, Table
from models.lung import known
from models.lung_ct import LungCT
from models.refusal import NoResult

TABLE = "nodules.csv"
FEW_NODULES = 30
log = logging.getLogger(__name__)


def evaluate(folder: Path) -> dict[str, Any]:
    """The report as JSON takes it. Raises NoResult when the table is missing or no scan could be scored."""
    table = nodule_table.read(folder / TABLE)
    model, trained_on = LungCT.load(), known.patients()
    done, refused = _all(folder, table, model, trained_on)
    if not done:
        raise NoResult(f"None of the {len(table.scans)} scans could be scored. The first reason: {refused[0]['reason']}")
    told = report(done, refused, table, model.card.thresholds["nodule"])
    told["memory"] = memory.peak(model.compute)
    return told | {"model": model.card.identity, "weights_sha256": model.card.sha256, "device": model.compute.name}


def report(done: Sequence[Scored], refused: Sequence[dict[str, Any]], table: Table, threshold: float) -> dict[str, Any]:
    """Everything that the scored scans say; `refused` names the others."""
    skipped = [*table.skipped, *(one for scan in done for one in scan.skipped)]
    counts = {"task": "lung-detection", "n_scans": len(done), "not_scored": len(refused), "threshold": threshold, "kept_from": LEAST}
    figures = detection_figures.figures(done, threshold)
    return {
        **counts,
        **figures,
        "seconds": _seconds(done),
        "scans_seen_in_training": sum(scan.seen for scan in done),
        "scored_by": "patients of the training set: the network of their fold; everybody else: all networks",
        "warnings": _warnings(done, refused, skipped, figures),
        "skipped_rows": [asdict(one) for one in skipped],
        "scans": [*(_line(scan, threshold) for scan in done), *refused],
    }


def _all(folder: Path, table: Table, model: LungCT, trained_on: frozenset[str]) -> tuple[list[Scored], list[dict[str, Any]]]:
    """(scans that were scored, the others with their reason)."""
    done: list[Scored] = []
    refused: list[dict[str, Any]] = []
    for number, scan in enumerate(table.scans, 1):
        try:
            if scan in table.unusable:
                raise NoResult("No row of this scan could be read, so nobody knows which nodules are in it.")
            done.append(scored(folder, scan, table, model, trained_on))
        except NoResult as reason:
            refused.append({"scan": scan, "reason": str(reason)})
        log.info("%d of %d scans: %s", number, len(table.scans), scan)
    return done, refused


def _line(scan: Scored, threshold: float) -> dict[str, Any]:
    """One scan in the report."""
    judged = [one for one in judge(scan) if one.mark.score >= threshold]
    places = [place for place in scan.places if place.diameter_mm != UNKNOWN]
    found = sum(any(detection_figures.inside(one.mark, place) for one in judged) for place in places)
    return {
        "scan": scan.scan, "nodules": len(places), "found": found, "false_marks": sum(one.right is False for one in judged),
        "seconds": round(scan.seconds, 2), "decode_seconds": round(scan.decode_seconds, 2), "slice_distance_mm": scan.spacing_mm,
        "stage_seconds": {name: round(value, 2) for name, value in scan.stage_seconds.items()},
        "warnings": list(scan.warnings), "patient_seen_in_training": scan.seen,
    }  # fmt: skip


def _seconds(done: Sequence[Scored]) -> dict[str, Any]:
    """Of scoring one decoded scan, and of decoding it."""
    score, decode = (np.array([getattr(scan, name) for scan in done]) for name in ("seconds", "decode_seconds"))
    told = {"median": round(float(np.median(score)), 2), "most": round(float(score.max()), 2)}
    return {"n": len(done)} | told | {"decode_median": round(float(np.median(decode)), 2)}


def _warnings(
    done: Sequence[Scored], refused: Sequence[dict[str, Any]], skipped: Sequence[Skipped], figures: dict[str, Any]
) -> list[str]:  # fmt: skip
    """What somebody who only reads the figures has to know."""
    told = []
    if skipped:
        told.append(f"Rows of {TABLE} that were left out: {len(skipped)}; see skipped_rows.")
    if refused:
        told.append(f"Scans that could not be scored: {len(refused)} of {len(done) + len(refused)}; see scans.")
    if 0 < figures["n_nodules"] < FEW_NODULES:
        told.append(f"Few nodules ({figures['n_nodules']}): the sensitivity is known within wide limits only.")
    if figures.get("interval_reason"):
        told.append(figures["interval_reason"])
    ends = figures.get("curve_ends_at")
    if ends is not None and ends < 8:
        told.append(f"Marks below {LEAST} are not kept: the curve ends at {ends:.2f} false marks per scan and is flat beyond.")
    if any(len(scan.places) > 1 for scan in done):
        told.append("Several nodules of one scan count as independent in the interval of the sensitivity.")
    return told

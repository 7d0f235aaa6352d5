"""How many nodules the lung model finds in whole scans, and how many false marks it makes.

The folder holds scans (zip files or folders, named as in the table) and `nodules.csv` with `scan,x,y,z,diameter_mm` in LPS mm; a scan
without nodules has a row with empty coordinates. A mark inside a nodule's radius finds it, as in LUNA16. A patient that a network was
trained on is scored by the network of their fold.
"""

from __future__ import annotations

import csv
import dataclasses
import logging
from pathlib import Path
from typing import Any

from core.metrics import froc, proportions
from core.metrics.marks import match
from models.lung import known
from models.lung.nodule import LungResult
from models.lung_ct import LungCT
from models.refusal import NoResult
from models.scoring import volumes

LEAST = 0.02
COLUMNS = ("scan", "x", "y", "z", "diameter_mm")
Rows = list[Any]
log = logging.getLogger(__name__)


def evaluate(folder: Path) -> dict[str, Any]:
    """The report as JSON takes it. Raises NoResult when the table is missing or no scan could be scored."""
    nodules, scans = _table(folder)
    model, trained_on = LungCT.load(), known.patients()
    marks: Rows = []
    per_scan: list[dict[str, Any]] = []
    for scan in scans:
        try:
            result, patient = _scored(_path(folder, scan), model, trained_on)
        except NoResult as reason:
            per_scan.append({"scan": scan, "reason": str(reason)})
            continue
        marks += [[scan, *finding.center_lps_mm, finding.probability] for finding in result.findings]
        own = [row for row in nodules if row[0] == scan]
        per_scan.append(_per_scan(scan, own, result, model.card.thresholds["nodule"]) | {"patient_seen_in_training": patient in trained_on})
        log.info("%s", per_scan[-1])
    scored = [part["scan"] for part in per_scan if "reason" not in part]
    if not scored:
        raise NoResult(f"None of the {len(scans)} scans could be scored. The first reason: {per_scan[0]['reason']}")
    counts = {"n_scans": len(scored), "not_scored": len(scans) - len(scored)}
    report = {"task": "lung-detection", **counts, "threshold": model.card.thresholds["nodule"]}
    figures = _figures([row for row in nodules if row[0] in scored], marks, scored, per_scan)
    told = {"scans": per_scan, "model": model.card.identity, "weights_sha256": model.card.sha256, "device": model.compute.name}
    return report | figures | told


def _table(folder: Path) -> tuple[Rows, list[str]]:
    """(rows of scan, x, y, z, diameter; all scans in order)."""
    path = folder / "nodules.csv"
    if not path.is_file():
        raise NoResult(f"{folder} has no nodules.csv ({','.join(COLUMNS)}, LPS mm). Whoever prepared the folder has to add it.")
    with path.open(newline="", encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    missing = [name for name in COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise NoResult(f"nodules.csv has no rows or lacks the columns {', '.join(missing)}.")
    marked = [[row["scan"], *(float(row[name]) for name in COLUMNS[1:])] for row in rows if row["x"]]
    return marked, list(dict.fromkeys(row["scan"] for row in rows))


def _path(folder: Path, scan: str) -> Path:
    for name in (scan, f"{scan}.zip"):
        if (folder / name).exists():
            return folder / name
    raise NoResult(f"The scan {scan} of nodules.csv is not in the folder.")


def _scored(path: Path, model: LungCT, trained_on: frozenset[str]) -> tuple[LungResult, str]:
    """(all marks down to LEAST, patient) of the first series that can be read."""
    reason = "there is no CT series in it"
    for scan in volumes.read(path):
        if scan.hu is None or scan.affine is None:
            reason = str(scan.reason)
            continue
        own = LungCT(model.card, known.unseen(model.networks, scan.patient, trained_on))
        return own.score(scan.hu, scan.affine, threshold=LEAST), scan.patient
    raise NoResult(f"{path.name} could not be scored: {reason}")


def _per_scan(scan: str, nodules: Rows, result: LungResult, threshold: float) -> dict[str, Any]:
    marks: Rows = [[scan, *finding.center_lps_mm, finding.probability] for finding in result.findings if finding.probability >= threshold]
    events = match(nodules, [], marks, [scan]) if nodules else None
    found = int((events.nodule_score >= threshold).sum()) if events else 0
    false = len(events.false_score) if events else len(marks)
    seconds = round(sum(result.stage_seconds.values()), 2)
    counts = {"nodules": len(nodules), "found": found, "false_marks": false}
    return {"scan": scan, **counts, "seconds": seconds, "warnings": list(result.warnings)}


def _figures(nodules: Rows, marks: Rows, scans: list[str], per_scan: list[dict[str, Any]]) -> dict[str, Any]:
    """Sensitivity at the operating point with a Wilson interval, false marks per scan, and the FROC read off as LUNA16 does."""
    done = [part for part in per_scan if "reason" not in part]
    found, false = sum(part["found"] for part in done), sum(part["false_marks"] for part in done)
    figures: dict[str, Any] = {"n_nodules": len(nodules), "false_marks_per_scan": false / len(done)}
    if not nodules:
        return figures | {"sensitivity": None}
    curve = froc.curve(match(nodules, [], marks, scans))
    interval = proportions.wilson(found, len(nodules))
    figures["sensitivity"] = dataclasses.asdict(interval)
    figures["froc"] = {f"at_{rate:g}": float(value) for rate, value in zip(froc.RATES, froc.read_off(curve), strict=True)}
    figures["cpm"] = froc.cpm(curve)
    figures["misses"] = _misses(nodules, marks)
    return figures


def _misses(nodules: Rows, marks: Rows) -> Rows:
    """Nodules without any mark inside their radius, however improbable."""
    return [row for row in nodules if not any(mark[0] == row[0] and _inside(mark, row) for mark in marks)]


def _inside(mark: Rows, nodule: Rows) -> bool:
    squared = sum((float(a) - float(b)) ** 2 for a, b in zip(mark[1:4], nodule[1:4], strict=True))
    return bool(squared <= (float(nodule[4]) / 2) ** 2)

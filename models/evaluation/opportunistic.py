"""How the measures beside the nodules agree with a hospital's own reference, scan by scan: what switching one on asks for.

The folder holds scans (zip files or folders) and `reference.csv` with `scan,laa950,cac_class,bone_hu`: percent of the lung below -950 HU
of a validated program, the class (none, mild, moderate, severe) of readers or of a gated score, and HU of the same vertebral bodies read
by hand. What is not known is left empty.
"""

from __future__ import annotations

import csv
import hashlib
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.metrics import agreement
from core.metrics.interval import Interval
from models import cards
from models.cards import Card
from models.opportunistic import chest
from models.opportunistic.coronary import CLASSES
from models.opportunistic.measures import MEASURES, Measured, measure
from models.refusal import NoResult
from models.scoring import volumes

REFERENCE = {"lung-emphysema": "laa950", "coronary-calcium": "cac_class", "vertebral-bone": "bone_hu"}
FEWEST = 3
Row = Mapping[str, str]
log = logging.getLogger(__name__)


def evaluate(folder: Path) -> dict[str, Any]:
    """The report as JSON takes it. Raises NoResult when the table is missing or wrong, or no scan could be read."""
    path = folder / "reference.csv"
    rows, installed = _table(path), {name: cards.load(name) for name in MEASURES}
    scans = [_scan(folder, row, installed) for row in rows]
    read = [scan for scan in scans if "reason" not in scan]
    if not read:
        raise NoResult(f"None of the {len(scans)} scans could be read. The first reason: {scans[0]['reason']}")
    return {
        "task": "opportunistic",
        "n_scans": len(read),
        "not_scored": len(scans) - len(read),
        "reference_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "measures": {name: compared(card, read, rows) for name, card in installed.items()},
        "scans": scans,
    }


def compared(card: Card, scans: Sequence[Mapping[str, Any]], rows: Sequence[Row]) -> dict[str, Any]:
    """Agreement of one measure with its column over the scans that have both; `n` counts them. No figure under FEWEST scans."""
    column = REFERENCE[card.name]
    known = {row["scan"]: row[column].strip() for row in rows if row[column].strip()}
    told = [(known[scan["scan"]], scan["measures"][card.name]) for scan in scans if scan["scan"] in known]
    both = [(truth, one["value"]) for truth, one in told if one["value"] is not None]
    found: dict[str, Any] = {"tag": card.tag, "n": len(both), "no_result": len(told) - len(both)}
    if len(both) < FEWEST:
        return found
    if card.name == "coronary-calcium":
        return found | {"agreement": _classes([truth for truth, _ in both], [str(value) for _, value in both])}
    return found | {"agreement": _limits([float(truth) for truth, _ in both], [float(value) for _, value in both], MEASURES[card.name][1])}


def _limits(truth: list[float], value: list[float], unit: str) -> dict[str, Any]:
    """Bland–Altman: what the measure says less the reference, in the measure's unit."""
    found = agreement.limits(truth, value)
    return {"unit": unit, "bias": _interval(found.bias), "lower": found.lower, "upper": found.upper}


def _classes(truth: list[str], value: list[str]) -> dict[str, Any]:
    """Share of equal classes and weighted kappa, and how often which class met which."""
    same, met = agreement.exact(truth, value), Counter(zip(truth, value, strict=True))
    assert same.interval is not None  # there are at least FEWEST scans
    table = {one: {other: met[one, other] for other in CLASSES} for one in CLASSES}
    found: dict[str, Any] = {"exact": _interval(same.interval), "reference_by_measure": table}
    try:
        found["kappa_quadratic"] = _interval(agreement.kappa(truth, value, weights="quadratic", categories=CLASSES))
    except ValueError as problem:
        found["no_kappa"] = str(problem)
    return found


def _interval(found: Interval) -> dict[str, float]:
    return {"value": found.value, "low": found.low, "high": found.high}


def _scan(folder: Path, row: Row, installed: Mapping[str, Card]) -> dict[str, Any]:
    """What every measure says of one scan; why it could not be read otherwise."""
    try:
        path = next((folder / name for name in (row["scan"], f"{row['scan']}.zip") if (folder / name).exists()), None)
        if path is None:
            raise NoResult(f"The scan {row['scan']} of reference.csv is not in the folder.")
        measured = _measured(path, installed)
    except NoResult as reason:
        return {"scan": row["scan"], "reason": str(reason)}
    log.info("%s: %s", row["scan"], {name: one.value if one.reason is None else one.reason for name, one in measured.items()})
    return {"scan": row["scan"], "measures": {name: one.as_json() for name, one in measured.items()}}


def _measured(path: Path, installed: Mapping[str, Card]) -> dict[str, Measured]:
    reason = "there is no CT series in it"
    for scan in volumes.read(path):
        if scan.hu is not None and scan.affine is not None:
            looked = chest.look(scan.hu, scan.affine)
            return {name: measure(card, looked) for name, card in installed.items()}
        reason = str(scan.reason)
    raise NoResult(f"{path.name} could not be read: {reason}")


def _table(path: Path) -> list[Row]:
    """The rows of the table after they were checked."""
    if not path.is_file():
        raise NoResult(
            f"{path.parent} has no reference.csv (scan,{','.join(REFERENCE.values())}). Whoever prepared the folder has to add it."
        )
    with path.open(newline="", encoding="utf-8-sig") as lines:
        rows: list[Row] = list(csv.DictReader(lines))
    missing = [name for name in ("scan", *REFERENCE.values()) if not rows or rows[0].get(name) is None]
    if missing:
        raise NoResult(f"reference.csv has no rows or lacks the columns {', '.join(missing)}.")
    twice = {row["scan"] for row in rows if sum(other["scan"] == row["scan"] for other in rows) > 1}
    wrong = [row["scan"] for row in rows if not _fits(row)]
    if twice or wrong:
        raise NoResult(
            f"reference.csv names {', '.join(sorted(twice)) or 'no scan'} twice, and has values that cannot be for "
            f"{', '.join(wrong) or 'no scan'}; expected numbers, and one of {', '.join(CLASSES)}."
        )
    return rows


def _fits(row: Row) -> bool:
    try:
        laa, bone = row["laa950"].strip(), row["bone_hu"].strip()
        fits = (not laa or 0 <= float(laa) <= 100) and (not bone or -200 <= float(bone) <= 1000)
    except (ValueError, AttributeError):
        return False
    return fits and (row["cac_class"] or "").strip() in ("", *CLASSES)

"""What every report carries beside its figures: which task, model and weights, when, and on exactly which labels."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models import compute
from models.cards import Card

SCHEMA = "firstlight-evaluation/1"
TABLES = ("labels.csv", "nodules.csv")
CASES = ("n_scans", "n", "n_crops")
"""Keys of a report that count its cases; the first that is there."""


def complete(task: str, card: Card, folder: Path, report: Mapping[str, Any]) -> dict[str, Any]:
    """`report` with schema, task, identity of model and weights, device, moment and the fingerprint of the labels."""
    told = {
        "schema": SCHEMA,
        "task": task,
        "model": card.identity,
        "weights_sha256": card.sha256,
        "device": report.get("device") or compute.choose().name,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": fingerprint(folder, report),
    }
    return dict(report) | told


def fingerprint(folder: Path, report: Mapping[str, Any]) -> dict[str, Any]:
    """How many cases, and the hash of their labels: two reports with the same hash speak of the same cases."""
    cases = next((report[key] for key in CASES if isinstance(report.get(key), int)), 0)
    tables = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in TABLES if (folder / name).is_file()}
    one = next(iter(tables.values()), "") if len(tables) < 2 else hashlib.sha256("".join(tables.values()).encode()).hexdigest()
    return {"cases": cases, "labels": ", ".join(tables), "labels_sha256": one}

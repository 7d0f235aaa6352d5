"""More from the same scan, after the nodules: only what is switched on at the site, and never a reason to lose the run."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import FirstlightError
from core.workflow import opportunistic
from core.workflow.opportunistic import MeasureCard
from db.engine import snapshot, transaction
from models import cards
from models.lung.field import Field
from models.opportunistic import chest
from models.opportunistic.measures import MEASURES, measure
from models.refusal import NoResult
from models.worker.scorer import Scored

log = logging.getLogger(__name__)


def make_known() -> None:
    """Register the installed measures; each stays off until an administrator switches it on."""
    for name in MEASURES:
        try:
            card = cards.load(name)
            with transaction() as session:
                opportunistic.register(session, [MeasureCard(card.name, card.tag, asdict(card), card.thresholds)])
        except (NoResult, FirstlightError) as problem:
            log.warning("the measure %s is not there: %s", name, problem)


def with_beside(scored: Scored, exam_id: int, hu: NDArray[np.int16], affine: NDArray[np.float64], lung: Field | None = None) -> Scored:
    """`scored` with the measures that are on at the exam's site under `result["beside"]`, and what they took under "beside"."""
    began = time.perf_counter()
    with snapshot() as session:
        wanted = opportunistic.switched_on(session, exam_id)
    if not wanted:
        return scored
    told = _told(wanted, hu, affine, lung)
    seconds = scored.stage_seconds | {"beside": time.perf_counter() - began}
    return replace(scored, result=scored.result | {"beside": told}, stage_seconds=seconds)


def _told(wanted: Mapping[str, str], hu: NDArray[np.int16], affine: NDArray[np.float64], lung: Field | None) -> dict[str, Any]:
    """Measure → what it says; a measure whose installed version is not the one switched on says nothing."""
    told: dict[str, Any] = {}
    looked: chest.Chest | None = None
    for name, tag in wanted.items():
        try:
            card = cards.load(name)
            if card.tag != tag:
                continue
            looked = looked or chest.look(hu, affine, lung)
            told[name] = measure(card, looked).as_json()
        except NoResult as refusal:
            told[name] = _without(name, tag, str(refusal))
        except Exception:  # a process edge: the run must not be lost for what stands beside it
            log.exception("the measure %s broke off", name)
            told[name] = _without(name, tag, "The measure broke off. The administrator has to look at the log of the worker.")
    return told


def _without(name: str, tag: str, reason: str) -> dict[str, Any]:
    return {"tag": tag, "value": None, "unit": MEASURES[name][1], "seconds": 0.0, "parts": {}, "warnings": [], "reason": reason}

"""What followed a positive exam: biopsies, what they said, and what the tumours were like (domain/clinical-rules.md 2.8, 2.9)."""

import re
from functools import cache

import numpy as np

from core.metrics.labels import Bools
from core.metrics.screening import BIOPSY, Cohort, Masks, bools

_STAGE = re.compile(r"(IV|III|II|I|0)", re.IGNORECASE)


def ppv2(cohort: Cohort) -> Masks:
    asked = cohort.final & bools(cohort.frame.category.isin(BIOPSY[cohort.terms.programme])) & cohort.true("resolved")
    return asked & cohort.cancer, asked


def ppv3(cohort: Cohort) -> Masks:
    done = cohort.positive & cohort.known("biopsied_on") & cohort.true("resolved")
    return done & cohort.cancer, done


def biopsy(cohort: Cohort) -> Masks:
    return cohort.positive & cohort.known("biopsied_on"), cohort.final


def benign_open_first(cohort: Cohort) -> Masks:
    return benign_open(cohort) & cohort.first_round, cohort.final & cohort.first_round


def benign_open_later(cohort: Cohort) -> Masks:
    return benign_open(cohort) & ~cohort.first_round, cohort.final & ~cohort.first_round


def benign_open(cohort: Cohort) -> Bools:
    """An open biopsy was done and no cancer came of it."""
    return cohort.positive & cohort.true("biopsy_open") & ~cohort.cancer & cohort.is_("biopsy_result", "benign")


def non_operative(cohort: Cohort) -> Masks:
    """Cancers whose needle biopsy said so before any operation, among those found by the screening that had a biopsy."""
    sampled = cohort.found & cohort.known("biopsied_on")
    return sampled & cohort.true("biopsy_needle") & cohort.is_("biopsy_result", "malignant"), sampled


def invasive(cohort: Cohort) -> Masks:
    known = cohort.found & cohort.known("invasive")
    return known & cohort.true("invasive"), known


def minimal(cohort: Cohort) -> Masks:
    """Invasive of 10 mm or less, or in situ, among the cancers found of which this is known."""
    size, spread, known = cohort.number("size_mm"), cohort.true("invasive"), cohort.known("invasive")
    judged = cohort.found & known & (~spread | np.isfinite(size))
    return judged & (~spread | (size <= 10)), judged


def up_to_10(cohort: Cohort) -> Masks:
    size = cohort.number("size_mm")
    measured = cohort.found & cohort.true("invasive") & np.isfinite(size)
    return measured & (size <= 10), measured


def under_15(cohort: Cohort) -> Masks:
    size = cohort.number("size_mm")
    measured = cohort.found & cohort.true("invasive") & np.isfinite(size)
    return measured & (size < 15), measured


def node_negative(cohort: Cohort) -> Masks:
    known = cohort.found & cohort.true("invasive") & cohort.known("nodes_positive")
    return known & ~cohort.true("nodes_positive"), known


def early_stage(cohort: Cohort) -> Masks:
    staged, stage = _stages(cohort)
    return staged & (stage <= 2), staged


def late_stage(cohort: Cohort) -> Masks:
    staged, stage = _stages(cohort)
    return staged & (stage >= 2), staged


def _stages(cohort: Cohort) -> tuple[Bools, "np.ndarray[tuple[int], np.dtype[np.int64]]"]:
    """Which cancers found are staged, and their stage as a number, 0 for in situ; -1 where none is known."""
    stage = np.full(len(cohort.frame), -1, dtype=np.int64)
    some = np.flatnonzero(cohort.found & cohort.known("stage"))
    stage[some] = [stage_number(str(text)) for text in cohort.frame["stage"].to_numpy(dtype=object)[some]]
    return stage >= 0, stage


@cache
def stage_number(text: str) -> int:
    """0 to 4 of a stage such as "IIA" or "0"; -1 for anything else, so that nothing is guessed."""
    met = _STAGE.match(text.strip().removeprefix("Stage").strip())
    return {"0": 0, "I": 1, "II": 2, "III": 3, "IV": 4}[met[1].upper()] if met else -1

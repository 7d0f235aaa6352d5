"""Which marks of a detector hit which findings, counted as LUNA16 counts (Setio AAA et al. Med Image Anal 2017;42:1).

A mark hits a nodule when it lies closer to its centre than its radius; the best of several hits counts and the others are not false;
marks on excluded findings (a diameter below 0 means unknown, taken as 10 mm) are neither right nor wrong.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.metrics.labels import Floats

UNKNOWN_DIAMETER_MM = 10.0


@dataclass(frozen=True, slots=True)
class Events:
    """What the marks did. Per nodule the best score that hit it (-inf when missed); per false mark its score; scan numbers for each."""

    nodule_score: Floats
    nodule_scan: NDArray[np.int64]
    false_score: Floats
    false_scan: NDArray[np.int64]
    scans: int


def match(annotations: ArrayLike, excluded: ArrayLike, candidates: ArrayLike, scans: ArrayLike) -> Events:
    """Marks against findings, arguments as in `froc.sensitivity_at`."""
    order = {scan: number for number, scan in enumerate(dict.fromkeys(map(_identity, np.asarray(scans).ravel().tolist())))}
    nodules, ignored = _rows("annotations", annotations, order), _rows("excluded", excluded, order)
    marks = _rows("candidates", candidates, order)
    if not len(nodules[0]):
        counts = f"none of the {len(np.asarray(annotations))} annotations lies in the {len(order)} scans"
        raise ValueError(f"{counts}; expected matching scan ids")
    best = np.full(len(nodules[0]), -np.inf)
    touched = np.zeros(len(marks[0]), dtype=bool)
    for scan in np.unique(marks[0]):
        here = slice(*np.searchsorted(marks[0], [scan, scan + 1]))
        lesions = slice(*np.searchsorted(nodules[0], [scan, scan + 1]))
        others = slice(*np.searchsorted(ignored[0], [scan, scan + 1]))
        hits = _inside(nodules[1][lesions], marks[1][here])  # (lesions, marks)
        if hits.size:
            best[lesions] = np.where(hits, marks[1][here][:, 3], -np.inf).max(1)
        touched[here] = hits.any(0) | _inside(ignored[1][others], marks[1][here]).any(0)
    return Events(best, nodules[0], marks[1][~touched, 3], marks[0][~touched], len(order))


def _rows(name: str, rows: ArrayLike, order: dict[str, int]) -> tuple[NDArray[np.int64], Floats]:
    """Scan numbers (n,), ascending, and x, y, z, last column (n, 4) of the rows that lie in a known scan."""
    table = np.asarray(rows, dtype=object)
    if not table.size:
        return np.empty(0, dtype=np.int64), np.empty((0, 4))
    if table.ndim != 2 or table.shape[1] < 5:
        raise ValueError(f"{name} has shape {table.shape}; expected rows of scan, x, y, z and diameter or score")
    numbers = np.array([order.get(_identity(scan), -1) for scan in table[:, 0]], dtype=np.int64)
    values = table[:, 1:5].astype(np.float64)
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds {int((~np.isfinite(values)).sum())} missing or infinite numbers; expected finite ones")
    keep = np.argsort(numbers, kind="stable")[int((numbers < 0).sum()) :]
    return numbers[keep], values[keep]


def _identity(scan: object) -> str:
    """Scan ids as text; a table of numbers turns the id 783 into 783.0 on the way."""
    return str(int(scan)) if isinstance(scan, float) and scan.is_integer() else str(scan)


def _inside(findings: Floats, marks: Floats) -> NDArray[np.bool_]:
    """(findings, marks): is the mark closer to the finding's centre than its radius?"""
    diameter = np.where(findings[:, 3] < 0, UNKNOWN_DIAMETER_MM, findings[:, 3])
    square = ((findings[:, None, :3] - marks[None, :, :3]) ** 2).sum(2)
    return np.asarray(square < (diameter[:, None] / 2) ** 2)

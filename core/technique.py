"""How an exam was taken, put together from its images: for doses, for groups in the figures, and to see when a scanner has changed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from core.imaging.header import InstanceHeader

WORDS = {"manufacturer": "manufacturer", "model": "model", "station": "station", "kernel": "kernel"}
NUMBERS = {"thickness_mm": "slice_thickness_mm", "kvp": "kvp", "mas": "mas", "ctdivol_mgy": "ctdivol_mgy", "dose_mgy": "dose_mgy"}
KNOWN_AS = {
    "ge": "GE", "ge medical systems": "GE", "ge healthcare": "GE", "siemens": "Siemens", "siemens healthineers": "Siemens",
    "philips": "Philips", "philips medical systems": "Philips", "philips healthcare": "Philips", "toshiba": "Canon", "canon": "Canon",
    "toshiba_mec": "Canon", "canon_mec": "Canon", "toshiba medical systems": "Canon", "canon medical systems": "Canon",
    "hologic": "Hologic", "hologic, inc.": "Hologic", "lorad": "Hologic", "fujifilm": "Fujifilm", "fujifilm corporation": "Fujifilm",
    "fuji": "Fujifilm", "fuji photo film co., ltd.": "Fujifilm",
}  # fmt: skip
"""Makers as they write themselves, under one name each; Toshiba's scanners are Canon's since 2018."""


def technique(headers: Sequence[InstanceHeader]) -> dict[str, Any]:
    """The keys of `Exam.technique` that the images it is read from tell; what they do not tell is left out.

    A word is the most frequent one; a number the median over the images; the dose of a mammography exam is the mean over its views.
    """
    words = {key: _usual(getattr(header, name) for header in headers) for key, name in WORDS.items()}
    numbers = {key: _middle(getattr(header, name) for header in headers) for key, name in NUMBERS.items()}
    doses = [header.dose_mgy for header in headers if header.dose_mgy is not None]
    numbers["dose_mgy"] = round(sum(doses) / len(doses), 3) if doses else None
    words["manufacturer"] = maker(words["manufacturer"])
    return {key: value for key, value in (words | numbers).items() if value not in ("", None)}


def maker(written: str) -> str:
    """One name for the ways in which a maker writes itself."""
    return KNOWN_AS.get(written.strip().lower(), written.strip())


def _usual(values: Iterable[str]) -> str:
    counted = Counter(value for value in values if value)
    return min(counted, key=lambda value: (-counted[value], value)) if counted else ""


def _middle(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(median(known), 3) if known else None

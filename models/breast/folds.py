"""Which women a network was trained on: folds by the woman's identifier, and a list of fingerprints that names nobody."""

from __future__ import annotations

import hashlib


def fingerprint(woman: str) -> str:
    """Twelve hexadecimal digits that stand for a woman's identifier in the published list."""
    return hashlib.sha256(f"firstlight mammography {woman}".encode()).hexdigest()[:12]


def fold(woman: str, count: int) -> int:
    """The fold of a woman, 0 … count - 1: fixed by her identifier alone, so that no table and no order of rows decides it."""
    return int(fingerprint(woman), 16) % count

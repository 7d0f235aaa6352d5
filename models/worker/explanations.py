"""Explanations of a run's findings: the map encrypted in the store under the run's name, its description in the finding's `detail`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.objects import store
from models.explanation.explanation import Explanation

Described = dict[str, Any]


def kept(found: Mapping[int, Explanation], run: str) -> dict[int, Described]:
    """The explanations of an answer, stored and described, by the place of their finding in it. `run`: the name of this attempt."""
    return {place: keep(one, f"{run}/saliency-{place}") for place, one in found.items()}


def keep(found: Explanation, name: str) -> Described:
    """Store the map as int8 (Z, Y, X), ±127 for ±1, replacing what an earlier try left under the name; how the finding names it."""
    values = np.rint(np.clip(found.contribution.astype(np.float32), -1, 1) * 127).astype(np.int8)
    store().put_named(name, values.tobytes())
    return {
        "object": name,
        "shape": list(values.shape),
        "affine": found.affine.tolist(),
        "method": found.method,
        "version": found.version,
        "networks": found.networks,
        "full_logit": found.full_logit,
        "strongest": [{"logit": one.logit, "towards": list(one.towards)} for one in found.strongest],
    }

"""How well what is said of a nodule (type, calcium, fat, outline) agrees with its readers, on a folder laid out like `lidc_nodules`.

The readers' masks are described from their CT numbers alone: no network takes part. The limits in models.lung.solid and
models.lung.calcium_pattern were chosen on `lidc_nodules` itself, so on that folder the figures flatter (kappa of the likeliest
type 0.52; 0.48 when a fold's limits are chosen without its patients). A crop has no lung field, so side, third, lobe and pleura are not
measured here.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics import agreement, clusters, proportions
from models.evaluation.rank_correlation import spearman
from models.lung import calcium_pattern, crops, solid
from models.lung.crops import Crop
from models.lung.describe import Description, describe
from models.lung.grid import Grid
from models.refusal import NoResult

TYPES = (solid.NON_SOLID, solid.PART_SOLID, solid.SOLID)
NEEDED = ("Texture", "Calcification", "Spiculation", "Lobulation")
NO_CALCIUM, SPICULATED_FROM = 6, 3
Words = NDArray[np.str_]
Figures = dict[str, Any]


@dataclass(frozen=True)
class Read:
    """One crop, what is said of its readers' mask, and the type its CT numbers fit best (also where they leave doubt)."""

    crop: Crop
    found: Description
    likely: str


def evaluate(folder: Path) -> Figures:
    """The report as JSON takes it. Raises NoResult when the folder cannot be read or lacks the readers' ratings."""
    labelled = crops.read(folder)
    missing = [name for name in NEEDED if any(name not in crop.ratings for crop in labelled)]
    if missing:
        raise NoResult(
            f"labels.csv lacks the readers' ratings {', '.join(missing)} (…_value). Whoever prepared the folder has to add them."
        )
    return report([read(crop) for crop in labelled])


def read(crop: Crop) -> Read:
    """The description of the readers' mask, without a network."""
    z, y, x = crop.spacing_mm
    grid = Grid(crop.hu, np.array([[0, 0, x, 0], [0, y, 0, 0], [z, 0, 0, 0], [0, 0, 0, 1.0]]))
    center = grid.to_lps(crop.center[None])[0]
    found = describe(crop.mask, crop.hu, crop.spacing_mm, center, grid, None, {})
    return Read(crop, found, solid.density(crop.mask, crop.hu, crop.spacing_mm).likely)


def report(readings: list[Read]) -> Figures:
    """All figures of `readings`."""
    return {
        "task": "lung-description",
        "n": len(readings),
        "patients": len({one.crop.patient for one in readings}),
        "truth": "radiologists' consensus ratings, not pathology",
        "masks": "the readers' consensus; CT numbers alone, no network",
        "type": _types(readings),
        "calcification": _calcification(readings),
        "fat": _fat(readings),
        "outline": _outline(readings),
        "misses": _misses(readings),
    }


def rated_type(texture: float, part_solid_to: float = 4.0) -> str:
    """The readers' word: 1 and 2 non-solid, 5 solid, between them part-solid (or only up to `part_solid_to`: 4 is "solid/mixed")."""
    return solid.NON_SOLID if texture <= 2 else solid.PART_SOLID if texture <= part_solid_to else solid.SOLID


def _types(readings: list[Read]) -> Figures:
    """Agreement where a type is named, and where every nodule gets the type that fits best; beside it "always solid"."""
    told = [one for one in readings if one.found.nodule_type]
    return {
        "named": dataclasses.asdict(proportions.wilson(len(told), len(readings))),
        "agreement_where_named": _agreement(told, [str(one.found.nodule_type) for one in told]),
        "agreement_of_the_likeliest": _agreement(readings, [one.likely for one in readings]),
        "baselines": {"always_solid": _agreement(readings, [solid.SOLID] * len(readings))},
    }


def _agreement(readings: list[Read], words: list[str]) -> Figures:
    """With texture 4 taken as part-solid, and as solid."""
    ours = np.array(words)
    found = {}
    for name, highest in (("texture_4_part_solid", 4.0), ("texture_4_solid", 3.0)):
        found[name] = _table(np.array([rated_type(one.crop.ratings["Texture"], highest) for one in readings]), ours, TYPES)
    return found


def _table(truth: Words, ours: Words, words: tuple[str, ...]) -> Figures:
    """Counts (truth by ours), accuracy, kappa with interval (None where one side knows one word only), and recall and precision by word."""
    counts = {word: {other: int(((truth == word) & (ours == other)).sum()) for other in words} for word in words}
    right = int((truth == ours).sum())
    return {
        "n": len(truth),
        "accuracy": dataclasses.asdict(proportions.wilson(right, len(truth))) if len(truth) else None,
        "kappa": _kappa(truth, ours),
        "recall": {word: _share(counts[word][word], sum(counts[word].values())) for word in words},
        "precision": {word: _share(counts[word][word], sum(row[word] for row in counts.values())) for word in words},
        "readers_by_model": counts,
    }


def _kappa(truth: Words, ours: Words) -> Figures | None:
    try:
        return dataclasses.asdict(agreement.kappa(truth, ours))
    except ValueError:
        return None


def _share(part: int, whole: int) -> Figures | None:
    return dataclasses.asdict(proportions.wilson(part, whole)) | {"x": part, "n": whole} if whole else None


def _calcification(readings: list[Read]) -> Figures:
    """Whether there is calcium, and the words given by the readers' rating (1 popcorn, 2 laminated, 3 solid, 4 non-central, 5 central)."""
    yes, no = "calcium", calcium_pattern.NONE
    truth = np.array([no if one.crop.ratings["Calcification"] >= NO_CALCIUM else yes for one in readings])
    ours = np.array([no if one.found.calcification == no else yes for one in readings])
    benign = [one for one in readings if one.found.calcification in calcium_pattern.BENIGN]
    seen = sum(one.crop.ratings["Calcification"] < NO_CALCIUM for one in benign)
    by_rating: dict[str, dict[str, int]] = {}
    for one in readings:
        row = by_rating.setdefault(f"{one.crop.ratings['Calcification']:g}", {})
        row[str(one.found.calcification)] = row.get(str(one.found.calcification), 0) + 1
    named = {"benign_pattern_named": len(benign), "of_these_calcified_to_readers": _share(seen, len(benign))}
    return _table(truth, ours, (yes, no)) | named | {"words_by_rating": dict(sorted(by_rating.items()))}


def _fat(readings: list[Read]) -> Figures:
    """No reader marked fat here, so this shows false alarms only."""
    asked = [one for one in readings if one.found.fat is not None]
    return {"could_be_told": len(asked), "false_alarms": _share(sum(bool(one.found.fat) for one in asked), len(asked))}


def _outline(readings: list[Read]) -> Figures:
    """The irregularity of the readers' outline beside their ratings, and what the diameter alone would give."""
    uneven = np.array([float(one.found.irregularity or 0.0) for one in readings])
    diameter = np.array([one.crop.diameter_mm for one in readings])
    spiculated = np.array([one.crop.ratings["Spiculation"] >= SPICULATED_FROM for one in readings])
    patient = np.array([one.crop.patient for one in readings])
    rating = {name: np.array([one.crop.ratings[name.capitalize()] for one in readings]) for name in ("spiculation", "lobulation")}

    def against(score: NDArray[np.float64]) -> Figures:
        ranks = {name: spearman(score, values) for name, values in rating.items()}
        found: Figures = {name: dataclasses.asdict(value) if value else None for name, value in ranks.items()}
        both = spiculated.any() and not spiculated.all() and np.ptp(score) > 0
        return found | {"auc_spiculated": dataclasses.asdict(clusters.auc(spiculated, score, patient)) if both else None}

    return {"spiculated": int(spiculated.sum()), "irregularity": against(uneven), "baselines": {"diameter": against(diameter)}}


def _misses(readings: list[Read]) -> list[Figures]:
    """Nodules given another type than the readers', largest first."""
    wrong = [one for one in readings if one.found.nodule_type not in (None, rated_type(one.crop.ratings["Texture"]))]
    return [
        {
            "file": one.crop.file,
            "diameter_mm": round(one.crop.diameter_mm, 1),
            "texture": one.crop.ratings["Texture"],
            "named": one.found.nodule_type,
        }
        for one in sorted(wrong, key=lambda one: -one.crop.diameter_mm)[:20]
    ]

"""What whoever sees a model's result should know of the model: what it is for, whose images it learnt from, how good it was measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.words import N_
from core.workflow.card_figures import CardFigure, card_figures

HEADLINES: Mapping[str, Mapping[str, str]] = {
    "mammography": {
        "mammography breast auc": N_("Breasts with cancer told from others (area under the curve)"),
        "mammography baselines metadata breast auc": N_("The same by age and machine, without an image"),
        "mammography breast sensitivity_at_90_specificity": N_("Breasts with cancer found at 90 % specificity"),
        "mammography density quadratic_kappa": N_("Density, agreement with the readers (weighted kappa)"),
        "mammography-localisation malignant hit_by_highest_mark": N_("Malignant lesions hit by the first mark"),
        "mammography-localisation baselines brightest_blob malignant hit_by_highest_mark": N_("The same by the brightest place"),
    },
    "lung-ct": {
        "lung-malignancy auc": N_("Malignant nodules told from others (area under the curve)"),
        "lung-malignancy baselines diameter auc": N_("The same by the diameter alone"),
    },
}
"""Model → the figures of its card that stand beside a single result, with what they say; those that the card lacks are left out."""


@dataclass(frozen=True)
class AboutModel:
    """From the card of the version that gave the result; "" and () where the card says nothing."""

    intended_use: str = ""
    training_data: str = ""
    licence: str = ""
    figures: tuple[tuple[str, CardFigure], ...] = ()


def about(name: str, card: Mapping[str, Any]) -> AboutModel:
    """What the card of a model called `name` tells, with its headline figures."""
    measured = {" ".join(one.path): one for one in card_figures(card.get("figures") or {})}
    figures = tuple((said, measured[path]) for path, said in HEADLINES.get(name, {}).items() if path in measured)
    use, data, licence = (str(card.get(key) or "") for key in ("intended_use", "training_data", "licence"))
    return AboutModel(use, data, licence, figures)

"""How the views of a breast make one number, and the breasts of a woman another: the only place where this is decided."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def breast(views: Sequence[float]) -> float:
    """The cancer logit of a breast: the mean over its views, however many there are; ValueError without any.

    All views weigh alike. Weights per view (attention) would have to be learnt from breasts with cancer, of which the training set has few
    hundred; the mean has nothing to learn, and one view more or less moves it by what that view says and by nothing else.
    """
    if not len(views):
        raise ValueError("a breast without a view has no logit; expected one view or more")
    return float(np.mean(views))


def woman(breasts: Sequence[float]) -> float:
    """What a woman's exam is ranked by: the more suspicious of her breasts (logits or probabilities); ValueError without any."""
    if not len(breasts):
        raise ValueError("an exam without a scored breast has no rank; expected one breast or more")
    return float(np.max(breasts))

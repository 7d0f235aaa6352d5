"""Fits the linear reader of a finished mammography network: cancer from what its features are on average over a breast, and how they vary.

Few hundred women with cancer are too few for many steps of gradient, which learn views by heart; a shrunk regression on principal
components of the same features ranks other women better (docs/experiments.md, M10).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from models.backends import prepare
from models.breast.ensemble import Member
from models.training.mammography_views import Numbers, Views

Floats = NDArray[np.float64]
COMPONENTS, VIEWS_A_COMPONENT = 120, 8
SHRINKING = 0.002
"""scikit-learn's C: the smaller, the more is shrunk."""
AT_ONCE = 16


def fit(member: Member, views: Views) -> None:
    """Fit the reader of a fold's network, in place, on the views that the network may see; each counts with its mirror image."""
    mine = views.of_training(member.fold)
    seen = _moments(member, views, mine)
    truth = np.array([views.rows[int(number)].cancer for number in mine])
    components = max(1, min(COMPONENTS, len(mine) // VIEWS_A_COMPONENT, seen.shape[1]))
    line = make_pipeline(
        StandardScaler(),
        PCA(components, whiten=True, random_state=0),
        LogisticRegression(C=SHRINKING, class_weight="balanced", max_iter=500),
    ).fit(seen, truth)
    _put(member.network, line, seen.shape[1])


def _moments(member: Member, views: Views, numbers: Numbers) -> Floats:
    """(N, 2 C): mean over the view and the view upside down."""
    example = member.planes(views.crops(numbers[:1]).repeat(AT_ONCE, 1, 1))
    runner, found = prepare(_OfMoments(member.network), member.compute, example), []
    for first in range(0, len(numbers), AT_ONCE // 2):
        crops = views.crops(numbers[first : first + AT_ONCE // 2])
        (both,) = runner(*member.planes(torch.cat([crops, crops.flip(1)])))
        found.append(both.reshape(2, len(crops), -1).mean(0))
    return np.asarray(torch.cat(found).numpy(), np.float64)


class _OfMoments(nn.Module):
    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, planes: Tensor, field: Tensor) -> Tensor:
        moments: Tensor = self.network.moments(planes, field)
        return moments


def _put(network: Any, line: Any, width: int) -> None:
    """The pipeline as one line: it is linear from end to end."""
    at_zero, ones = line.decision_function(np.zeros((1, width))), line.decision_function(np.eye(width))
    with torch.no_grad():
        network.reader.weight.copy_(torch.from_numpy(ones - at_zero)[None].half())  # as it is installed
        network.reader.bias.copy_(torch.from_numpy(at_zero).half())
        network.by_reader.fill_(1.0)

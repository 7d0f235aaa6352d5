"""Fits the linear reader of a finished mammography network: cancer and density from the mean and deviation of its features over a breast.

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
from models.networks.breast_net import DENSITIES
from models.training.mammography_views import Numbers, Views

Floats = NDArray[np.float64]
COMPONENTS, VIEWS_A_COMPONENT = 120, 8
SHRINKING, SHRINKING_DENSITY = 0.002, 0.02
"""scikit-learn's C: the smaller, the more is shrunk."""
ALONE, SHARED = 1.0, 0.5
AT_ONCE = 16


def fit(member: Member, views: Views) -> None:
    """Fit the reader of a fold's network, in place, on the views that the network may see; each counts with its mirror image.

    Cancer is then told by the reader alone, density by network and reader in equal shares where all four classes are known.
    """
    mine = views.of_training(member.fold)
    seen, rows = _moments(member, views, mine), [views.rows[int(number)] for number in mine]
    network: Any = member.network
    _put(network, slice(0, 1), _line(seen, np.array([row.cancer for row in rows]), SHRINKING), ALONE)
    known = np.array([row.density is not None for row in rows])
    classes = np.array([row.density for row in rows if row.density is not None])
    if set(classes) == set(DENSITIES):
        _put(network, slice(1, 1 + len(DENSITIES)), _line(seen[known], classes, SHRINKING_DENSITY), SHARED)


def _line(seen: Floats, truth: NDArray[Any], shrinking: float) -> Any:
    """Standardised, principal components, logistic regression with all classes alike; linear from end to end."""
    components = max(1, min(COMPONENTS, len(seen) // VIEWS_A_COMPONENT, seen.shape[1]))
    steps = StandardScaler(), PCA(components, whiten=True, random_state=0)
    return make_pipeline(*steps, LogisticRegression(C=shrinking, class_weight="balanced", max_iter=500)).fit(seen, truth)


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


def _put(network: Any, outputs: slice, line: Any, share: float) -> None:
    """The pipeline as weights and biases of the reader, in half precision as they are installed, with its share in the answer."""
    width = network.reader.in_features
    at_zero = np.atleast_2d(line.decision_function(np.zeros((1, width))))  # (1, outputs)
    slopes = line.decision_function(np.eye(width)).reshape(width, -1) - at_zero
    with torch.no_grad():
        network.reader.weight[outputs] = torch.from_numpy(slopes.T).half().float()
        network.reader.bias[outputs] = torch.from_numpy(at_zero[0]).half().float()
        network.by_reader[outputs] = share

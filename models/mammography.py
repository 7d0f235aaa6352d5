"""Scores a mammography exam: cancer per view and breast, density, an exam score 1–10 and the places the evidence comes from.

`Mammography.load(compute).score(views)` is all the worker needs. The pixels decide: no file name, machine, number of views or header.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models import cards
from models.breast import heat
from models.breast.calibration import Calibration
from models.breast.exam import ExamResult, ViewResult
from models.breast.folds import Known
from models.breast.view import Crop, Prepared, View, inputs, prepare
from models.compute import Compute, choose
from models.networks.breast_net import DENSITIES, BreastNet, field_at_stride
from models.refusal import NoResult

__all__ = ["CARD", "ExamResult", "Mammography", "View", "ViewResult"]

CARD = "mammography"
SIDES = {"L": "left", "R": "right"}
SCORED_VIEWS = ("CC", "MLO", "ML", "LM", "LMO", "XCCL", "XCCM", "FB", "SIO", "ISO", "AT", "")


@dataclass(frozen=True)
class Answer:
    """What the networks say of one view: mean cancer logit, density (4,) as probabilities, local evidence (h, w) in [0, 1]."""

    cancer: float
    density: NDArray[np.float64]
    local: NDArray[np.float32]


class Mammography:
    """The networks of one card on one device; every fold's network answers and the answers are averaged."""

    def __init__(self, networks: Sequence[BreastNet], known: Known, calibration: Calibration, card: cards.Card, compute: Compute) -> None:
        self.networks, self.known, self.calibration = tuple(networks), known, calibration
        self.card, self.compute = card, compute
        self.front = self.networks[0].front  # the same in every network

    @classmethod
    def load(cls, compute: Compute | None = None, card: cards.Card | None = None) -> Mammography:
        """The installed model. Raises NoResult when card or weights are missing or do not belong together."""
        compute, card = (compute or choose()).by_torch(), card or cards.load(CARD)
        shared = next((part for part in card.weights if part.fold is None), None)
        if shared is None:
            raise NoResult("The mammography card names no shared weights. The administrator has to install the model again.")
        front = cards.read_weights(shared)
        known = Known.of(front.pop("known"))
        tails = [cards.read_weights(part) for part in sorted(card.weights, key=lambda part: part.fold or 0) if part.fold is not None]
        networks = [_network(front, tail, compute) for tail in tails]
        return cls(networks, known, Calibration.of(card.thresholds), card, compute)

    def without(self, woman: str, crops: Sequence[Crop]) -> tuple[BreastNet, ...]:
        """The networks that were not trained on a woman: one for a woman of the training set, all for anybody else."""
        fold = self.known.held_out(woman, crops)
        return self.networks if fold is None else (self.networks[fold],)

    def score(self, views: Sequence[View], *, networks: Sequence[BreastNet] | None = None) -> ExamResult:
        """The result of one exam. A view that cannot be scored carries its reason; the others are scored all the same."""
        began = time.perf_counter()
        read = [_read(view) for view in views]
        prepared = time.perf_counter()
        usable = [part for part in read if isinstance(part, Prepared)]
        answers = iter(self.answer([part.crop for part in usable], networks or self.networks) if usable else [])
        inferred = time.perf_counter()
        found = [next(answers) if isinstance(part, Prepared) else None for part in read]
        results = tuple(self._view(view, part, answer) for view, part, answer in zip(views, read, found, strict=True))
        seconds = {"prepare": prepared - began, "infer": inferred - prepared, "explain": time.perf_counter() - inferred}
        return self._exam(views, results, found, seconds)

    def answer(self, crops: Sequence[Crop], networks: Sequence[BreastNet]) -> list[Answer]:
        """What the given networks say of crops, averaged; the front is the same in all of them and runs once."""
        images, _ = inputs(crops)
        with torch.inference_mode(), self.compute.precision():
            features = self.front(images.to(self.compute.device))
        return self.judge(features, crops, networks)

    def judge(self, features: Tensor, crops: Sequence[Crop], networks: Sequence[BreastNet]) -> list[Answer]:
        """As `answer`, from the front's output (B, 192, h, w) for the crops."""
        inside = torch.from_numpy(np.stack(list(crops)) > 0).float().to(self.compute.device)
        field = field_at_stride(inside)
        with torch.inference_mode(), self.compute.precision():
            evidence = [network.tail(features, field) for network in networks]
        cancer = _mean([part.logits[:, 0] for part in evidence])
        density = _mean([part.density.softmax(1) for part in evidence])
        local = _mean([part.local.sigmoid() for part in evidence])
        return [Answer(float(one), many.astype(np.float64), place) for one, many, place in zip(cancer, density, local, strict=True)]

    def _view(self, view: View, read: Prepared | str, answer: Answer | None) -> ViewResult:
        if isinstance(read, str) or answer is None:
            return ViewResult(view.key, view.laterality, view.view, reason=str(read))
        evidence = heat.to_view(answer.local, read, view.pixels.shape)
        return ViewResult(
            view.key,
            view.laterality,
            view.view,
            cancer=self.calibration.view(answer.cancer),
            density=DENSITIES[int(answer.density.argmax())],
            density_probabilities=_four(answer.density),
            heat=heat.as_bytes(evidence),
            marks=heat.marks(evidence),
        )

    def _exam(
        self, views: Sequence[View], results: tuple[ViewResult, ...], answers: Sequence[Answer | None], seconds: dict[str, float]
    ) -> ExamResult:
        logits: dict[str, list[float]] = {}
        for view, answer in zip(views, answers, strict=True):
            if answer is not None and view.laterality in SIDES:
                logits.setdefault(view.laterality, []).append(answer.cancer)
        breasts = {side: self.calibration.breast(values) for side, values in sorted(logits.items())}
        densities = [answer.density for answer in answers if answer is not None]
        density = np.mean(densities, axis=0) if densities else None
        return ExamResult(
            views=results,
            breasts=breasts,
            breasts_at_screening={side: self.calibration.at_prevalence(value) for side, value in breasts.items()},
            density=None if density is None else DENSITIES[int(density.argmax())],
            density_probabilities=None if density is None else _four(density),
            exam_score=self.calibration.exam_score(list(breasts.values())) if breasts else None,
            rests_on=_rests_on(results),
            reason=None if breasts else _no_breast(results),
            stage_seconds=seconds,
        )


def _network(front: dict[str, Tensor], tail: dict[str, Tensor], compute: Compute) -> BreastNet:
    network = BreastNet()
    try:
        network.load_state_dict(front | {f"tail.{key}": value for key, value in tail.items()})
    except RuntimeError as problem:
        raise NoResult("The mammography weights do not fit the network. The administrator has to install the model again.") from problem
    return network.to(compute.device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload, no-any-return]


def _read(view: View) -> Prepared | str:
    """The prepared view, or the reason why there is none."""
    if view.view not in SCORED_VIEWS:
        return f"Views of the kind {view.view} are not scored: the model knows whole-breast views only."
    try:
        return prepare(view.pixels)
    except NoResult as reason:
        return str(reason)


def _mean(parts: list[Tensor]) -> NDArray[np.float32]:
    mean: NDArray[np.float32] = torch.stack([part.float() for part in parts]).mean(0).cpu().numpy()
    return mean


def _four(density: NDArray[np.float64]) -> tuple[float, float, float, float]:
    a, b, c, d = (float(part) for part in density / density.sum())
    return a, b, c, d


def _rests_on(results: Sequence[ViewResult]) -> str:
    used = [result for result in results if result.reason is None]
    names = ", ".join(f"{SIDES.get(result.laterality, 'side unknown')} {result.view or 'view unknown'}" for result in used)
    left_out = len(results) - len(used)
    return f"{len(used)} of {len(results)} views: {names or 'none'}" + (f"; {left_out} not scored" if left_out else "")


def _no_breast(results: Sequence[ViewResult]) -> str:
    reasons = list(dict.fromkeys(result.reason for result in results if result.reason))
    if reasons:
        return " ".join(reasons)
    return "No view names its side, so no breast can be scored." if results else "The exam has no views."

"""Scores a mammography exam: cancer per view and breast, density, an exam score 1–10 and the places the evidence comes from.

`Mammography.load(compute).score(views)` is all the worker needs. The pixels decide: no file name, machine, number of views or header.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models import cards
from models.breast import ensemble, heat, linking, nipple, pectoral, percent_density
from models.breast.calibration import Calibration
from models.breast.ensemble import Answer, Member
from models.breast.exam import ExamResult, ViewResult
from models.breast.folds import Known
from models.breast.view import Crop, Prepared, View, prepare
from models.compute import Compute, choose
from models.networks.breast_net import DENSITIES
from models.refusal import NoResult

__all__ = ["CARD", "Answer", "ExamResult", "Mammography", "View", "ViewResult"]

CARD = "mammography"
SIDES = {"L": "left", "R": "right"}
SCORED_VIEWS = ("CC", "MLO", "ML", "LM", "LMO", "XCCL", "XCCM", "FB", "SIO", "ISO", "AT", "")


class Mammography:
    """The networks of one card on one device; every fold's network answers and the answers are averaged."""

    def __init__(self, networks: Sequence[Member], known: Known, calibration: Calibration, card: cards.Card, compute: Compute) -> None:
        self.networks, self.known, self.calibration = tuple(networks), known, calibration
        self.card, self.compute = card, compute

    @classmethod
    def load(cls, compute: Compute | None = None, card: cards.Card | None = None) -> Mammography:
        """The installed model. Raises NoResult when card or weights are missing or do not belong together."""
        compute, card = compute or choose(), card or cards.load(CARD)
        networks, known = ensemble.load(card, compute)
        return cls(networks, known, _calibration(card), card, compute)

    @property
    def device(self) -> str:
        """What the networks really run on, for people: a backend that is not near enough to torch has been left for a plainer one."""
        return "; ".join(dict.fromkeys(network.see.name for network in self.networks))

    def without(self, woman: str, crops: Sequence[Crop]) -> tuple[Member, ...]:
        """The networks that were not trained on a woman: one for a woman of the training set, all for anybody else.

        Raises NoResult when the network that never saw her is not installed.
        """
        fold = self.known.held_out(woman, crops)
        mine = self.networks if fold is None else tuple(network for network in self.networks if network.fold == fold)
        if not mine:
            raise NoResult(f"The network trained without fold {fold} is not installed, so its women cannot be scored honestly.")
        return mine

    def score(self, views: Sequence[View], *, networks: Sequence[Member] | None = None) -> ExamResult:
        """The result of one exam. A view that cannot be scored carries its reason; the others are scored all the same."""
        began = time.perf_counter()
        read = [_read(view) for view in views]
        prepared = time.perf_counter()
        usable = [part for part in read if isinstance(part, Prepared)]
        answers = iter(self.answer([part.crop for part in usable], networks))
        inferred = time.perf_counter()
        found = [next(answers) if isinstance(part, Prepared) else None for part in read]
        results = tuple(self._view(view, part, answer) for view, part, answer in zip(views, read, found, strict=True))
        seconds = {"prepare": prepared - began, "infer": inferred - prepared, "explain": time.perf_counter() - inferred}
        return self._exam(views, results, found, seconds)

    def answer(self, crops: Sequence[Crop], networks: Sequence[Member] | None = None) -> list[Answer]:
        """What the given networks, or all of them, say of crops; all crops go through a network together."""
        return ensemble.answers(crops, self.networks if networks is None else networks)

    def _view(self, view: View, read: Prepared | str, answer: Answer | None) -> ViewResult:
        if isinstance(read, str) or answer is None:
            return ViewResult(view.key, view.laterality, view.view, reason=str(read))
        muscle = pectoral.find(read.field, view.pixels) if view.view in pectoral.OBLIQUE else None
        seen = heat.to_view(answer.local, read, view.pixels.shape)
        return ViewResult(
            view.key,
            view.laterality,
            view.view,
            cancer=self.calibration.view(answer.cancer),
            density=DENSITIES[int(answer.density.argmax())],
            density_probabilities=_four(answer.density),
            heat=heat.as_bytes(seen),
            marks=heat.marks(seen, muscle),
            shape=view.pixels.shape,
            spacing_mm=view.spacing_mm,
            nipple=nipple.find(read.field, muscle),
            percent_density=percent_density.of_view(view.view, read.field, view.pixels, muscle),
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
            views=linking.linked(results),
            breasts=breasts,
            breasts_at_screening={side: self.calibration.at_prevalence(value) for side, value in breasts.items()},
            density=None if density is None else DENSITIES[int(density.argmax())],
            density_probabilities=None if density is None else _four(density),
            exam_score=self.calibration.exam_score(list(breasts.values())) if breasts else None,
            rests_on=_rests_on(results),
            reason=None if breasts else _no_breast(results),
            stage_seconds=seconds,
            percent_density=percent_density.mean_of((result.laterality, result.percent_density) for result in results),
        )


def _calibration(card: cards.Card) -> Calibration:
    try:
        return Calibration.of(card.thresholds)
    except KeyError as missing:
        raise NoResult(f"The mammography card lacks the calibration number {missing}. {cards.INSTALL_AGAIN}") from missing


def _read(view: View) -> Prepared | str:
    """The prepared view, or the reason why there is none."""
    if view.view not in SCORED_VIEWS:
        return f"Views of the kind {view.view} are not scored: the model knows whole-breast views only."
    try:
        return prepare(view.pixels)
    except NoResult as reason:
        return str(reason)


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

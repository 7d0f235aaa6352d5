"""The installed models, loaded once at the start of the worker and made known in the database."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict

from core.errors import FirstlightError
from core.workflow.registry import InstalledCard, register_installed
from db.engine import transaction
from models import compute
from models.compute import Compute
from models.lung_ct import CARD as LUNG
from models.lung_ct import LungCT
from models.mammography import CARD as BREAST
from models.mammography import Mammography
from models.refusal import NoResult
from models.worker.breast import BreastScorer
from models.worker.lung import LungScorer
from models.worker.scorer import Scorer
from models.worker.workflows import Scorers

log = logging.getLogger(__name__)

KINDS: dict[str, Callable[[Compute], Scorer]] = {
    LUNG: lambda where: LungScorer(LungCT.load(where)),
    BREAST: lambda where: BreastScorer(Mammography.load(where)),
}


def installed() -> Scorers:
    """Every model that could be loaded and registered; for the others, why not."""
    where = compute.choose()
    found: list[Scorer] = []
    problems: dict[str, str] = {}
    for name, load in KINDS.items():
        try:
            found.append(load(where))
        except NoResult as problem:
            log.warning("the model %s is not there: %s", name, problem)
            problems[name] = str(problem)
    return registered(found, problems)


def registered(found: Iterable[Scorer], problems: dict[str, str] | None = None) -> Scorers:
    """The scorers whose versions the database knows now; one whose tag stands for other weights there is left out and named."""
    known, problems = {}, dict(problems or {})
    cards = {scorer.card.name: scorer for scorer in found}
    for name, scorer in cards.items():
        card = scorer.card
        try:
            with transaction() as session:
                register_installed(session, [InstalledCard(card.name, card.tag, card.sha256, asdict(card))])
            known[card.identity] = scorer
        except FirstlightError as problem:
            log.error("the model %s is not used: %s", card.identity, problem)
            problems[name] = str(problem)
    return Scorers(known, problems)

"""The installed models, loaded once at the start of the worker and made known in the database."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict

from core.errors import FirstlightError
from core.workflow.registry import InstalledCard, register_installed
from db.engine import transaction
from models import cards, compute
from models.cards import Card
from models.compute import Compute
from models.lung_ct import CARD as LUNG
from models.lung_ct import LungCT
from models.mammography import CARD as BREAST
from models.mammography import Mammography
from models.refusal import NoResult
from models.worker import reports
from models.worker.breast import BreastScorer
from models.worker.lung import LungScorer
from models.worker.scorer import Scorer
from models.worker.workflows import Scorers

log = logging.getLogger(__name__)

KINDS: dict[str, Callable[[Compute, Card], Scorer]] = {
    LUNG: lambda where, card: LungScorer(LungCT.load(where, card)),
    BREAST: lambda where, card: BreastScorer(Mammography.load(where, card)),
}
BESIDE = "@"
"""Another version of a model is installed by a card called name@anything.toml; it runs in shadow until it is put in force."""


def installed() -> Scorers:
    """Every model that could be loaded and registered, for each the one that comes with Firstlight first; for the others, why not."""
    where = compute.choose()
    found: list[Scorer] = []
    problems: dict[str, str] = {}
    for file in [*KINDS, *(name for name in cards.names() if BESIDE in name)]:
        try:
            card = cards.load(file)
            found.append(KINDS[card.name](where, card))
        except (NoResult, KeyError) as problem:
            log.warning("the model %s is not there: %s", file, problem)
            problems[file] = str(problem)
    return registered(found, problems)


def registered(found: Iterable[Scorer], problems: dict[str, str] | None = None) -> Scorers:
    """The scorers whose versions the database knows now; one whose tag stands for other weights there is left out and named."""
    known: dict[str, Scorer] = {}
    problems = dict(problems or {})
    accepted: list[InstalledCard] = []
    for scorer in found:
        card = scorer.card
        here = InstalledCard(card.name, card.tag, card.sha256, asdict(card))
        try:
            with transaction() as session:
                version = register_installed(session, [*accepted, here])[-1]
            accepted.append(here)
            reports.ship(version.id or 0, card)
            known[card.identity] = scorer
        except FirstlightError as problem:
            log.error("the model %s is not used: %s", card.identity, problem)
            problems[card.name] = str(problem)
    return Scorers(known, problems)

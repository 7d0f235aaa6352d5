"""The reports that came with a model's card, made known in the database when the worker starts."""

from __future__ import annotations

import logging
from pathlib import Path

from core.errors import FirstlightError
from core.workflow import model_reports
from db.engine import transaction
from models import card_figures, cards
from models.cards import Card

log = logging.getLogger(__name__)


def ship(version_id: int, card: Card, folder: Path = cards.CARDS) -> int:
    """Keep every report beside `card` in `folder` that is not kept yet; how many were new. One that does not fit is left out and named."""
    added = 0
    for content in card_figures.shipped(card, folder):
        try:
            with transaction() as session:
                added += model_reports.ship(session, version_id, content)
        except FirstlightError as problem:
            log.warning("a report shipped with %s is left out: %s", card.identity, problem)
    return added

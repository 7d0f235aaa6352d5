"""A grid of figures: name, value, counts, place against the band, and a small course; one of them is chosen and looked at below."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from pages.ui.choice import asked, remember
from pages.ui.shell import ASSETS

_CARDS = st.components.v2.component(
    "firstlight_cards",
    html='<div class="grid" role="group"></div>',
    css=(ASSETS / "cards.css").read_text("utf-8"),
    js=(ASSETS / "cards.js").read_text("utf-8"),
)


@dataclass(frozen=True)
class Card:
    """`course`: (low, value, high) of each quarter on one scale, None where there is none. `title` is shown on hovering."""

    id: str
    name: str
    value: str
    beside: str
    foot: str
    tone: str
    shape: str
    title: str
    course: tuple[tuple[float, float, float] | None, ...]
    mark: str = ""
    """What the name needs beside it, such as what is called positive."""


def cards(name: str, label: str, shown: Sequence[Card], *, default: str) -> str:
    """Show the cards; the id of the chosen one, kept in the address under `name`."""
    value = asked(name, {card.id: card.name for card in shown}, default)
    _CARDS(
        key=f"cards-{name}",
        data={"label": label, "cards": [asdict(card) for card in shown], "value": value},
        on_chosen_change=lambda: remember(name, st.session_state[f"cards-{name}"].chosen, default),
    )
    return value

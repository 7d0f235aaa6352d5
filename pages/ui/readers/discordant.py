"""Discordant cancers of the readers, against an average reader beside the same colleagues."""

from collections.abc import Sequence

import streamlit as st

from core.metrics.discordant_cancers import Discordant
from core.metrics.proportions import STABLE_NUMERATOR
from core.readers.lines import ReaderLine, Readers
from pages.ui.i18n import N_, _, literal, number
from pages.ui.tables import Column, Row, table

ABOUT = N_(
    "Cancers that one of two blind readers recalled and the other did not. Beside good colleagues anyone misses more of these: the "
    "share is held against that of an average reader beside the same colleagues, with density and first rounds taken into account."
)


def discordant(made: Readers) -> None:
    """Cancers that one reader recalled and the other did not: how often this was the one who did not, against what is expected."""
    found = [(line, line.discordant) for line in made.lines if line.discordant is not None]
    st.markdown(f"**{_('Discordant cancers')}**")
    st.markdown(_(ABOUT))
    if not found:
        st.markdown(f":gray[{_('There is no such cancer in this period.')}]")
        return
    columns = [
        Column("name", _("Reader"), "strong"), Column("counts", _("Not recalled"), "number", align="right nowrap"),
        Column("expected", _("Expected share"), "number", align="right nowrap"),
        Column("excess", _("Difference (95 %)"), "number", align="right nowrap"),
    ]  # fmt: skip
    table("discordant", columns, [_discordant_row(line, one) for line, one in _ordered(found)], label=_("Discordant cancers"))


def _ordered(found: Sequence[tuple[ReaderLine, Discordant]]) -> list[tuple[ReaderLine, Discordant]]:
    """Who can be compared first, the largest excess on top; then the others by name."""
    return sorted(
        found, key=lambda one: (one[1].n < STABLE_NUMERATOR, -one[1].excess.value if one[1].n >= STABLE_NUMERATOR else 0, one[0].name)
    )


def _discordant_row(line: ReaderLine, one: Discordant) -> Row:
    few = one.n < STABLE_NUMERATOR
    span = "–" if few else _points(one)
    cells = {"name": literal(line.name), "counts": _("{x} of {n}", x=one.missed, n=one.n), "excess": span}
    return Row(str(line.id), cells | {"expected": _("too few") if few else f"{number(100 * one.expected, 0)} %"})


def _points(one: Discordant) -> str:
    low, value, high = (f"{100 * part:+.0f}" for part in (one.excess.low, one.excess.value, one.excess.high))
    return _("{value} points ({low} to {high})", value=value, low=low, high=high)


def share(one: Discordant) -> str:
    return _("{x} of {n} not recalled, {expected} % expected beside the same colleagues: {gap}.", x=one.missed, n=one.n,
             expected=number(100 * one.expected, 0), gap=_points(one))  # fmt: skip

"""One figure as the cells of a table."""

from core.figures.cuts import Kind
from core.metrics.indicator import Indicator
from core.workflow.programme_figures import Group
from pages.ui import indicators
from pages.ui.i18n import _, show


def header() -> list[str]:
    return [_("Numerator"), _("Denominator"), _("Value"), _("95 % from"), _("95 % to")]


def numbers(one: Indicator) -> tuple[object, ...]:
    """Counts, value and interval on the figure's own scale."""
    scale = indicators.SCALE[one.unit]
    interval = one.interval
    limits = (interval.value * scale, interval.low * scale, interval.high * scale) if interval else (None, None, None)
    return one.numerator, one.denominator, *limits


def part_name(kind: Kind, group: Group) -> str:
    return _("Round {n}", n=show(group.name)) if kind == "round" else show(group.name)

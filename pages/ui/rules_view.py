"""The rules page's parts: one line that says whether all is well, the rules, and the examples of one of them."""

from collections.abc import Sequence

from core.rules.conformance import Conformance
from pages.ui.i18n import _, n_
from pages.ui.tables import Column, Row, chip, two


def state_line(found: Sequence[Conformance]) -> str:
    checks, failed = sum(len(rule.outcomes) for rule in found), sum(rule.failed for rule in found)
    if failed:
        names = ", ".join(rule.rule for rule in found if rule.failed)
        badge = f":red-badge[▲ {n_('{n} example fails', '{n} examples fail', failed)}]"
        return f"{badge} {_('Not to be used until it is put right: {names}', names=names)}"
    return _("All {checks} published examples of {rules} rules hold, run just now on this machine.", checks=checks, rules=len(found))


def columns() -> list[Column]:
    return [
        Column("rule", _("Rule"), "strong", "330px"),
        Column("version", _("Version"), "text", "250px"),
        Column("examples", _("Examples"), "number", "100px", "right"),
        Column("state", _("State"), "chip", "130px"),
        Column("source", _("Source"), "muted"),
    ]


def rows(found: Sequence[Conformance], chosen: Conformance) -> list[Row]:
    return [Row(rule.rule, _cells(rule, rule == chosen), opens=True, tone="action" if rule.failed else "") for rule in found]


def _cells(rule: Conformance, shown: bool) -> dict[str, object]:
    failed = n_("{n} fails", "{n} fail", rule.failed)
    return {
        "rule": two(rule.rule, _("shown below")) if shown else rule.rule,
        "version": rule.version,
        "examples": str(len(rule.outcomes)),
        "state": chip(failed, "red", "▲") if rule.failed else chip(_("all hold"), "green", "✓"),
        "source": rule.source,
    }


def example_columns() -> list[Column]:
    return [
        Column("inputs", _("Given")),
        Column("expected", _("Published"), "number", "200px", "right"),
        Column("found", _("Here"), "number", "200px", "right"),
        Column("state", _("State"), "chip", "110px"),
    ]


def examples(rule: Conformance) -> list[Row]:
    return [
        Row(
            str(place),
            {
                "inputs": outcome.vector.inputs,
                "expected": _written(outcome.vector.expected, outcome.vector.digits),
                "found": _written(outcome.found, outcome.vector.digits if outcome.passed else 12),
                "state": chip(_("holds"), "green", "✓") if outcome.passed else chip(_("fails"), "red", "▲"),
            },
            tone="" if outcome.passed else "action",
        )
        for place, outcome in enumerate(rule.outcomes)
    ]


def _written(value: object, digits: int) -> str:
    """With the digits that were published where they hold, with more where they do not, so that the difference shows."""
    if value is None:
        return _("none")
    if isinstance(value, Exception):
        return f"{type(value).__name__}: {value}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)

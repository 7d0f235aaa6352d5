"""Does every rule still say what was published? Run where the rules run; a rule that does not must not be used."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from core.rules.reason import N_, Reason, say
from core.rules.vectors import VECTORS, Vector

UNSOUND = N_(
    "{rule} does not reproduce {failed} of its {checks} published examples on this machine; it must not be used until that is put right"
)


@dataclass(frozen=True)
class Outcome:
    """One example with what the rule says now: a value, or the error that it raised."""

    vector: Vector
    found: object
    passed: bool


@dataclass(frozen=True)
class Conformance:
    """All examples of one rule version."""

    rule: str
    version: str
    source: str
    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> int:
        return sum(not outcome.passed for outcome in self.outcomes)


def run(vectors: Iterable[Vector] = VECTORS) -> tuple[Conformance, ...]:
    """Every example once, gathered by rule in the order of the list; nothing is cached."""
    by_rule: dict[tuple[str, str, str], list[Outcome]] = {}
    for vector in vectors:
        found = vector.found()
        outcome = Outcome(vector, found, vector.holds(found))
        by_rule.setdefault((vector.rule, vector.version, vector.source), []).append(outcome)
    return tuple(Conformance(*rule, tuple(outcomes)) for rule, outcomes in by_rule.items())


def unsound(rule: str) -> Reason | None:
    """Why a rule must not be used in this process, or None; the examples are run once, when the first rule is asked for.

    `rule`: its name, or name and version as results carry them.
    """
    return next((reason for name, reason in _failing().items() if rule == name or rule.startswith(f"{name} ")), None)


@cache
def _failing() -> dict[str, Reason]:
    return {
        found.rule: say(UNSOUND, rule=f"{found.rule} {found.version}", failed=found.failed, checks=len(found.outcomes))
        for found in run()
        if found.failed
    }

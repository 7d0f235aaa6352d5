"""Every rule runs its published examples; a changed coefficient shows, and the rule is refused."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from core.rules import brock, conformance
from core.rules.vectors import VECTORS

RULES = Path(conformance.__file__).parent
BY_BRUTE_FORCE = {"NHS targeted lung health check", "Error of growth"}  # nothing was published; their own tests go through every case


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    conformance._failing.cache_clear()
    yield
    conformance._failing.cache_clear()


def test_all_examples_hold_and_there_are_at_least_150() -> None:
    found = conformance.run()
    failed = [(one.vector.rule, one.vector.inputs, one.found) for rule in found for one in rule.outcomes if not one.passed]
    assert failed == []
    assert sum(len(rule.outcomes) for rule in found) == len(VECTORS) >= 150


def test_every_rule_with_a_name_has_examples() -> None:
    named = {module.NAME for path in RULES.glob("*.py") for module in [import_module(f"core.rules.{path.stem}")] if hasattr(module, "NAME")}
    assert named - {vector.rule for vector in VECTORS} <= BY_BRUTE_FORCE


def test_a_changed_coefficient_is_found_and_the_rule_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert conformance.unsound(brock.NAME) is None
    conformance._failing.cache_clear()
    monkeypatch.setattr(brock, "expit", lambda logit: 1 / (1 + 2.718281828459045 ** -(logit + 0.001)))
    said = conformance.unsound(brock.NAME)
    assert said is not None
    assert "does not reproduce" in str(said)
    assert conformance.unsound("Lung-RADS") is None


def test_a_rule_that_raises_fails_its_example_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    error = ZeroDivisionError("no")

    def broken(logit: float) -> float:
        raise error

    monkeypatch.setattr(brock, "expit", broken)
    found = {rule.rule: rule for rule in conformance.run()}
    assert found[brock.NAME].failed == len(found[brock.NAME].outcomes)
    assert found[brock.NAME].outcomes[0].found is error
    assert sum(rule.failed for name, rule in found.items() if name != brock.NAME) == 0

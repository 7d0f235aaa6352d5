"""Every rule runs its published examples; a changed coefficient shows, and the rule is refused."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.rules import brock, conformance, lung_rads
from core.rules.lung_nodule import Nodule
from core.rules.side_by_side import Pair, side_by_side
from core.rules.vectors import VECTORS
from core.workflow.beside import beside
from core.workflow.opinion import NoduleFinding
from core.workflow.programmes import card
from core.workflow.suggestion import suggestion
from db.enums import ExamKind

A_CASE: Any = SimpleNamespace(kind=ExamKind.lung_ct, baseline=True, card=card("lung"))
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


def test_a_rule_that_fails_says_so_wherever_it_would_have_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    real = lung_rads.categorise
    monkeypatch.setattr(lung_rads, "categorise", lambda nodules, **how: replace(real(nodules, **how), category="1"))
    pair = Pair(kind="solid", days=365, months=12, before_mm=6.0, now_mm=9.0)
    spoken = side_by_side(pair)[0]
    assert spoken.action is None
    assert "must not be used" in str(spoken.gap)
    nodule = NoduleFinding.from_json({"name": "1", "kind": "solid", "long_mm": 9.0, "short_mm": 8.0})
    lines = {line.rule: line for line in beside(A_CASE, category="2", nodules=(nodule,))}
    ruled = next(line for rule, line in lines.items() if rule.startswith("Lung-RADS") and line.gaps)
    assert ruled.category is None
    assert "must not be used" in str(ruled.said)
    assert "must not be used" in str(suggestion(A_CASE, [Nodule(kind="solid", mean_tenths=85)]).text)

"""Everything about the nodules of one exam that a reader may want before an opinion: what the AI saw, what four protocols ask for at the
first exam, and four probabilities beside each other. Only from a case whose AI result this person may see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from core.rules.first_sight import Seen, first_sight
from core.rules.lung_nodule import Kind
from core.rules.side_by_side import Said
from core.words import N_, Sentence, say
from core.workflow.ai import FindingLine
from core.workflow.appearance import Appearance, appearance, to_confirm
from core.workflow.opinion_parts import NoduleFinding
from core.workflow.opportunistic import BesideLine
from core.workflow.probabilities import NoduleRisk, probabilities
from core.workflow.risk_facts import Facts
from db.enums import FindingKind

if TYPE_CHECKING:
    from core.workflow.reading import Case

EMPHYSEMA = "lung-emphysema"
LAA = N_("{percent:.1f} % of the lung lies below −950 HU by {model}: whether that is emphysema is yours to say")


@dataclass(frozen=True)
class NoduleRow:
    """One AI mark; `protocols` are empty at a follow-up, where the comparison with the earlier exam has them."""

    mark: FindingLine
    seen: Appearance
    to_confirm: tuple[Sentence, ...]
    protocols: tuple[Said, ...]
    risk: NoduleRisk

    @property
    def assumed_solid(self) -> bool:
        return self.seen.kind is None


@dataclass(frozen=True)
class NoduleSheet:
    """`asks`: facts that nobody entered and that a probability waits for; `emphysema`: what was measured of it, to be confirmed."""

    rows: tuple[NoduleRow, ...]
    asks: tuple[str, ...]
    emphysema: Sentence | None


def nodule_sheet(case: "Case", own: Sequence[NoduleFinding], facts: Facts, beside: Sequence[BesideLine] = ()) -> NoduleSheet:
    """Empty where there is no AI result to show or it marked no nodule. `beside`: the measures that are on at the site of the exam."""
    marks = [mark for mark in case.ai.findings if mark.kind is FindingKind.nodule] if case.ai else []
    risks = {risk.number: risk for risk in probabilities(marks, own, facts)}
    rows = tuple(_row(mark, risks[mark.number], first=case.baseline) for mark in marks)
    asks = tuple(name for name in ("family_history", "emphysema") if getattr(facts, name) is None) if rows else ()
    return NoduleSheet(rows, asks, measured_emphysema(beside) if "emphysema" in asks else None)


def measured_emphysema(beside: Sequence[BesideLine]) -> Sentence | None:
    """What the opportunistic measure says, where it is on and gave a result; never taken as a yes or a no by itself."""
    found = next((line for line in beside if line.name == EMPHYSEMA and isinstance(line.value, int | float)), None)
    return None if found is None else say(LAA, percent=found.value, model=f"{found.name} {found.tag}")


def _row(mark: FindingLine, risk: NoduleRisk, *, first: bool) -> NoduleRow:
    seen = appearance(mark.detail)
    hints = tuple(to_confirm(mark.number, seen, mark.mean_diameter_mm))
    return NoduleRow(mark, seen, hints, _first(mark, seen, risk) if first else (), risk)


def _first(mark: FindingLine, seen: Appearance, risk: NoduleRisk) -> tuple[Said, ...]:
    """BTS gets the Brock probability only where nothing of it is open."""
    known = None if risk.brock.open else risk.brock.low
    return first_sight(
        Seen(
            kind=cast(Kind, seen.kind or "solid"), name=str(mark.number), mean_mm=mark.mean_diameter_mm, long_mm=mark.long_axis_mm,
            solid_mm=seen.solid_mm, volume_mm3=mark.volume_mm3, solid_mm3=seen.solid_mm3, brock=known,
        )
    )  # fmt: skip

"""A participant's nodules through the exams: marks that were matched make one line, and between two of them stands a doubling time.

No line is drawn between marks that nobody matched, and no doubling time is told across model versions, which measure differently.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sqlmodel import Session, col, select

from core.rules.growth import percent_volume_change
from core.rules.growth_error import DoublingTime, of_volumes
from core.words import N_, Sentence, say
from core.workflow.appearance import appearance
from core.workflow.matching import compared_run, matched
from db.enums import FindingKind
from db.tables import Exam, Finding, ModelRun, ModelVersion

SAME_DAY = N_("both exams are of one day")
OTHER_MODEL = N_("measured by different model versions")
NO_VOLUME = N_("a volume is missing")


@dataclass(frozen=True)
class NodulePoint:
    """A nodule in one exam, as the AI marked it there under `number`; `solid_mm` of the solid part of a part-solid one."""

    exam_id: int
    at: date
    number: int
    volume_mm3: float | None
    mean_diameter_mm: float | None
    model: str
    kind: str | None = None
    solid_mm: float | None = None


@dataclass(frozen=True)
class NoduleStep:
    """From one point to the next: percent change and doubling time with its bounds, or why there is none."""

    days: int
    percent: float | None
    doubling: DoublingTime | None
    reason: Sentence | None


@dataclass(frozen=True)
class NoduleLine:
    """One nodule through the exams; `steps` is one shorter than `points`."""

    points: tuple[NodulePoint, ...]
    steps: tuple[NoduleStep, ...]


def nodule_lines(session: Session, exams: Sequence[Exam]) -> tuple[NoduleLine, ...]:
    """Chains of matched marks, the longest and largest first; a mark without a partner is a line of one point."""
    runs = {exam.id or 0: run for exam in exams if (run := compared_run(session, exam.id or 0)) is not None}
    with_run = [exam for exam in exams if exam.id in runs]
    points = _points(session, with_run, runs)
    before = _partners(session, with_run, runs)
    later = {earlier: now for now, earlier in before.items()}
    chains = []
    for first in points:
        if first not in before:
            chain = [first]
            while chain[-1] in later:
                chain.append(later[chain[-1]])
            chains.append([points[finding] for finding in chain])
    lines = [NoduleLine(tuple(chain), tuple(_step(a, b) for a, b in pairwise(chain))) for chain in chains]
    return tuple(sorted(lines, key=lambda line: (-len(line.points), -(line.points[-1].volume_mm3 or 0), line.points[-1].number)))


def _points(session: Session, exams: Sequence[Exam], runs: Mapping[int, int]) -> dict[int, NodulePoint]:
    """Finding id → its point."""
    at = {runs[exam.id or 0]: exam for exam in exams}
    rows = select(Finding, ModelVersion.name, ModelVersion.tag).join(ModelRun, col(ModelRun.id) == Finding.run_id)
    rows = rows.join(ModelVersion, col(ModelVersion.id) == ModelRun.version_id)
    rows = rows.where(col(Finding.run_id).in_(at), Finding.kind == FindingKind.nodule).order_by(col(Finding.run_id), col(Finding.number))
    return {
        row.id or 0: NodulePoint(
            at[row.run_id].id or 0, at[row.run_id].exam_date, row.number, row.volume_mm3, row.mean_diameter_mm, f"{name}.{tag}",
            appearance(row.detail).kind, appearance(row.detail).solid_mm,
        )
        for row, name, tag in session.exec(rows)
    }  # fmt: skip


def _partners(session: Session, exams: Sequence[Exam], runs: Mapping[int, int]) -> dict[int, int]:
    """Finding id → the earlier finding that it was matched with, in the latest earlier exam that has one; nobody is partner of two."""
    found: dict[int, int] = {}
    for place, exam in enumerate(exams):
        for earlier in reversed(exams[:place]):
            known = matched(session, runs[exam.id or 0], earlier.id or 0, runs[earlier.id or 0])
            for one in known.values():
                taken = one.earlier_finding_id in found.values()
                if one.earlier_finding_id is not None and one.finding_id not in found and not taken:
                    found[one.finding_id] = one.earlier_finding_id
    return found


def _step(before: NodulePoint, now: NodulePoint) -> NoduleStep:
    days = (now.at - before.at).days
    reason = SAME_DAY if days <= 0 else OTHER_MODEL if before.model != now.model else ""
    if reason or not before.volume_mm3 or not now.volume_mm3:
        return NoduleStep(days, None, None, say(reason or NO_VOLUME))
    change = percent_volume_change(before.volume_mm3, now.volume_mm3)
    return NoduleStep(days, change, of_volumes(before.volume_mm3, now.volume_mm3, days), None)

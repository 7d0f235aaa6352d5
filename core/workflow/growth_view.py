"""Nodules before and now: sizes, change, doubling time with its error, and what four protocols make of it. Measured by the AI, so shown
only where both AI results may be seen.

A nodule without partner is "not marked earlier": the AI may have missed it then, so a doctor looks before it is called new.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from sqlmodel import Session, col, select

from core.access import Person
from core.rules import growth
from core.rules.growth_error import DoublingTime, of_diameters, of_volumes
from core.rules.lung_nodule import Kind
from core.rules.side_by_side import Pair, Said, disagree, side_by_side
from core.rules.size import months_between
from core.words import N_, Sentence, say
from core.workflow.blind import ai_hidden
from core.workflow.growth_words import told
from core.workflow.matching import Matched, compared_run, matched
from core.workflow.priors import Prior, ai_of_prior, chosen, priors
from core.workflow.registrations import RegistrationLine, registration
from db.enums import ExamKind, FindingKind
from db.tables import Exam, Finding

KINDS = ("solid", "part-solid", "non-solid")
Status = Literal["paired", "not marked earlier", "not marked now", "not compared"]


@dataclass(frozen=True)
class Size:
    """One nodule of one exam as the AI measured it; `number` is its mark, `slice` counts from foot to head from 0."""

    number: int
    kind: str | None
    laterality: str
    slice: int | None
    mean_mm: float | None
    long_mm: float | None
    short_mm: float | None
    volume_mm3: float | None


@dataclass(frozen=True)
class GrowthRow:
    """One nodule. `change_percent` of its volume; `doubling` by volumes, or by diameters where a volume is missing (`by_diameter`).

    `protocols` is empty where nothing can be compared; `assumed_solid`: they are asked as for a solid nodule, as no type is known.
    """

    status: Status
    now: Size | None
    before: Size | None
    told: Sentence
    paired_by: str | None = None
    distance_mm: float | None = None
    change_percent: float | None = None
    doubling: DoublingTime | None = None
    by_diameter: bool = False
    protocols: tuple[Said, ...] = ()
    assumed_solid: bool = False

    @property
    def disagree(self) -> bool:
        return disagree(self.protocols)

    @property
    def beyond_error(self) -> bool:
        """Whether the nodule became larger by more than an error of measurement."""
        by_volume = self.change_percent is not None and self.change_percent >= growth.MEASUREMENT_ERROR_PERCENT
        return by_volume or (self.by_diameter and self.doubling is not None and self.doubling.slowest is not None)

    @property
    def flips(self) -> bool:
        """Whether an error of measurement would make a protocol say something else."""
        return any(one.flips for one in self.protocols)


@dataclass(frozen=True)
class GrowthView:
    """`reason` says why there are no rows; `laid` how the exams lie on each other, None while nobody has tried."""

    priors: tuple[Prior, ...]
    prior: Prior | None
    days: int
    laid: RegistrationLine | None
    rows: tuple[GrowthRow, ...]
    reason: Sentence | None


def growth_view(session: Session, person: Person, exam_id: int, prior_id: int | None = None) -> GrowthView:
    """The nodules of a CT exam beside those of an earlier one, the latest with images when none is named."""
    found = priors(session, person, exam_id)
    prior = chosen(found, prior_id)
    if prior is None or prior.kind is not ExamKind.lung_ct:
        return GrowthView(found, prior, 0, None, (), say(N_("There is no earlier CT with images")))
    laid = registration(session, exam_id, prior.exam_id)
    reason = _held_back(session, person, exam_id, prior.exam_id)
    run, earlier_run = compared_run(session, exam_id), compared_run(session, prior.exam_id)
    if reason is None and (run is None or earlier_run is None):
        reason = say(N_("The exams can be compared when both have an AI result"))
    rows: tuple[GrowthRow, ...] = ()
    if reason is None and run is not None and earlier_run is not None:
        exam = session.get_one(Exam, exam_id)
        months = months_between(prior.exam_date, exam.exam_date)
        rows = _rows(
            _sizes(session, run), _sizes(session, earlier_run), matched(session, run, prior.exam_id, earlier_run), prior.days_before, months
        )
    return GrowthView(found, prior, prior.days_before, laid, rows, reason)


def _held_back(session: Session, person: Person, exam_id: int, prior_id: int) -> Sentence | None:
    if ai_hidden(session, person, [exam_id]):
        return say(N_("AI hidden until you decide"))
    return ai_of_prior(session, person, exam_id, prior_id)[1]


def _rows(now: dict[int, Size], earlier: dict[int, Size], known: dict[int, Matched], days: int, months: int) -> tuple[GrowthRow, ...]:
    rows, seen = [], set()
    for finding_id, size in now.items():
        match = known.get(finding_id)
        before = earlier.get(match.earlier_finding_id) if match and match.earlier_finding_id is not None else None
        if match and before is not None and match.earlier_finding_id is not None:
            seen.add(match.earlier_finding_id)
        rows.append(_row(size, before, match, days, months))
    gone = [size for finding_id, size in earlier.items() if finding_id not in seen]
    if not known and now:
        return tuple(rows)  # nothing was compared, so nothing is known to be gone
    return (*rows, *(GrowthRow("not marked now", None, size, say(N_("Marked in the earlier exam only"))) for size in gone))


def _row(now: Size, before: Size | None, match: Matched | None, days: int, months: int) -> GrowthRow:
    if match is None:
        return GrowthRow("not compared", now, None, say(N_("Not compared with the earlier exam yet")))
    kind = next((one.kind for one in (now, before) if one is not None and one.kind in KINDS), None)
    pair = Pair(
        kind=cast(Kind, kind or "solid"), days=days, months=months, new=before is None, now_mm=now.mean_mm, now_mm3=now.volume_mm3,
        before_mm=before.mean_mm if before else None, before_mm3=before.volume_mm3 if before else None,
    )  # fmt: skip
    said = side_by_side(pair)
    if before is None:
        looked = say(N_("New: {name} did not find it in the earlier exam"), name=match.author)
        alone = say(N_("Not marked in the earlier exam: look there whether it is new"))
        return GrowthRow(
            "not marked earlier", now, None, looked if match.author else alone, match.author, None, None, None, False, said, kind is None
        )
    percent, doubling, by_diameter = _change(now, before, days)
    return GrowthRow(
        "paired", now, before, told(percent, doubling, days, by_diameter=by_diameter), match.author, match.distance_mm, percent, doubling,
        by_diameter, said, kind is None,
    )  # fmt: skip


def _change(now: Size, before: Size, days: int) -> tuple[float | None, DoublingTime | None, bool]:
    """Percent of volume, doubling time, and whether it was taken from diameters; nothing where a size is missing."""
    if now.volume_mm3 and before.volume_mm3:
        percent = growth.percent_volume_change(before.volume_mm3, now.volume_mm3)
        return percent, of_volumes(before.volume_mm3, now.volume_mm3, days) if days > 0 else None, False
    if now.mean_mm and before.mean_mm:
        return None, of_diameters(before.mean_mm, now.mean_mm, days) if days > 0 else None, True
    return None, None, False


def _sizes(session: Session, run_id: int) -> dict[int, Size]:
    """Finding id → nodule, in the order of their numbers."""
    rows: Sequence[Finding] = session.exec(
        select(Finding).where(Finding.run_id == run_id, Finding.kind == FindingKind.nodule).order_by(col(Finding.number))
    ).all()
    return {
        row.id or 0: Size(
            row.number, row.detail.get("type"), row.laterality, row.place.get("slice"), row.mean_diameter_mm, row.long_axis_mm,
            row.short_axis_mm, row.volume_mm3,
        )
        for row in rows
    }  # fmt: skip

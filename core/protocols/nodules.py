"""The nodules of exams as the protocols take them: measured by the AI and matched with an earlier exam, or written by a reader."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast

from sqlmodel import Session, col, func, select

from core.rules.first_sight import Seen, first_sight
from core.rules.lung_nodule import Kind
from core.rules.side_by_side import Pair, Said, side_by_side
from core.rules.size import months_between
from core.workflow.appearance import KINDS, appearance
from core.workflow.opinion_parts import NoduleFinding
from core.workflow.registry import counting_versions, retired_ids
from core.workflow.standing import standing
from db.enums import ExamKind, FindingKind, RunOutcome
from db.tables import Episode, Exam, Finding, ModelRun, ModelVersion, NoduleMatch, Read, User

APART = {"benign_calcification", "fat", "proven_benign", "juxtapleural"}
"""What a reader calls so has tables of its own in some protocols and none in others; it is not compared."""
Origin = Literal["ai", "reader"]


@dataclass(frozen=True)
class Judged:
    """One nodule of one exam and what four protocols ask for. `by`: the model version or the reader; `days` since the earlier exam.

    `assumed_solid`: nobody told the type, so the protocols were asked as for a solid nodule.
    """

    exam_id: int
    origin: Origin
    by: str
    name: str
    kind: str
    assumed_solid: bool
    now_mm: float | None
    now_mm3: float | None
    before_mm: float | None
    before_mm3: float | None
    days: int | None
    new: bool
    said: tuple[Said, ...]

    @property
    def actions(self) -> frozenset[str]:
        """The different next steps of the protocols that can speak."""
        return frozenset(one.action for one in self.said if one.action is not None)

    @property
    def disagree(self) -> bool:
        return len(self.actions) > 1


@dataclass(frozen=True)
class Before:
    """What a mark was compared with: the earlier exam, and the mark there (None: not marked)."""

    exam_id: int
    day: date
    mark: Finding | None


def by_ai(session: Session, exam_ids: Collection[int]) -> Iterator[Judged]:
    """AI marks of these exams: at a first exam by themselves, later only where they were matched with an earlier one."""
    runs = _runs(session, exam_ids)
    marks = select(Finding).where(col(Finding.run_id).in_(runs), Finding.kind == FindingKind.nodule)
    rows = session.exec(marks.order_by(col(Finding.run_id), col(Finding.number))).all()
    course = Course(_links(session, [row.id or 0 for row in rows]), _first_exams(session, exam_ids))
    for row in rows:
        exam, model = runs[row.run_id]
        said, before = course.said(row, exam.id or 0, exam.exam_date), course.links.get(row.id or 0)
        if said is None:
            continue
        mark = before.mark if before else None
        yield Judged(
            exam_id=exam.id or 0, origin="ai", by=model, name=str(row.number), kind=_kind(row),
            assumed_solid=appearance(row.detail).kind is None, now_mm=row.mean_diameter_mm, now_mm3=row.volume_mm3,
            before_mm=mark.mean_diameter_mm if mark else None,
            before_mm3=mark.volume_mm3 if mark else None, days=(exam.exam_date - before.day).days if before else None,
            new=before is not None and mark is None, said=said,
        )  # fmt: skip


@dataclass(frozen=True)
class Course:
    """Marks with what each was compared with, back to the first exams."""

    links: Mapping[int, Before]
    first: Collection[int]

    def said(self, mark: Finding, exam_id: int, day: date) -> tuple[Said, ...] | None:
        """What four protocols say of one mark; None where it was neither seen at a first exam nor compared with an earlier one."""
        before = self.links.get(mark.id or 0)
        kind = cast(Kind, _kind(mark))
        if before is None:
            return first_sight(seen_first(mark)) if exam_id in self.first else None
        earlier, days = before.mark, (day - before.day).days
        pair = Pair(
            kind=kind, days=days, months=months_between(before.day, day) if days >= 0 else 0, new=earlier is None,
            now_mm=mark.mean_diameter_mm, now_mm3=mark.volume_mm3, before_mm=earlier.mean_diameter_mm if earlier else None,
            before_mm3=earlier.volume_mm3 if earlier else None,
            prior_category=self.category(earlier, before.exam_id, before.day) if earlier else None, name=str(mark.number),
            now_solid_mm=appearance(mark.detail).solid_mm, before_solid_mm=solid_before(earlier.detail) if earlier else None,
        )  # fmt: skip
        return side_by_side(pair)

    def category(self, mark: Finding, exam_id: int, day: date) -> str | None:
        """By Lung-RADS at that exam, itself stepped down from the one before."""
        said = self.said(mark, exam_id, day)
        return said[0].label if said and said[0].action is not None else None


def categories(session: Session, exam_id: int, day: date, run_id: int) -> dict[int, str]:
    """Finding id → Lung-RADS category of each mark of one run by itself, stepped down from the exams before where they were compared."""
    rows = session.exec(select(Finding).where(Finding.run_id == run_id, Finding.kind == FindingKind.nodule)).all()
    course = Course(_links(session, [row.id or 0 for row in rows]), _first_exams(session, [exam_id]))
    found = {row.id or 0: course.category(row, exam_id, day) for row in rows if appearance(row.detail).kind is not None}
    return {finding: category for finding, category in found.items() if category is not None}


def seen_first(mark: Finding) -> Seen:
    """A mark as it is at a first exam; without a type as if it were solid, which `Judged.assumed_solid` says."""
    told = appearance(mark.detail)
    return Seen(
        kind=cast(Kind, _kind(mark)), name=str(mark.number), mean_mm=mark.mean_diameter_mm, long_mm=mark.long_axis_mm,
        solid_mm=told.solid_mm, volume_mm3=mark.volume_mm3, solid_mm3=told.solid_mm3,
    )  # fmt: skip


def solid_before(detail: Mapping[str, Any]) -> float | None:
    """Mean diameter of the solid part at the earlier exam: none of a non-solid nodule, not known of one called solid."""
    told = appearance(detail)
    return 0.0 if told.kind == "non-solid" else told.solid_mm


def _kind(mark: Finding) -> str:
    return appearance(mark.detail).kind or "solid"


def by_readers(session: Session, exam_ids: Collection[int]) -> Iterator[Judged]:
    """Nodules of signed reads that stand; a reader writes no earlier volume, so that a later nodule is judged when it is new."""
    first = _first_exams(session, exam_ids)
    rows = select(Read, User.name).join(User, col(User.id) == Read.reader_id).where(col(Read.exam_id).in_(exam_ids), standing())
    for read, name in session.exec(rows.order_by(col(Read.id))):
        for one in map(NoduleFinding.from_json, read.opinion.get("nodules", ())):
            if one.kind not in KINDS or APART & set(one.flags):
                continue
            base: dict[str, Any] = {
                "exam_id": read.exam_id, "origin": "reader", "by": name, "name": one.name, "kind": one.kind, "assumed_solid": False,
                "now_mm": one.mean_diameter_mm, "now_mm3": one.volume_mm3,
            }  # fmt: skip
            if read.exam_id in first:
                yield _first(base, one.long_mm, one.solid_mm, ("spiculation",) if "spiculation" in one.flags else ())
            elif one.change == "new":
                pair = Pair(kind=cast(Kind, one.kind), days=0, months=0, new=True, now_mm=base["now_mm"], now_mm3=base["now_mm3"])
                yield Judged(**base, before_mm=None, before_mm3=None, days=None, new=True, said=side_by_side(pair))


def _first(base: Mapping[str, Any], long_mm: float | None, solid_mm: float | None, suspicious: tuple[str, ...] = ()) -> Judged:
    sizes = {"mean_mm": base["now_mm"], "long_mm": long_mm, "solid_mm": solid_mm, "volume_mm3": base["now_mm3"]}
    seen = Seen(kind=cast(Kind, base["kind"]), suspicious=suspicious, **sizes)
    return Judged(**base, before_mm=None, before_mm3=None, days=None, new=False, said=first_sight(seen))


def _runs(session: Session, exam_ids: Collection[int]) -> dict[int, tuple[Exam, str]]:
    """Run id → its exam and model: of each exam the run whose nodules are compared, as `matching.compared_run` chooses it."""
    counting = [version.id for version in counting_versions(session)]
    known = [*counting, *retired_ids(session)]
    rows = select(ModelRun, ModelVersion, Exam).join(ModelVersion, col(ModelVersion.id) == ModelRun.version_id)
    rows = rows.join(Exam, col(Exam.id) == ModelRun.exam_id).where(col(ModelRun.exam_id).in_(exam_ids))
    rows = rows.where(ModelRun.outcome == RunOutcome.scored, col(ModelRun.version_id).in_(known))
    best: dict[int, tuple[tuple[bool, bool, int], int, Exam, str]] = {}
    for run, version, exam in session.exec(rows):
        rank = (version.id in counting, not version.synthetic, run.id or 0)
        if run.exam_id not in best or rank > best[run.exam_id][0]:
            best[run.exam_id] = (rank, run.id or 0, exam, f"{version.name}.{version.tag}")
    return {run_id: (exam, model) for _, run_id, exam, model in best.values()}


def _first_exams(session: Session, exam_ids: Collection[int]) -> frozenset[int]:
    """The first exam of the kind of each participant of these exams."""
    mine = select(Episode.participant_id).join(Exam, col(Exam.episode_id) == Episode.id).where(col(Exam.id).in_(exam_ids))
    rows = select(col(Episode.participant_id), col(Exam.id), col(Exam.exam_date)).join(Exam, col(Exam.episode_id) == Episode.id)
    rows = rows.where(col(Episode.participant_id).in_(mine), Exam.kind == ExamKind.lung_ct)
    first: dict[int, int] = {}
    for who, exam_id, _ in session.exec(rows.order_by(col(Exam.exam_date), col(Exam.id))):
        first.setdefault(who, exam_id or 0)
    return frozenset(first.values())


def _links(session: Session, finding_ids: Collection[int]) -> dict[int, Before]:
    """Finding → what it was compared with, and so on back to marks that were compared with nothing."""
    found: dict[int, Before] = {}
    wanted = list(finding_ids)
    while wanted:
        more = _matches(session, wanted)
        found |= more
        wanted = [before.mark.id for before in more.values() if before.mark is not None and before.mark.id and before.mark.id not in found]
    return found


def _matches(session: Session, finding_ids: Collection[int]) -> dict[int, Before]:
    """Finding → the latest earlier exam it was compared with and its partner there by the newest row.

    A row that looked at another AI result of the earlier exam than the one that counts now says nothing any more.
    """
    newest = select(func.max(NoduleMatch.id)).where(col(NoduleMatch.finding_id).in_(finding_ids))
    newest = newest.group_by(col(NoduleMatch.finding_id), col(NoduleMatch.earlier_exam_id))
    rows = select(NoduleMatch, col(Exam.exam_date)).join(Exam, col(Exam.id) == NoduleMatch.earlier_exam_id)
    rows = rows.where(col(NoduleMatch.id).in_(newest)).order_by(col(Exam.exam_date), col(NoduleMatch.id))
    found = session.exec(rows).all()
    counting = {exam.id: run_id for run_id, (exam, _) in _runs(session, {row.earlier_exam_id for row, _ in found}).items()}
    latest = {row.finding_id: (day, row) for row, day in found if row.detail.get("earlier_run") == counting.get(row.earlier_exam_id)}
    wanted = [row.earlier_finding_id for _, row in latest.values() if row.earlier_finding_id is not None]
    marks = {row.id: row for row in session.exec(select(Finding).where(col(Finding.id).in_(wanted)))}
    return {finding: Before(row.earlier_exam_id, day, marks.get(row.earlier_finding_id)) for finding, (day, row) in latest.items()}

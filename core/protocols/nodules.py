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
from core.workflow.opinion_parts import NoduleFinding
from core.workflow.registry import counting_versions, retired_ids
from core.workflow.standing import standing
from db.enums import ExamKind, FindingKind, RunOutcome
from db.tables import Episode, Exam, Finding, ModelRun, ModelVersion, NoduleMatch, Read, User

KINDS = ("solid", "part-solid", "non-solid")
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


def by_ai(session: Session, exam_ids: Collection[int]) -> Iterator[Judged]:
    """AI marks of these exams: at a first exam by themselves, later only where they were matched with an earlier one."""
    runs = _runs(session, exam_ids)
    first = _first_exams(session, exam_ids)
    marks = select(Finding).where(col(Finding.run_id).in_(runs), Finding.kind == FindingKind.nodule)
    rows = session.exec(marks.order_by(col(Finding.run_id), col(Finding.number))).all()
    matches = _matches(session, [row.id or 0 for row in rows])
    for row in rows:
        exam, model = runs[row.run_id]
        kind = row.detail.get("type")
        match = matches.get(row.id or 0)
        base: dict[str, Any] = {
            "exam_id": exam.id, "origin": "ai", "by": model, "name": str(row.number), "kind": kind if kind in KINDS else "solid",
            "assumed_solid": kind not in KINDS, "now_mm": row.mean_diameter_mm, "now_mm3": row.volume_mm3,
        }  # fmt: skip
        if match is not None:
            yield _paired(base, exam, *match)
        elif exam.id in first:
            yield _first(base, row.long_axis_mm, None)


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
                yield _judged(base, _pair(base, 0, 0, None, None), None, None, None)


def _first(base: Mapping[str, Any], long_mm: float | None, solid_mm: float | None, suspicious: tuple[str, ...] = ()) -> Judged:
    sizes = {"mean_mm": base["now_mm"], "long_mm": long_mm, "solid_mm": solid_mm, "volume_mm3": base["now_mm3"]}
    seen = Seen(kind=cast(Kind, base["kind"]), suspicious=suspicious, **sizes)
    return Judged(**base, before_mm=None, before_mm3=None, days=None, new=False, said=first_sight(seen))


def _paired(base: Mapping[str, Any], exam: Exam, earlier_on: date, earlier: Finding | None) -> Judged:
    days = (exam.exam_date - earlier_on).days
    before_mm, before_mm3 = (earlier.mean_diameter_mm, earlier.volume_mm3) if earlier else (None, None)
    pair = _pair(base, days, months_between(earlier_on, exam.exam_date) if days >= 0 else 0, before_mm, before_mm3, new=earlier is None)
    return _judged(base, pair, days, before_mm, before_mm3)


def _pair(base: Mapping[str, Any], days: int, months: int, before_mm: float | None, before_mm3: float | None, *, new: bool = True) -> Pair:
    return Pair(
        kind=cast(Kind, base["kind"]), days=days, months=months, new=new, now_mm=base["now_mm"], before_mm=before_mm,
        now_mm3=base["now_mm3"], before_mm3=before_mm3,
    )  # fmt: skip


def _judged(base: Mapping[str, Any], pair: Pair, days: int | None, before_mm: float | None, before_mm3: float | None) -> Judged:
    return Judged(**base, before_mm=before_mm, before_mm3=before_mm3, days=days, new=pair.new, said=side_by_side(pair))


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
    """Those of the exams before which the participant had no other of the kind."""
    mine = select(Episode.participant_id).join(Exam, col(Exam.episode_id) == Episode.id).where(col(Exam.id).in_(exam_ids))
    rows = select(col(Episode.participant_id), col(Exam.id), col(Exam.exam_date)).join(Exam, col(Exam.episode_id) == Episode.id)
    rows = rows.where(col(Episode.participant_id).in_(mine), Exam.kind == ExamKind.lung_ct)
    first: dict[int, int] = {}
    for who, exam_id, _ in session.exec(rows.order_by(col(Exam.exam_date), col(Exam.id))):
        first.setdefault(who, exam_id or 0)
    return frozenset(first.values()) & frozenset(exam_ids)


def _matches(session: Session, finding_ids: Collection[int]) -> dict[int, tuple[date, Finding | None]]:
    """Finding → the day of the latest earlier exam it was compared with, and its partner there by the newest row (None: not marked).

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
    earlier = {row.id: row for row in session.exec(select(Finding).where(col(Finding.id).in_(wanted)))}
    return {finding_id: (day, earlier.get(row.earlier_finding_id)) for finding_id, (day, row) in latest.items()}

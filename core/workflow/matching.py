"""The nodules of an exam and those of an earlier one: matched by the program, corrected by a doctor, who always has the last word.

Every row is a fact that is appended; the newest row of a finding counts. A row names the AI result of the earlier exam that it looked at,
so that a new result there is matched anew instead of being taken for the old one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import NotAllowed, Rejected
from core.words import N_
from core.workflow.blind import ai_hidden
from core.workflow.nodule_pairs import REACH_MM, Match, Spot, moved, pairs, size_ratio
from core.workflow.priors import settled
from core.workflow.registrations import registration
from core.workflow.registry import counting_versions, retired_ids
from db.enums import FindingKind, RunOutcome
from db.tables import Exam, Finding, ModelRun, ModelVersion, NoduleMatch, User


@dataclass(frozen=True)
class Matched:
    """What is known of one nodule: its partner's finding (None: not marked earlier), by whom, and how far apart they lie."""

    finding_id: int
    earlier_finding_id: int | None
    author: str | None  # None: the program
    distance_mm: float | None


def compared_run(session: Session, exam_id: int) -> int | None:
    """The scored run whose nodules are compared: of a version that counts, else of one that has gone to rest; never a shadow's."""
    counting = [version.id for version in counting_versions(session)]
    for versions in (counting, list(retired_ids(session))):
        runs = select(ModelRun.id).join(ModelVersion, col(ModelVersion.id) == ModelRun.version_id)
        runs = runs.where(ModelRun.exam_id == exam_id, col(ModelRun.version_id).in_(versions), ModelRun.outcome == RunOutcome.scored)
        found = session.exec(runs.order_by(col(ModelVersion.synthetic), col(ModelRun.id).desc())).first()
        if found is not None:
            return found
    return None


def match(session: Session, exam_id: int, earlier_exam_id: int) -> int:
    """Match what has no row yet; how many rows were written. Nothing without two AI results and a registration that is good enough."""
    run, earlier_run = compared_run(session, exam_id), compared_run(session, earlier_exam_id)
    laid = registration(session, exam_id, earlier_exam_id)
    if run is None or earlier_run is None or laid is None or laid.matrix is None or laid.grade not in REACH_MM:
        return 0
    known = matched(session, run, earlier_exam_id, earlier_run)
    taken = {one.earlier_finding_id for one in known.values() if one.earlier_finding_id is not None}
    new = [spot for spot in spots(session, run) if spot.finding_id not in known]
    free = [spot for spot in spots(session, earlier_run) if spot.finding_id not in taken]
    for one in pairs(new, free, laid.matrix, laid.grade):
        _write(session, one, earlier_exam_id, earlier_run, None)
    session.flush()
    return len(new)


def matched(session: Session, run_id: int, earlier_exam_id: int, earlier_run_id: int) -> dict[int, Matched]:
    """Finding id → what is known of it; a finding that was never compared is not there."""
    rows = select(NoduleMatch, User.name).join(Finding, col(Finding.id) == NoduleMatch.finding_id)
    rows = rows.join(User, col(User.id) == NoduleMatch.author_id, isouter=True)
    rows = rows.where(Finding.run_id == run_id, NoduleMatch.earlier_exam_id == earlier_exam_id).order_by(col(NoduleMatch.id))
    return {
        row.finding_id: Matched(row.finding_id, row.earlier_finding_id, name, row.detail.get("distance_mm"))
        for row, name in session.exec(rows)
        if row.detail.get("earlier_run") == earlier_run_id
    }


def spots(session: Session, run_id: int) -> list[Spot]:
    """The nodules of a run that have a place in the patient."""
    rows = session.exec(select(Finding).where(Finding.run_id == run_id, Finding.kind == FindingKind.nodule).order_by(col(Finding.number)))
    return [Spot(row.id or 0, row.number, _place(row.place), row.mean_diameter_mm) for row in rows if row.place.get("center_lps_mm")]


def pair(session: Session, person: Person, exam_id: int, earlier_exam_id: int, *, number: int, earlier_number: int | None) -> None:
    """The doctor says that mark `number` is the earlier exam's mark `earlier_number`, or that it has no partner there (None).

    Whoever had that partner before has none afterwards.
    """
    exam = _to_correct(session, person, exam_id, earlier_exam_id)
    run, earlier_run = compared_run(session, exam_id), compared_run(session, earlier_exam_id)
    mine = {spot.number: spot for spot in spots(session, run)} if run else {}
    theirs: Mapping[int, Spot] = {spot.number: spot for spot in spots(session, earlier_run)} if earlier_run else {}
    if run is None or earlier_run is None or number not in mine or (earlier_number is not None and earlier_number not in theirs):
        raise Rejected(N_("One of these nodules is not there any more; look at the list again"))
    partner = None if earlier_number is None else theirs[earlier_number]
    known = matched(session, run, earlier_exam_id, earlier_run)
    for other in mine.values():
        row = known.get(other.finding_id)
        if partner is not None and other.number != number and row is not None and row.earlier_finding_id == partner.finding_id:
            _write(session, Match(other, None), earlier_exam_id, earlier_run, person)
    _write(session, _measured(session, exam_id, earlier_exam_id, mine[number], partner), earlier_exam_id, earlier_run, person)
    session.flush()
    audit.record(
        session, person, "nodule_paired" if partner else "nodule_unpaired", "exam", exam_id, site_id=exam.site_id, number=number,
        earlier_exam=earlier_exam_id, earlier_number=earlier_number,
    )  # fmt: skip


def _to_correct(session: Session, person: Person, exam_id: int, earlier_exam_id: int) -> Exam:
    """The exam; NotAllowed for others than doctors of its site, and while the AI marks are held back from this one."""
    sites = person.sites(Act.read_cases)
    found = session.exec(select(Exam).where(col(Exam.id).in_([exam_id, earlier_exam_id]), col(Exam.site_id).in_(sites))).all()
    exam = next((one for one in found if one.id == exam_id), None)
    if exam is None or len(found) < 2:
        raise NotAllowed(N_("This case is not at one of your sites."))
    if ai_hidden(session, person, [exam_id, earlier_exam_id]) or not settled(session, earlier_exam_id):
        raise NotAllowed(N_("The AI marks are hidden from you until you decide, so they cannot be paired yet."))
    return exam


def _measured(session: Session, exam_id: int, earlier_exam_id: int, one: Spot, partner: Spot | None) -> Match:
    """The pair with its distance where a registration tells it."""
    laid = registration(session, exam_id, earlier_exam_id)
    if partner is None or laid is None or laid.matrix is None:
        return Match(one, partner, None, size_ratio(one, partner) if partner else None)
    place: Sequence[float] = moved([one.centre_mm], laid.matrix)[0].tolist()
    distance = sum((a - b) ** 2 for a, b in zip(place, partner.centre_mm, strict=True)) ** 0.5
    return Match(one, partner, distance, size_ratio(one, partner))


def _write(session: Session, one: Match, earlier_exam_id: int, earlier_run: int, author: Person | None) -> None:
    detail: dict[str, Any] = {"earlier_run": earlier_run}
    detail |= {} if one.distance_mm is None else {"distance_mm": round(one.distance_mm, 2)}
    detail |= {} if one.ratio is None else {"ratio": round(one.ratio, 3)}
    session.add(
        NoduleMatch(
            finding_id=one.now.finding_id, earlier_exam_id=earlier_exam_id, author_id=author.user_id if author else None, at=now(),
            earlier_finding_id=one.earlier.finding_id if one.earlier else None, detail=detail,
        )
    )  # fmt: skip


def _place(place: Mapping[str, Any]) -> tuple[float, float, float]:
    x, y, z = place["center_lps_mm"]
    return float(x), float(y), float(z)

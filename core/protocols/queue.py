"""The queue of disagreements: concluded lung exams, newest first, with a nodule for which the protocols ask for different next steps.

Looked for page by page and never stored: a changed protocol or a corrected match shows at once. AI marks of a participant stay out while
the person has still to read an exam of that participant blind.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, and_, col, exists, or_, select

from core.access import Act, Person
from core.protocols.nodules import Judged, by_ai, by_readers
from core.sealing import unseal
from core.workflow.blind import ai_hidden
from db.enums import ExamKind, ProgrammeDecision
from db.tables import Decision, Episode, Exam, Participant, Site

SIZE, AT_ONCE, LOOKED_AT = 40, 150, 450
"""Rows of a page, exams per query, and exams one page looks at before it says how far it came."""


@dataclass(frozen=True)
class Disagreement:
    """One nodule with its case."""

    exam_id: int
    exam_date: date
    participant_id: int
    name: str
    number: str
    site_name: str
    synthetic: bool
    category: str
    decision: ProgrammeDecision | None
    nodule: Judged


Place = tuple[date, int]
"""Day and id of an exam; the newest comes first."""


@dataclass(frozen=True)
class Disagreements:
    """A page: `before` goes on with older exams (None: the last page), `held_back` exams whose AI marks are not shown yet."""

    rows: tuple[Disagreement, ...]
    before: Place | None
    looked_at: int
    nodules: int
    held_back: int


def disagreeing(nodules: Iterable[Judged]) -> list[Judged]:
    """Those for which two protocols that can speak ask for different next steps."""
    return [one for one in nodules if one.disagree]


def queue(session: Session, person: Person, *, origin: str = "", before: Place | None = None) -> Disagreements:
    """The next page of exams older than `before`; `origin` "ai" or "reader" looks at one source alone."""
    person.must(Act.read_cases)
    found: list[Judged] = []
    looked = nodules = back = 0
    place = before
    while looked < LOOKED_AT and len(found) < SIZE:
        places = _concluded(session, person, place)
        if not places:
            place = None
            break
        ids = [exam_id for _, exam_id in places]
        hidden = _held_back(session, person, ids)
        judged = _judged(session, ids, hidden, origin)
        found += disagreeing(judged)
        looked, nodules, back, place = looked + len(ids), nodules + len(judged), back + len(hidden), places[-1]
        if len(places) < AT_ONCE:
            place = None
            break
    return Disagreements(_rows(session, found), place, looked, nodules, 0 if origin == "reader" else back)


def _judged(session: Session, ids: Sequence[int], hidden: Collection[int], origin: str) -> list[Judged]:
    """In the order of `ids`, the AI's marks before the readers' nodules."""
    found = list(by_ai(session, [one for one in ids if one not in hidden])) if origin != "reader" else []
    found += by_readers(session, ids) if origin != "ai" else []
    order = {exam_id: place for place, exam_id in enumerate(ids)}
    return sorted(found, key=lambda one: (order[one.exam_id], one.origin))


def _concluded(session: Session, person: Person, before: Place | None) -> list[Place]:
    """Decided lung exams at the person's sites, newest first."""
    rows = select(col(Exam.exam_date), col(Exam.id)).where(Exam.kind == ExamKind.lung_ct)
    mine = (col(Exam.site_id) + 0).in_(person.sites(Act.read_cases))  # not by the index of sites: the newest exams are wanted first
    rows = rows.where(mine, exists().where(col(Decision.exam_id) == col(Exam.id)))
    if before is not None:
        same_day = and_(col(Exam.exam_date) == before[0], col(Exam.id) < before[1])
        rows = rows.where(col(Exam.exam_date) <= before[0], or_(col(Exam.exam_date) < before[0], same_day))
    found = session.exec(rows.order_by(col(Exam.exam_date).desc(), col(Exam.id).desc()).limit(AT_ONCE))
    return [(day, exam_id or 0) for day, exam_id in found]


def _held_back(session: Session, person: Person, ids: Collection[int]) -> frozenset[int]:
    """Those whose AI result stays back: by their own policy, or because an exam of the same participant is still to be read blind."""
    pairs = select(col(Exam.id), col(Episode.participant_id)).join(Episode, col(Episode.id) == Exam.episode_id)
    who = dict(session.exec(pairs.where(col(Exam.id).in_(ids))).all())
    waiting = pairs.where(col(Episode.participant_id).in_(set(who.values())), Exam.kind == ExamKind.lung_ct)
    waiting = waiting.where(~exists().where(col(Decision.exam_id) == col(Exam.id)))
    undecided = {exam_id or 0: participant for exam_id, participant in session.exec(waiting)}
    hidden = ai_hidden(session, person, [*ids, *undecided])
    blind = {undecided[exam_id] for exam_id in hidden if exam_id in undecided}
    return frozenset(one for one in ids if one in hidden or who[one] in blind)


def _rows(session: Session, found: list[Judged]) -> tuple[Disagreement, ...]:
    ids = {one.exam_id for one in found}
    rows = select(Exam, Participant, Site.name).join(Episode, col(Episode.id) == Exam.episode_id)
    rows = rows.join(Participant, col(Participant.id) == Episode.participant_id).join(Site, col(Site.id) == Exam.site_id)
    cases = {exam.id: (exam, who, site) for exam, who, site in session.exec(rows.where(col(Exam.id).in_(ids)))}
    decided = {row.exam_id: row for row in session.exec(select(Decision).where(col(Decision.exam_id).in_(ids)).order_by(col(Decision.id)))}
    made = []
    for one in found:
        exam, who, site = cases[one.exam_id]
        last = decided.get(one.exam_id)
        made.append(
            Disagreement(one.exam_id, exam.exam_date, who.id or 0, unseal(who.name_sealed), who.number, site, exam.synthetic,
                         last.category if last else "", last.decision if last else None, one)
        )  # fmt: skip
    return tuple(made)

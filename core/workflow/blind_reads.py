"""A reader's own reads that were signed without sight of the AI result and of what others had said; only these are ever counted.

There is no function here that hands out the other reads: how many they are is all that is known of them. So no figure of a reader can
be made of reads that had been led.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as alchemy
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from core.access import Act, Person
from core.workflow.counted import approved
from core.workflow.discordance import Verdict, verdict
from core.workflow.standing import is_blind, standing
from db.enums import ProgrammeDecision
from db.tables import Arbitration, Decision, Episode, Exam, Outcome, Programme, Read, Reveal


@dataclass(frozen=True)
class BlindRead:
    """One read that stands and was blind, with what became of its case. `place`: 1 for the first read of the case, 2 for the second.

    `screening`: the exam is the round's own or its technical repeat, not one that answers another recall. `others`: what the other
    readers said; `final`: the decision of the case, None while there is none; `outcome`: the last that was entered.
    """

    exam_id: int
    committed_at: datetime
    taken: timedelta
    verdict: Verdict
    place: int
    screening: bool
    others: tuple[Verdict, ...]
    arbitrated: bool
    final: ProgrammeDecision | None
    outcome: Outcome | None


@dataclass(frozen=True)
class BlindReads:
    """The reads that count, in the order of signing, and when each of those was signed that do not."""

    reads: tuple[BlindRead, ...]
    excluded: tuple[datetime, ...]


def blind_reads(session: Session, person: Person, *, card_id: str, start: date, end: date) -> BlindReads:
    """The person's own reads at the own sites in one programme, signed from `start` to `end` (both included, UTC)."""
    person.must(Act.read_cases)
    rows = select(Read).join(Exam, col(Exam.id) == Read.exam_id).join(Episode, col(Episode.id) == Exam.episode_id)
    rows = rows.join(Programme, col(Programme.id) == Episode.programme_id).where(Programme.card_id == card_id, standing())
    rows = rows.where(Read.reader_id == person.user_id, col(Exam.site_id).in_(person.sites(Act.read_cases)))
    rows = rows.where(Read.committed_at >= _begin(start), Read.committed_at < _begin(end + timedelta(days=1)))
    mine = session.exec(rows.order_by(col(Read.committed_at), col(Read.id))).all()
    exams = select(col(Read.exam_id)).where(Read.reader_id == person.user_id, standing())
    exams = exams.where(Read.committed_at >= _begin(start), Read.committed_at < _begin(end + timedelta(days=1)))
    known = _revealed(session, person, exams)
    counted = [read for read in mine if is_blind(read) and not _knew(read, known)]
    excluded = tuple(read.committed_at for read in mine if not is_blind(read) or _knew(read, known))
    return BlindReads(tuple(_with_fate(session, person, exams, counted)), excluded)


def _revealed(session: Session, person: Person, exams: SelectOfScalar[int]) -> Mapping[int, datetime]:
    """When the person first knew the AI result or the reads of others, by exam."""
    first = select(Reveal.exam_id, func.min(col(Reveal.at))).where(Reveal.user_id == person.user_id, col(Reveal.exam_id).in_(exams))
    return dict(session.exec(first.group_by(col(Reveal.exam_id))).all())


def _knew(read: Read, known: Mapping[int, datetime]) -> bool:
    """Whether something was revealed before this read was signed, as it is when a read was taken back and signed again."""
    return read.exam_id in known and known[read.exam_id] <= read.committed_at


def _with_fate(session: Session, person: Person, exams: SelectOfScalar[int], reads: Sequence[Read]) -> list[BlindRead]:
    all_of_them = _by_exam(session, exams)
    arbitrated = set(session.exec(select(Arbitration.exam_id).where(col(Arbitration.exam_id).in_(exams))))
    decisions = select(Decision.exam_id, col(Decision.decision)).where(col(Decision.exam_id).in_(exams)).order_by(col(Decision.id))
    final = dict(session.exec(decisions).all())
    known = select(Outcome).where(col(Outcome.exam_id).in_(exams), approved(Outcome)).order_by(col(Outcome.id))
    outcomes = {row.exam_id: row for row in session.exec(known)}
    answers = _answers(session, exams)
    return [
        BlindRead(
            exam_id=read.exam_id,
            committed_at=read.committed_at,
            taken=read.committed_at - read.opened_at,
            verdict=_said(read),
            place=1 + [one.read_id for one in all_of_them[read.exam_id]].index(read.id or 0),
            screening=read.exam_id not in answers,
            others=tuple(one.verdict for one in all_of_them[read.exam_id] if one.reader_id != person.user_id),
            arbitrated=read.exam_id in arbitrated,
            final=final.get(read.exam_id),
            outcome=outcomes.get(read.exam_id),
        )
        for read in reads
    ]


@dataclass(frozen=True, slots=True)
class _Signed:
    read_id: int
    reader_id: int
    verdict: Verdict


def _by_exam(session: Session, exams: SelectOfScalar[int]) -> Mapping[int, list[_Signed]]:
    """Every standing read of these exams in the order of signing."""
    what = (Read.id, Read.exam_id, Read.reader_id, Read.decision, Read.category, Read.opinion)
    rows = alchemy.select(*(col(column) for column in what)).where(col(Read.exam_id).in_(exams), standing())
    found: dict[int, list[_Signed]] = defaultdict(list)
    for read_id, exam_id, reader, decision, category, opinion in session.execute(rows.order_by(col(Read.committed_at), col(Read.id))):
        found[exam_id].append(_Signed(read_id, reader, verdict(decision, category, opinion)))
    return found


def _answers(session: Session, exams: SelectOfScalar[int]) -> frozenset[int]:
    """Exams of a round in which an earlier exam had been recalled for assessment or at short term: they answer that recall."""
    rows = select(col(Exam.id), col(Exam.episode_id), col(Exam.exam_date)).where(col(Exam.id).in_(exams))
    rounds = {exam_id: (episode, day) for exam_id, episode, day in session.exec(rows)}
    recalls = (ProgrammeDecision.assessment, ProgrammeDecision.short_term_recall)
    recalled = select(Exam.episode_id, func.min(col(Exam.exam_date))).join(Decision, col(Decision.exam_id) == Exam.id)
    of = select(col(Exam.episode_id)).where(col(Exam.id).in_(exams))
    recalled = recalled.where(col(Decision.decision).in_(recalls), col(Exam.episode_id).in_(of))
    first = dict(session.exec(recalled.group_by(col(Exam.episode_id))).all())
    return frozenset(exam_id or 0 for exam_id, (episode, day) in rounds.items() if episode in first and first[episode] < day)


def _said(read: Read) -> Verdict:
    return verdict(read.decision, read.category, read.opinion)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)

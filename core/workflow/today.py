"""What needs someone today: recalls past their date, cases past the limit, uploads and scores that failed; then what came and was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session, col, select

from core.access import Act, Person
from core.clock import now, today
from core.safety_net import lists
from core.safety_net.rules import RECALLS
from core.sealing import unseal
from core.words import N_, Sentence, say
from core.workflow.ranking import Filters, Ranked, order, overdue, ranked
from core.workflow.recalls import RecallRow, counts, open_recalls
from core.workflow.standing import standing
from core.workflow.triage import TriageRow, row_of
from db.enums import IntakeResult, TaskKind
from db.tables import Exam, IntakeBatch, IntakeItem, Read

DAYS = 14
SHOWN = 50  # overdue recalls at first sight
RECENT = timedelta(days=7)


@dataclass(frozen=True)
class FailedLine:
    """A file that was not taken in ("upload") or an exam that got no AI result ("scoring")."""

    kind: str
    at: datetime
    text: Sentence
    batch_id: str | None
    exam_id: int | None
    participant_name: str | None


@dataclass(frozen=True)
class Today:
    """Exceptions first. The dictionaries have one entry for each of the last 14 days, today included."""

    overdue_recalls: tuple[RecallRow, ...]
    """The first ones; `recalls_late` is how many there are."""
    waiting_past_limit: tuple[TriageRow, ...]
    failed: tuple[FailedLine, ...]
    arrivals_by_day: dict[date, int]
    reads_by_day: dict[date, int]
    waiting: int
    oldest_days: int
    sentences: tuple[Sentence, ...]
    recalls_late: int
    net_late: Mapping[TaskKind, int]
    """Tasks of the safety net past their date, by kind; those of recalls are among them."""
    net_escalated: int

    @property
    def other_late(self) -> int:
        """Overdue tasks that are not the recalls' own."""
        return sum(n for kind, n in self.net_late.items() if kind not in RECALLS)


def overview(session: Session, person: Person) -> Today:
    """What needs this person today, at the person's sites."""
    person.must(Act.see_queue)
    context, cases = ranked(session, person, Filters())
    late = tuple(row_of(case, context) for case in sorted(cases, key=order) if overdue(case))
    failed = (*_uploads(session, person), *(_score(case) for case in cases if case.failed))
    unanswered = sum(priors.escalated for priors in context.around.priors.values())
    recalls = open_recalls(session, person, overdue_only=True, size=SHOWN)
    recalls_late = counts(session, person).overdue
    waits = [case.days for case in cases if "waiting" in case.states]
    waiting, oldest = len(waits), max(waits, default=0)
    return Today(
        overdue_recalls=recalls,
        waiting_past_limit=late,
        failed=failed,
        arrivals_by_day=_arrivals(session, person),
        reads_by_day=_reads(session, person),
        waiting=waiting,
        oldest_days=oldest,
        sentences=_sentences(recalls_late, len(late), len(failed), unanswered, waiting, oldest),
        recalls_late=recalls_late,
        net_late=lists.kinds(session, person, lists.Wanted(name="overdue")),
        net_escalated=lists.counts(session, person)["escalated"],
    )


def _sentences(recalls: int, late: int, failed: int, unanswered: int, waiting: int, oldest: int) -> tuple[Sentence, ...]:
    """One sentence per exception, or the quiet line."""
    said = []
    if recalls:
        said.append(say(N_("Recalls past their date: {count}"), count=recalls))
    if late:
        said.append(say(N_("Cases waiting past the limit: {count}"), count=late))
    if failed:
        said.append(say(N_("Uploads or scores that failed: {count}"), count=failed))
    if unanswered:
        said.append(say(N_("Requests for earlier images without an answer: {count}"), count=unanswered))
    if waiting:
        said.append(say(N_("Cases waiting: {count}, the oldest for {days} days"), count=waiting, days=oldest))
    return tuple(said) or (say(N_("Nothing waits and nothing is overdue")),)


def _uploads(session: Session, person: Person) -> tuple[FailedLine, ...]:
    """The last week's files that were refused, one line per upload."""
    rows = select(IntakeItem, IntakeBatch.id).join(IntakeBatch, col(IntakeBatch.id) == IntakeItem.batch_id)
    rows = rows.where(col(IntakeBatch.site_id).in_(person.sites(Act.see_queue)), IntakeItem.at >= now() - RECENT)
    refused = rows.where(col(IntakeItem.result).in_([IntakeResult.rejected, IntakeResult.conflict])).order_by(col(IntakeItem.id))
    items: dict[str, list[IntakeItem]] = {}
    for item, batch_id in session.exec(refused):
        items.setdefault(batch_id, []).append(item)
    return tuple(_upload(batch_id, found) for batch_id, found in reversed(items.items()))


def _upload(batch_id: str, items: list[IntakeItem]) -> FailedLine:
    reason = Sentence.from_json(items[0].reason) or say(N_("the reason was not recorded"))
    text = say(N_("{count} files were not taken in; the first: {reason}"), count=len(items), reason=reason)
    if len(items) == 1:
        text = say(N_("{file} was not taken in: {reason}"), file=items[0].path, reason=reason)
    return FailedLine("upload", items[-1].at, text, batch_id, None, None)


def _score(case: Ranked) -> FailedLine:
    at = case.exam.completed_at or case.exam.received_at
    return FailedLine("scoring", at, case.because, None, case.exam.exam_id, unseal(case.exam.name_sealed))


def _arrivals(session: Session, person: Person) -> dict[date, int]:
    here = (col(Exam.site_id) + 0).in_(person.sites(Act.see_queue))  # + 0: not by way of every exam of a site
    return _by_day(list(session.exec(select(col(Exam.received_at)).where(here, Exam.received_at >= _since()))))


def _reads(session: Session, person: Person) -> dict[date, int]:
    rows = select(col(Read.committed_at)).join(Exam, col(Exam.id) == Read.exam_id)
    here = (col(Exam.site_id) + 0).in_(person.sites(Act.see_queue))  # + 0: begin with the reads of these days
    return _by_day(list(session.exec(rows.where(here, Read.committed_at >= _since(), standing()))))


def _since() -> datetime:
    return datetime.combine(today() - timedelta(days=DAYS - 1), time(), UTC)


def _by_day(moments: list[datetime]) -> dict[date, int]:
    days = [moment.date() for moment in moments]
    return {day: days.count(day) for day in (today() - timedelta(days=back) for back in reversed(range(DAYS)))}

"""What has happened to a participant, over all programmes and rounds, in the order of the days on which it happened."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, or_, select

from core.access import Act, Person
from core.errors import NotAllowed
from core.outcomes.said import entry_said
from core.words import N_, Sentence, say
from core.workflow.blind import reads_hidden
from core.workflow.registry import public_ids
from core.workflow.standing import standing
from core.workflow.withheld import withheld
from db.enums import Certainty, CheckVerdict, DocumentKind, EpisodeStep, ExamKind, OutcomeKind, ProgrammeDecision, RecallStep, RunOutcome
from db.tables import (
    Arbitration,
    Assessment,
    Decision,
    Document,
    Episode,
    EpisodeEvent,
    Exam,
    ModelRun,
    ModelVersion,
    Outcome,
    Participant,
    Pathology,
    Programme,
    Read,
    Recall,
    RecallEvent,
    SecondCheck,
    User,
)  # fmt: skip

FOLLOWS = {ExamKind.lung_ct: N_("Chest CT after a technical recall"), ExamKind.mammography: N_("Mammography after a technical recall")}
KINDS = {ExamKind.lung_ct: N_("Chest CT"), ExamKind.mammography: N_("Mammography")}
STEPS = {
    EpisodeStep.invited: N_("Invited"),
    EpisodeStep.booked: N_("Booked"),
    EpisodeStep.did_not_attend: N_("Did not attend"),
    EpisodeStep.attended: N_("Attended"),
}
DECISIONS = {
    ProgrammeDecision.routine_recall: N_("Decision: routine recall, category {category}"),
    ProgrammeDecision.short_term_recall: N_("Decision: short-term recall, category {category}"),
    ProgrammeDecision.assessment: N_("Decision: recall for assessment, category {category}"),
    ProgrammeDecision.technical_recall: N_("Decision: technical recall, category {category}"),
}
RECALL_STEPS = {
    RecallStep.opened: N_("Recall opened, due {due}"),
    RecallStep.contacted: N_("Recall: contacted"),
    RecallStep.booked: N_("Recall: booked"),
    RecallStep.attended: N_("Recall: attended"),
    RecallStep.unreachable: N_("Recall: could not be reached"),
    RecallStep.declined: N_("Recall: declined"),
    RecallStep.closed: N_("Recall closed"),
}
OUTCOMES = {
    OutcomeKind.cancer: N_("Outcome: cancer ({certainty}, {source})"),
    OutcomeKind.benign: N_("Outcome: benign ({certainty}, {source})"),
    OutcomeKind.no_finding: N_("Outcome: no finding ({certainty}, {source})"),
    OutcomeKind.interval_cancer: N_("Outcome: interval cancer ({certainty}, {source})"),
}
ATTENDED = {
    ProgrammeDecision.assessment: N_("Assessment attended"),
    ProgrammeDecision.short_term_recall: N_("Short-term recall attended"),
    ProgrammeDecision.technical_recall: N_("Technical recall attended"),
}
CHECKS = {
    CheckVerdict.approved: N_("Second check by {who}, approved: {said}"),
    CheckVerdict.refused: N_("Second check by {who}, refused: {said}"),
}
DOCUMENTS = {DocumentKind.report: N_("Report written"), DocumentKind.letter: N_("Letter written")}
CERTAINTY = {Certainty.provisional: N_("provisional"), Certainty.final: N_("final")}
ORDER = ("invited", "exam", "ai", "read", "arbitration", "decision", "document", "recall", "assessment", "pathology", "outcome", "check")


@dataclass(frozen=True)
class TimelineEvent:
    """One dot on the time axis. `kind` is one of `ORDER`."""

    at: date
    kind: str
    text: Sentence
    exam_id: int | None
    episode_id: int
    round: int
    programme: str


def timeline(session: Session, person: Person, participant_id: int) -> tuple[TimelineEvent, ...]:
    """Everything that this person may know of the participant, oldest first; NotAllowed outside the person's sites."""
    site = session.exec(select(Participant.site_id).where(Participant.id == participant_id)).first()
    if site is None:
        raise NotAllowed(N_("This participant is not at one of your sites."))
    person.must(Act.see_participants, site)
    rows = select(Episode.id, Episode.round, Programme.card_id).join(Programme, col(Programme.id) == Episode.programme_id)
    rounds = {row[0] or 0: (row[1], row[2]) for row in session.exec(rows.where(Episode.participant_id == participant_id))}
    exams = {exam.id or 0: exam for exam in session.exec(select(Exam).where(col(Exam.episode_id).in_(rounds)))}
    found = [*_steps(session, rounds), *_exams(exams.values())]
    cards = {exam_id: rounds[exam.episode_id][1] for exam_id, exam in exams.items()}
    found += _runs(session, set(exams) - withheld(session, person, cards))
    found += _reads(session, person, exams, reads_hidden(session, person, exams))
    found += [*_decisions(session, exams), *_recalls(session, exams), *_outcomes(session, exams)]
    found += [*_arbitrations(session, exams), *_documents(session, exams), *_found_out(session, exams)]
    events = []
    for at, kind, text, exam_id, episode_id in found:
        episode = exams[exam_id].episode_id if exam_id is not None else episode_id
        assert episode is not None
        events.append(TimelineEvent(at, kind, text, exam_id, episode, *rounds[episode]))
    return tuple(sorted(events, key=lambda event: (event.at, ORDER.index(event.kind))))


Raw = tuple[date, str, Sentence, int | None, int | None]


def _steps(session: Session, episode_ids: Iterable[int]) -> Iterator[Raw]:
    rows = session.exec(select(EpisodeEvent).where(col(EpisodeEvent.episode_id).in_(episode_ids), col(EpisodeEvent.step).in_(STEPS)))
    return ((row.happened_at.date(), "invited", say(STEPS[row.step]), None, row.episode_id) for row in rows)


def _exams(exams: Iterable[Exam]) -> Iterator[Raw]:
    return ((exam.exam_date, "exam", say((FOLLOWS if exam.follows_exam_id else KINDS)[exam.kind]), exam.id, None) for exam in exams)


def _runs(session: Session, exam_ids: Iterable[int]) -> Iterator[Raw]:
    rows = select(ModelRun, ModelVersion.name, ModelVersion.tag).join(ModelVersion, col(ModelVersion.id) == ModelRun.version_id)
    public = public_ids(session)
    for run, name, tag in session.exec(rows.where(col(ModelRun.exam_id).in_(exam_ids), col(ModelRun.version_id).in_(public))):
        model = f"{name} {tag}"
        no_result = say(N_("No AI result ({model})"), model=model)
        scored = say(N_("AI score {step} of 10 ({model})"), step=run.step, model=model)
        yield run.finished_at.date(), "ai", scored if run.outcome == RunOutcome.scored else no_result, run.exam_id, None


def _reads(session: Session, person: Person, exam_ids: Iterable[int], hidden: Collection[int]) -> Iterator[Raw]:
    """Reads that stand; of exams on which the reads of others are held back, the person's own."""
    rows = select(Read, User.name).join(User, col(User.id) == Read.reader_id).where(col(Read.exam_id).in_(exam_ids), standing())
    for read, name in session.exec(rows.where(or_(col(Read.exam_id).not_in(hidden), Read.reader_id == person.user_id))):
        text = say(N_("Read by {reader}, category {category}"), reader=name, category=read.category)
        yield read.committed_at.date(), "read", text, read.exam_id, None


def _decisions(session: Session, exam_ids: Iterable[int]) -> Iterator[Raw]:
    for row in session.exec(select(Decision).where(col(Decision.exam_id).in_(exam_ids))):
        yield row.at.date(), "decision", say(DECISIONS[row.decision], category=row.category), row.exam_id, None


def _recalls(session: Session, exam_ids: Iterable[int]) -> Iterator[Raw]:
    rows = select(RecallEvent, Recall).join(Recall, col(Recall.id) == RecallEvent.recall_id).where(col(Recall.exam_id).in_(exam_ids))
    for event, recall in session.exec(rows):
        text = say(RECALL_STEPS[event.step], due=recall.due) if event.step == RecallStep.opened else say(RECALL_STEPS[event.step])
        text = say(ATTENDED[recall.kind]) if event.step == RecallStep.attended and recall.kind in ATTENDED else text
        yield event.at.date(), "recall", text, recall.exam_id, None


def _outcomes(session: Session, exam_ids: Iterable[int]) -> Iterator[Raw]:
    for row in session.exec(select(Outcome).where(col(Outcome.exam_id).in_(exam_ids)).order_by(col(Outcome.id))):
        yield row.happened_on, "outcome", say(OUTCOMES[row.kind], certainty=CERTAINTY[row.certainty], source=row.source), row.exam_id, None


def _found_out(session: Session, exam_ids: Iterable[int]) -> Iterator[Raw]:
    """Assessments, pathology, and what second persons said of them and of outcomes."""
    exams = set(exam_ids)
    tables: tuple[Any, ...] = (Assessment, Pathology, Outcome)
    done = {table: list(session.exec(select(table).where(col(table.exam_id).in_(exams)))) for table in tables}
    for step in done[Assessment]:
        yield step.happened_on, "assessment", entry_said(step), step.exam_id, None
    for report in done[Pathology]:
        yield report.reported_on, "pathology", say(N_("Pathology: {said}"), said=entry_said(report)), report.exam_id, None
    for table, rows in done.items():
        entries = {row.id: row for row in rows}
        checks = select(SecondCheck, User.name).join(User, col(User.id) == SecondCheck.author_id)
        checks = checks.where(SecondCheck.subject == table.__tablename__, col(SecondCheck.row_id).in_(entries))
        for check, who in session.exec(checks):
            entry = entries[check.row_id]
            yield check.at.date(), "check", say(CHECKS[check.verdict], who=who, said=entry_said(entry)), entry.exam_id, None


def _arbitrations(session: Session, exam_ids: Iterable[int]) -> Iterator[Raw]:
    """Of decided cases only: before, an arbitration tells that the reads differ."""
    rows = select(Arbitration).where(col(Arbitration.exam_id).in_(exam_ids), col(Arbitration.exam_id).in_(select(Decision.exam_id)))
    for row in session.exec(rows):
        yield row.at.date(), "arbitration", say(N_("Settled by arbitration, category {category}"), category=row.category), row.exam_id, None


def _documents(session: Session, exam_ids: Iterable[int]) -> Iterator[Raw]:
    for row in session.exec(select(Document).where(col(Document.exam_id).in_(exam_ids)).order_by(col(Document.id))):
        yield row.at.date(), "document", say(DOCUMENTS[row.kind]), row.exam_id, None

"""Where each participant stands, in one sentence: what is open comes before what is done."""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, func, select

from core.clock import today
from core.words import N_, Sentence, say
from core.workflow.earlier_images import for_comparison
from core.workflow.programmes import card, due
from db.enums import EpisodeStep, OutcomeKind, ProgrammeDecision, RecallStep
from db.tables import Decision, Episode, EpisodeEvent, Exam, Outcome, Programme, Recall, RecallEvent

RECALLS = {
    ProgrammeDecision.short_term_recall: (N_("Short-term recall due {due}"), N_("Short-term recall overdue since {due}")),
    ProgrammeDecision.assessment: (N_("Recall for assessment due {due}"), N_("Recall for assessment overdue since {due}")),
    ProgrammeDecision.technical_recall: (N_("Technical recall due {due}"), N_("Technical recall overdue since {due}")),
}
STEPS = {
    EpisodeStep.invited: N_("Invited on {day}"),
    EpisodeStep.booked: N_("Booked on {day}"),
    EpisodeStep.did_not_attend: N_("Did not attend on {day}"),
    EpisodeStep.attended: N_("Attended on {day}, no images yet"),
    EpisodeStep.imaged: N_("Imaged on {day}"),
    EpisodeStep.read: N_("Read on {day}"),
    EpisodeStep.recalled: N_("Recalled on {day}"),
    EpisodeStep.assessed: N_("Assessed on {day}"),
    EpisodeStep.closed: N_("Closed on {day}"),
}


def statuses(session: Session, participant_ids: Collection[int]) -> dict[int, Sentence]:
    """One sentence for each participant, by a fixed number of queries."""
    found = dict.fromkeys(participant_ids, say(N_("No episode yet")))
    for layer in (_last_steps, _decided, _cancers, _waiting, _open_recalls):  # later ones matter more
        found |= layer(session, participant_ids)
    return found


def _last_steps(session: Session, ids: Collection[int]) -> dict[int, Sentence]:
    newest = select(func.max(EpisodeEvent.id)).join(Episode, col(Episode.id) == EpisodeEvent.episode_id)
    newest = newest.where(col(Episode.participant_id).in_(ids)).group_by(col(Episode.participant_id))
    rows = select(Episode.participant_id, EpisodeEvent).join(EpisodeEvent, col(EpisodeEvent.episode_id) == Episode.id)
    found = session.exec(rows.where(col(EpisodeEvent.id).in_(newest)))
    return {participant: say(STEPS[event.step], day=event.happened_at.date()) for participant, event in found}


def _decided(session: Session, ids: Collection[int]) -> dict[int, Sentence]:
    """The next round of those whose last decision was routine recall."""
    rows = select(col(Episode.participant_id), col(Programme.card_id), col(Exam.exam_date), col(Decision.decision))
    rows = rows.join(Exam, col(Exam.episode_id) == Episode.id).join(Decision, col(Decision.exam_id) == Exam.id)
    found = rows.join(Programme, col(Programme.id) == Episode.programme_id).where(col(Episode.participant_id).in_(ids))
    return {
        participant: _next_round(due(card(card_id), decision, day))
        for participant, card_id, day, decision in session.exec(found.order_by(col(Exam.exam_date), col(Decision.id)))
        if decision == ProgrammeDecision.routine_recall
    }


def _next_round(day: date) -> Sentence:
    if day < today():
        return say(N_("Routine recall; the next round was due {due}"), due=day)
    return say(N_("Routine recall; next round due {due}"), due=day)


def _cancers(session: Session, ids: Collection[int]) -> dict[int, Sentence]:
    rows = select(Episode.participant_id, Outcome).join(Exam, col(Exam.episode_id) == Episode.id)
    rows = rows.join(Outcome, col(Outcome.exam_id) == Exam.id).where(col(Episode.participant_id).in_(ids))
    latest = {outcome.exam_id: (participant, outcome) for participant, outcome in session.exec(rows.order_by(col(Outcome.id)))}
    words = {OutcomeKind.cancer: N_("Cancer recorded on {day}"), OutcomeKind.interval_cancer: N_("Interval cancer recorded on {day}")}
    return {who: say(words[outcome.kind], day=outcome.happened_on) for who, outcome in latest.values() if outcome.kind in words}


def _waiting(session: Session, ids: Collection[int]) -> dict[int, Sentence]:
    rows = select(col(Episode.participant_id), col(Exam.exam_date)).join(Exam, col(Exam.episode_id) == Episode.id)
    rows = rows.where(col(Episode.participant_id).in_(ids), col(Exam.id).not_in(select(Decision.exam_id)))
    rows = rows.where(col(Exam.id).not_in(for_comparison()))
    return {participant: say(N_("Exam of {day} waits to be read"), day=day) for participant, day in session.exec(rows)}


def _open_recalls(session: Session, ids: Collection[int]) -> dict[int, Sentence]:
    closed = select(RecallEvent.recall_id).where(RecallEvent.step == RecallStep.closed)
    rows = select(Episode.participant_id, Recall).join(Exam, col(Exam.episode_id) == Episode.id)
    rows = rows.join(Recall, col(Recall.exam_id) == Exam.id)
    rows = rows.where(col(Episode.participant_id).in_(ids), col(Recall.id).not_in(closed)).order_by(col(Recall.due).desc())
    return {who: say(RECALLS[recall.kind][recall.due < today()], due=recall.due) for who, recall in session.exec(rows)}

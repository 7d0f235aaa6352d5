"""Where each participant stands, in one sentence: what is open comes before what is done."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import exists
from sqlmodel import Session, col, func, select

from core.clock import today
from core.cohorts.standing import merged, standing
from core.words import N_, Sentence, say
from core.workflow.counted import refused
from core.workflow.earlier_images import for_comparison
from core.workflow.programmes import card, cards, due
from core.workflow.settled_elsewhere import not_read_here
from db.enums import EpisodeStep, OutcomeKind, ProgrammeDecision, RecallStep
from db.tables import Decision, Episode, EpisodeEvent, Exam, Outcome, Participant, Programme, Recall, RecallEvent

RECALLS = {
    ProgrammeDecision.short_term_recall: (N_("Short-term recall due {due}"), N_("Short-term recall overdue since {due}")),
    ProgrammeDecision.assessment: (N_("Recall for assessment due {due}"), N_("Recall for assessment overdue since {due}")),
    ProgrammeDecision.technical_recall: (N_("Technical recall due {due}"), N_("Technical recall overdue since {due}")),
}
OPTED_OUT = {"lung": N_("Opted out of lung screening"), "breast": N_("Opted out of breast screening")}
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
    for layer in (_last_steps, _decided, _left, _cancers, _waiting, _open_recalls, _died, _merged):  # later ones matter more
        found |= layer(session, participant_ids)
    return found


def next_due(session: Session, ids: Collection[int]) -> dict[int, date]:
    """The day of the earliest open recall, else of the next round after a routine recall of those who take part; of the dead none."""
    stands = standing(session, ids, today())
    due_days = {who: day for who, card_id, day in _routine(session, ids) if stands[who].active(card_id)}
    due_days |= {who: recall.due for who, recall in _recalls(session, ids)}
    return {who: day for who, day in due_days.items() if stands[who].died is None}


def _left(session: Session, ids: Collection[int]) -> dict[int, Sentence]:
    """Those who opted out or moved away."""
    found = {}
    for who, stands in standing(session, ids, today()).items():
        if stands.moved_away:
            found[who] = say(N_("Moved away"))
        elif stands.opted_out:
            found[who] = say(N_("Opted out")) if stands.opted_out >= cards().keys() else say(OPTED_OUT[min(stands.opted_out)])
    return found


def _died(session: Session, ids: Collection[int]) -> dict[int, Sentence]:
    stands = standing(session, ids, today())
    return {who: say(N_("Died on {day}"), day=one.died) for who, one in stands.items() if one.died}


def _merged(session: Session, ids: Collection[int]) -> dict[int, Sentence]:
    into = merged(session, ids)
    rows = select(Participant.id, Participant.number).where(col(Participant.id).in_(set(into.values())))
    numbers = dict(session.exec(rows).all())
    return {who: say(N_("Merged into {number}"), number=numbers[went]) for who, went in into.items()}


def _last_steps(session: Session, ids: Collection[int]) -> dict[int, Sentence]:
    newest = select(func.max(EpisodeEvent.id)).join(Episode, col(Episode.id) == EpisodeEvent.episode_id)
    newest = newest.where(col(Episode.participant_id).in_(ids)).group_by(col(Episode.participant_id))
    rows = select(Episode.participant_id, EpisodeEvent).join(EpisodeEvent, col(EpisodeEvent.episode_id) == Episode.id)
    found = session.exec(rows.where(col(EpisodeEvent.id).in_(newest)))
    return {participant: say(STEPS[event.step], day=event.happened_at.date()) for participant, event in found}


def _decided(session: Session, ids: Collection[int]) -> dict[int, Sentence]:
    """The next round of those whose last decision was routine recall."""
    return {who: _next_round(day) for who, _card_id, day in _routine(session, ids)}


def _routine(session: Session, ids: Collection[int]) -> list[tuple[int, str, date]]:
    """Who has routine recall as the last decision in a programme, and when the next round is due; the earliest due last."""
    rows = select(col(Episode.participant_id), col(Programme.card_id), col(Exam.exam_date), col(Decision.decision))
    rows = rows.join(Exam, col(Exam.episode_id) == Episode.id).join(Decision, col(Decision.exam_id) == Exam.id)
    found = rows.join(Programme, col(Programme.id) == Episode.programme_id).where(col(Episode.participant_id).in_(ids))
    decided = session.exec(found.order_by(col(Exam.exam_date), col(Decision.id)))
    last = {(who, card_id): (day, decision) for who, card_id, day, decision in decided}
    routine = ProgrammeDecision.routine_recall
    due_days = [(who, card_id, due(card(card_id), routine, day)) for (who, card_id), (day, said) in last.items() if said == routine]
    return sorted(due_days, key=lambda one: one[2], reverse=True)


def _next_round(day: date) -> Sentence:
    if day < today():
        return say(N_("Routine recall; the next round was due {due}"), due=day)
    return say(N_("Routine recall; next round due {due}"), due=day)


def _cancers(session: Session, ids: Collection[int]) -> dict[int, Sentence]:
    rows = select(Episode.participant_id, Outcome).join(Exam, col(Exam.episode_id) == Episode.id)
    rows = rows.join(Outcome, col(Outcome.exam_id) == Exam.id).where(col(Episode.participant_id).in_(ids), ~refused(Outcome))
    latest = {outcome.exam_id: (participant, outcome) for participant, outcome in session.exec(rows.order_by(col(Outcome.id)))}
    words = {OutcomeKind.cancer: N_("Cancer recorded on {day}"), OutcomeKind.interval_cancer: N_("Interval cancer recorded on {day}")}
    return {who: say(words[outcome.kind], day=outcome.happened_on) for who, outcome in latest.values() if outcome.kind in words}


def _waiting(session: Session, ids: Collection[int]) -> dict[int, Sentence]:
    rows = select(col(Episode.participant_id), col(Exam.exam_date)).join(Exam, col(Exam.episode_id) == Episode.id)
    decided = exists().where(col(Decision.exam_id) == col(Exam.id))
    rows = rows.where(col(Episode.participant_id).in_(ids), ~decided, col(Exam.id).not_in(for_comparison()), ~not_read_here())
    return {participant: say(N_("Exam of {day} waits to be read"), day=day) for participant, day in session.exec(rows)}


def _open_recalls(session: Session, ids: Collection[int]) -> dict[int, Sentence]:
    return {who: say(RECALLS[recall.kind][recall.due < today()], due=recall.due) for who, recall in _recalls(session, ids)}


def _recalls(session: Session, ids: Collection[int]) -> list[tuple[int, Recall]]:
    """Open recalls, the earliest due last."""
    closed = exists().where(col(RecallEvent.recall_id) == col(Recall.id), col(RecallEvent.step) == RecallStep.closed)
    rows = select(Episode.participant_id, Recall).join(Exam, col(Exam.episode_id) == Episode.id)
    rows = rows.join(Recall, col(Recall.exam_id) == Exam.id)
    return list(session.exec(rows.where(col(Episode.participant_id).in_(ids), ~closed).order_by(col(Recall.due).desc())))

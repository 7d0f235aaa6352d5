"""Episodes: one round of one participant. Which step may follow which stands in one table; one function appends."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, func, select

from core.clock import now
from core.errors import Conflict, Rejected
from core.words import N_
from core.workflow.programmes import programme_row
from db.enums import EpisodeStep, ProgrammeDecision, RecallStep
from db.tables import Episode, EpisodeEvent, Exam, Programme, Recall, RecallEvent, User

S = EpisodeStep
NEXT: Mapping[EpisodeStep | None, frozenset[EpisodeStep]] = {
    None: frozenset({S.invited, S.attended, S.imaged}),  # images may be the first thing we hear of a round
    S.invited: frozenset({S.invited, S.booked, S.did_not_attend, S.attended, S.imaged, S.closed}),  # invited again: a reminder
    S.booked: frozenset({S.invited, S.booked, S.did_not_attend, S.attended, S.imaged, S.closed}),  # invited: the appointment was given back
    S.did_not_attend: frozenset({S.invited, S.booked, S.attended, S.imaged, S.closed}),
    S.attended: frozenset({S.booked, S.imaged, S.closed}),  # booked: came, but could not be screened on that day
    S.imaged: frozenset({S.imaged, S.read, S.closed}),
    S.read: frozenset({S.read, S.recalled, S.imaged, S.closed}),
    S.recalled: frozenset({S.attended, S.imaged, S.read, S.recalled, S.assessed, S.closed}),
    S.assessed: frozenset({S.recalled, S.imaged, S.closed}),  # an assessment may take images of its own
    S.closed: frozenset(),
}
WORDS: Mapping[EpisodeStep | None, str] = {
    None: N_("not begun"),
    S.invited: N_("invited"),
    S.booked: N_("booked"),
    S.did_not_attend: N_("did not attend"),
    S.attended: N_("attended"),
    S.imaged: N_("imaged"),
    S.read: N_("read"),
    S.recalled: N_("recalled"),
    S.assessed: N_("assessed"),
    S.closed: N_("closed"),
}


def open_episode(session: Session, participant_id: int, card_id: str, opened_at: datetime) -> Episode:
    """The participant's next round in a programme; it has no step yet. Rounds count from 1."""
    programme = programme_row(session, card_id)
    rounds = select(func.max(Episode.round)).join(Programme, col(Programme.id) == Episode.programme_id)
    last = session.exec(rounds.where(Episode.participant_id == participant_id, Programme.card_id == card_id)).one()
    episode = Episode(participant_id=participant_id, programme_id=programme.id or 0, round=(last or 0) + 1, opened_at=opened_at)
    session.add(episode)
    session.flush()
    return episode


def append(
    session: Session, episode_id: int, step: EpisodeStep, happened_at: datetime, author_id: int | None, note: str = "",
    *, seen: int | None = None,
) -> EpisodeEvent:  # fmt: skip
    """Add a step to an episode; no author: the system. `seen` is the last event that the person had in sight.

    Conflict naming who was first when somebody acted since, or from and to when the step may not follow the last one.
    """
    session.exec(select(Episode.id).where(Episode.id == episode_id).with_for_update()).one()
    last = _last(session, episode_id)
    before = last.step if last else None
    if step not in NEXT[before] or (seen is not None and last is not None and last.id != seen):
        raise _late(session, last, step)
    if happened_at > now():
        raise Rejected(N_("{day} lies in the future; give the day on which it happened"), day=happened_at.date())
    event = EpisodeEvent(episode_id=episode_id, step=step, happened_at=happened_at, entered_at=now(), author_id=author_id, note=note)
    session.add(event)
    session.flush()
    return event


def current(session: Session, episode_id: int) -> EpisodeStep | None:
    """The step of the last event entered; None for a round in which nothing has happened yet."""
    last = _last(session, episode_id)
    return last.step if last else None


def _last(session: Session, episode_id: int) -> EpisodeEvent | None:
    events = select(EpisodeEvent).where(EpisodeEvent.episode_id == episode_id)
    return session.exec(events.order_by(col(EpisodeEvent.id).desc()).limit(1)).first()


def _late(session: Session, last: EpisodeEvent | None, step: EpisodeStep) -> Conflict:
    """Who was first and with what, where a person was; else from and to."""
    before = last.step if last else None
    who = session.get(User, last.author_id) if last and last.author_id else None
    if who is None or last is None:
        return Conflict(N_("The episode is {before}; it cannot become {after}"), before=WORDS[before], after=WORDS[step])
    said = {"name": who.name, "before": WORDS[before], "at": last.entered_at, "after": WORDS[step]}
    if step == before:
        return Conflict(N_("{name} already recorded “{before}” ({at})"), **said)
    return Conflict(N_("{name} already recorded “{before}” ({at}); “{after}” cannot follow now, look again"), **said)


def unread_round(session: Session, participant_id: int, card_id: str) -> Episode | None:
    """The participant's latest round when it still waits for images or for its read, so that new images belong to it.

    After a technical recall the new images belong to the same round; every other recall begins another one.
    """
    rounds = select(Episode).join(Programme, col(Programme.id) == Episode.programme_id)
    mine = rounds.where(Episode.participant_id == participant_id, Programme.card_id == card_id)
    episode = session.exec(mine.order_by(col(Episode.round).desc()).limit(1)).first()
    if episode is None or episode.id is None:
        return None
    step = current(session, episode.id)
    if step == S.recalled:
        return episode if _images_awaited(session, episode.id) else None
    return episode if step in (None, S.invited, S.booked, S.did_not_attend, S.attended, S.imaged) else None


def _images_awaited(session: Session, episode_id: int) -> bool:
    """Whether an open technical recall of this round asks for new images."""
    closed = select(col(RecallEvent.recall_id)).where(RecallEvent.step == RecallStep.closed)
    asked = select(col(Recall.id)).join(Exam, col(Exam.id) == Recall.exam_id).where(Exam.episode_id == episode_id)
    asked = asked.where(Recall.kind == ProgrammeDecision.technical_recall, col(Recall.id).not_in(closed))
    return session.exec(asked.limit(1)).first() is not None

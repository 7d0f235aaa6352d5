"""One set of answers of one participant: a draft that anybody of the site may go on with, handed in once a year at most."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now, today
from core.cohorts.standing import merged
from core.eligibility.questionnaire.check import missing, problems
from core.eligibility.questionnaire.derive import facts
from core.eligibility.questionnaire.items import BY_KEY, VERSION, Answers, asked
from core.eligibility.verdict import listed
from core.errors import Conflict, NotAllowed, Rejected
from core.words import N_, Sentence, say
from db.tables import Participant, ParticipantFact, Questionnaire, User

CARD = "lung"
AGAIN_DAYS = 365
"""Days after which the questions may be answered anew: day 364 is too early."""


@dataclass(frozen=True)
class Sheet:
    """Where a participant stands: `answers` of the draft (`draft_id` None: none begun), and when the questions were answered last.

    `saved_at` is handed back with the next save, so that two people do not write over one another.
    """

    participant_id: int
    birth: date | None
    draft_id: int | None
    answers: Answers
    saved_at: datetime | None
    saved_by: str
    submitted_on: date | None
    submitted: Answers
    again_from: date | None

    @property
    def may_submit(self) -> bool:
        return self.again_from is None or self.again_from <= today()


def sheet(session: Session, person: Person, participant_id: int) -> Sheet:
    """The draft and the last answers; NotAllowed outside the person's sites."""
    who = _mine(session, person, participant_id)
    draft, last = _draft(session, participant_id), _last(session, participant_id)
    by = session.get(User, draft.author_id) if draft and draft.author_id else None
    given = last.submitted_at.date() if last and last.submitted_at else None
    return Sheet(
        participant_id, who.birth_date, draft.id if draft else None, draft.answers if draft else {}, draft.saved_at if draft else None,
        by.name if by else "", given, last.answers if last else {}, given + timedelta(days=AGAIN_DAYS) if given else None,
    )  # fmt: skip


def begin(session: Session, person: Person, participant_id: int) -> int:
    """Begin a draft, or go on with the one that there is; its id."""
    who = _mine(session, person, participant_id, writing=True)
    draft = _draft(session, participant_id)
    if draft is None:
        draft = Questionnaire(
            participant_id=participant_id, card_id=CARD, version=VERSION, author_id=person.user_id, started_at=now(), saved_at=now()
        )
        session.add(draft)
        session.flush()
        audit.record(session, person, "questionnaire_begun", "participant", participant_id, site_id=who.site_id, questionnaire=draft.id)
    return draft.id or 0


def save(session: Session, person: Person, participant_id: int, answers: Mapping[str, Any], seen: datetime | None) -> datetime:
    """Keep the answers as a draft, made when there is none; Conflict when somebody else wrote after `seen`. When it was kept."""
    _mine(session, person, participant_id, writing=True)
    draft = _draft(session, participant_id)
    if draft is None:
        draft = session.get_one(Questionnaire, begin(session, person, participant_id))
    elif seen is None or draft.saved_at > seen:
        _refuse(session, person, draft)
    draft.answers, draft.saved_at, draft.author_id = _kept(answers), now(), person.user_id
    session.add(draft)
    session.flush()
    return draft.saved_at


def submit(session: Session, person: Person, participant_id: int, answers: Mapping[str, Any], seen: datetime | None) -> int:
    """Hand the answers in and write the facts that they mean, all or nothing; how many facts.

    Rejected with everything that is open or impossible, and within 365 days of the last time.
    """
    who = _mine(session, person, participant_id, writing=True)
    _may(session, participant_id)
    kept = _kept(answers)
    _complete(kept, who)
    save(session, person, participant_id, kept, seen)
    draft = _draft(session, participant_id)
    if draft is None or who.birth_date is None:
        raise Rejected(N_("The date of birth is not known; enter it before the questionnaire is handed in"))
    found = facts({key: value for key, value in kept.items() if asked(BY_KEY[key], kept)}, who.birth_date, today())
    draft.submitted_at = draft.saved_at
    session.add(draft)
    session.add_all(
        ParticipantFact(
            participant_id=participant_id, kind=kind, value=value, valid_from=today(), entered_at=now(), author_id=person.user_id
        )
        for kind, value in found.items()
    )
    session.flush()
    audit.record(
        session, person, "questionnaire_submitted", "participant", participant_id, site_id=who.site_id, questionnaire=draft.id,
        version=draft.version, facts=len(found),
    )  # fmt: skip
    return len(found)


def _mine(session: Session, person: Person, participant_id: int, *, writing: bool = False) -> Participant:
    """The participant, locked for writing; Conflict when the entry was merged into another one."""
    rows = select(Participant).where(Participant.id == participant_id, col(Participant.site_id).in_(person.sites(Act.work_queue)))
    found = session.exec(rows.with_for_update() if writing else rows).first()
    if found is None:
        raise NotAllowed(N_("This participant is not at one of the sites where you work."))
    into = merged(session, [participant_id]).get(participant_id) if writing else None
    if into is not None:
        other = session.get_one(Participant, into).number
        raise Conflict(N_("{number} was merged into {other}; enter it there"), number=found.number, other=other)
    return found


def _draft(session: Session, participant_id: int) -> Questionnaire | None:
    rows = select(Questionnaire).where(Questionnaire.participant_id == participant_id, Questionnaire.card_id == CARD)
    return session.exec(rows.where(col(Questionnaire.submitted_at).is_(None)).order_by(col(Questionnaire.id))).first()


def _last(session: Session, participant_id: int) -> Questionnaire | None:
    rows = select(Questionnaire).where(Questionnaire.participant_id == participant_id, Questionnaire.card_id == CARD)
    return session.exec(rows.where(col(Questionnaire.submitted_at).is_not(None)).order_by(col(Questionnaire.submitted_at).desc())).first()


def _may(session: Session, participant_id: int) -> None:
    last = _last(session, participant_id)
    if last is None or last.submitted_at is None:
        return
    given = last.submitted_at.date()
    if (today() - given).days < AGAIN_DAYS:
        template = N_("The questions were answered on {day}; they can be answered again from {again} on")
        raise Rejected(template, day=given, again=given + timedelta(days=AGAIN_DAYS))


def _complete(answers: Answers, who: Participant) -> None:
    gaps, wrong = missing(answers), problems(answers, who.birth_date, today())
    if wrong:
        raise Rejected(N_("This cannot be right: {problems}"), problems=listed(wrong, "; "))
    if gaps:
        raise Rejected(N_("Not handed in: still open are {questions}"), questions=_quoted(say(item.words) for item in gaps))


def _quoted(parts: Any) -> Sentence:
    return listed(say("“{question}”", question=part) for part in parts)


def _kept(answers: Mapping[str, Any]) -> dict[str, Any]:
    """What belongs to a question and says something."""
    return {key: value for key, value in answers.items() if key in BY_KEY and value not in (None, "", [])}


def _refuse(session: Session, person: Person, draft: Questionnaire) -> None:
    by = session.get(User, draft.author_id) if draft.author_id else None
    name = by.name if by and by.id != person.user_id else say(N_("You, in another window,"))
    raise Conflict(N_("{name} changed these answers at {at}; load them before you go on"), name=name, at=draft.saved_at)

"""What a browser tab knows of a sitting: the case in hand, the one before it, and how a press goes on to the next case."""

from dataclasses import dataclass, field

import streamlit as st

from core.access import Person
from core.clock import now
from core.workflow import reading, sessions
from core.workflow.programmes import Category
from core.workflow.reading import Case, suggestion
from core.workflow.sessions import Sitting
from db.enums import ProgrammeDecision, SessionStepKind
from pages.ui.case_parts.opened import opened_at, opened_here
from pages.ui.session import act, read

KEY = "reading-room"


@dataclass
class Room:
    """`shown`: AI run and the rule's words that were in sight with the case in hand; `normal`: the category of the one-click read;
    `asks`: the question that is open; `slots`: the exams in the two viewers, `front` the one in sight; `turn` counts runs."""

    sitting_id: int
    exam_id: int | None = None
    last: int | None = None
    turn: int = 0
    shown: tuple[int | None, str] = (None, "")
    normal: str = ""
    asks: str | None = None
    ahead: int | None = None
    front: int = 0
    slots: list[int | None] = field(default_factory=lambda: [None, None])


def room(sitting: Sitting) -> Room:
    """This tab's room for the sitting; a new one when the sitting is another."""
    kept = st.session_state.get(KEY)
    if kept is None or kept.sitting_id != sitting.sitting_id:
        kept = st.session_state[KEY] = Room(sitting.sitting_id)
    found: Room = kept
    found.turn += 1
    return found


def take(here: Room, sitting: Sitting, user: Person) -> Case | None:
    """The case in hand, opened and claimed; None when the sitting is full or nothing waits."""
    if here.exam_id is None or sitting.in_hand != here.exam_id:
        _leave(here, sitting)
        here.exam_id = act(sessions.next_case, user, here.sitting_id, here.ahead or None)
        here.ahead = None
    if here.exam_id is None:
        return None
    here.last = None if here.last == here.exam_id else here.last
    return opened_here(user, here.exam_id)


def _leave(here: Room, sitting: Sitting) -> None:
    """Forget the case that was in hand; it becomes the last one when it was read."""
    if here.exam_id is not None:
        st.session_state.pop(f"opened-{here.exam_id}", None)
        if sitting.exams.get(here.exam_id) == SessionStepKind.read:
            here.last = here.exam_id
    here.exam_id = here.asks = None


def note_shown(here: Room, case: Case) -> None:
    """Keep what is in sight now: a one-click read is stored with exactly this."""
    here.normal = normal(case).code
    said = suggestion(case)
    here.shown = (case.ai.run_id if case.ai else None, said.text.to_json())


def normal(case: Case) -> Category:
    """The first category of the programme's scheme after which routine screening goes on."""
    return next(one for one in case.card.categories if one.usual == ProgrammeDecision.routine_recall)


def locked_seconds(exam_id: int, lockout_seconds: int) -> float:
    """How long nothing can be signed yet, so that a second click on the case before signs nothing here."""
    return max(0.0, lockout_seconds - (now() - opened_at(exam_id)).total_seconds())


def next_ahead(here: Room, user: Person) -> Case | None:
    """The case that comes next, looked up once for each case in hand: for loading its images, without a claim."""
    if here.ahead is None:
        here.ahead = read(sessions.upcoming, user, here.sitting_id) or 0
    return read(reading.case, user, here.ahead) if here.ahead else None

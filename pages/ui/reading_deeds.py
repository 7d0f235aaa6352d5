"""What a press on the reader's desk does. Each is checked against the case that was shown, so that a late press does nothing."""

import streamlit as st

from core.access import Person
from core.workflow import sessions
from core.workflow.reading import Case, Opinion, case, submit
from core.workflow.taking_back import take_back
from db.enums import ProgrammeDecision
from pages.ui import reading_desk, reading_keys
from pages.ui.case_parts import draft
from pages.ui.case_parts.keys import key
from pages.ui.case_parts.opened import opened_at
from pages.ui.case_parts.taking_back import restore
from pages.ui.i18n import _
from pages.ui.reading_desk import Deed
from pages.ui.reading_room import Room, normal
from pages.ui.session import act, current_user, did, read
from pages.ui.viewer.prior import seen as priors_seen

FORM = ("category", "decision", "density", "note", "assessed-L", "assessed-R", "category-L", "category-R")


def others() -> list[Deed]:
    """Everything besides signing."""
    return [
        Deed("skip", _("Skip"), _("Leave the case in the list for others; it does not come back in this sitting"), reading_keys.SKIP),
        Deed("defer", _("Put off"), _("Put the case off for everybody, with a reason"), reading_keys.DEFER),
        Deed("priors", _("Earlier images"), _("Ask the coordinator for earlier images; the case waits for them"), reading_keys.PRIORS),
    ]


def begun(shown: Case) -> bool:
    """Whether something of the full opinion is chosen or written, which one click must not throw away."""
    return draft.begun(shown.exam_id) or any(st.session_state.get(key(shown, name)) for name in FORM)


def do(desk: str, here: Room, user: Person) -> None:
    """The press that the component told of."""
    said = reading_desk.acted(desk)
    person = current_user()
    if said is None or person is None or person.user_id != user.user_id:
        return
    what, exam_id = said
    if exam_id != here.exam_id and what not in ("back", "reveal", "end"):
        return
    {
        "normal": _normal, "skip": _skip, "defer": _ask, "priors": _ask, "end": _end, "back": _back, "reveal": _ask,
    }[what](what, here, person)  # fmt: skip


def _normal(_what: str, here: Room, person: Person) -> None:
    """Sign normal at once; `submit` refuses it within the lock-out after opening."""
    exam_id = here.exam_id or 0
    run_id, said = here.shown
    chosen = Opinion(here.normal, ProgrammeDecision.routine_recall, suggestion=said)
    seen = {"saw_ai": run_id is not None, "run_id": run_id, "opened_at": opened_at(exam_id), "priors": priors_seen(exam_id)}
    act(submit, person, exam_id, chosen, **seen, one_click=True, aside=True)


def _skip(_what: str, here: Room, person: Person) -> None:
    did(sessions.skip, person, here.sitting_id, here.exam_id, aside=True, done=_("Skipped; it stays in the list for others"))


def _back(_what: str, here: Room, person: Person) -> None:
    """Take the last read back and go back to its case with all that was said; the case in hand returns to the list."""
    if here.last is None:
        return
    before = read(case, person, here.last)
    if did(take_back, person, here.last, aside=True):
        act(sessions.open_again, person, here.sitting_id, here.last, aside=True)
        if before.my_read is not None and not _bare(before.my_read.said, normal(before).code):
            restore(before, before.my_read.said)
        st.toast(_("Your read was taken back; the case is in your hands again"), icon=":material/undo:")


def _bare(said: Opinion, normal_code: str) -> bool:
    """Whether an opinion is no more than the one-click normal, which leaves the form empty."""
    plain = (said.category, said.decision) == (normal_code, ProgrammeDecision.routine_recall)
    return plain and set(said.to_json()) <= {"suggestion"}


def _end(_what: str, here: Room, person: Person) -> None:
    act(sessions.finish, person, here.sitting_id, aside=True)


def _ask(what: str, here: Room, _person: Person) -> None:
    here.asks = what

"""The reading list's parts: what is mine, what waits, and a row for each case."""

from collections.abc import Sequence

import streamlit as st

from core.access import Act, Person
from core.workflow import sessions, triage
from core.workflow.reading_list import reading_list
from core.workflow.triage import TriageRow, Worklist
from pages.ui.case_actions import claim_next
from pages.ui.i18n import _, day, days, n_, show
from pages.ui.queue import SHAPES, TONES
from pages.ui.reading_start import start
from pages.ui.session import read
from pages.ui.tables import Column, Row, chip, two
from pages.ui.words import PROGRAMME, URGENCY


def lists(found: Worklist, user: Person) -> tuple[list[TriageRow], list[TriageRow]]:
    """The cases that this person has in hand, and those that can be handed to this person now; both at sites where the person reads."""
    here = [row for row in found.rows if row.site_id in user.sites(Act.read_cases)]
    mine = [row for row in here if row.claimed_by == user.name]
    wanted = frozenset(read(reading_list, user))
    return mine, [row for row in here if row.exam_id in wanted]


def state_line(mine: Sequence[TriageRow], others: Sequence[TriageRow]) -> str:
    late = sum(row.overdue for row in (*mine, *others))
    parts = [f":red-badge[▲ {n_('{n} overdue', '{n} overdue', late)}]"] if late else []
    parts.append(n_("**{n} case** waits.", "**{n} cases** wait.", len(others)) if others else _("No further case waits."))
    if mine:
        parts.append(n_("{n} is in your hands.", "{n} are in your hands.", len(mine)))
    return " ".join(parts)


def next_case(user: Person, programme: str | None = None) -> None:
    """Open what this person has in hand already, else claim the next case."""
    found = read(triage.worklist, user, triage.Filters(programme=programme, state="claimed"))
    mine, _others = lists(found, user)
    if mine:
        st.switch_page("pages/doctor/case.py", query_params={"exam": str(mine[0].exam_id)})
    claim_next(user, programme)


def read_on(user: Person, programme: str | None, mine: Sequence[TriageRow]) -> None:
    """Go on with the sitting, or with the case that is in hand outside of one; else begin a sitting."""
    present = read(sessions.current, user)
    if mine and (present is None or present.in_hand not in [row.exam_id for row in mine]):
        st.switch_page("pages/doctor/case.py", query_params={"exam": str(mine[0].exam_id)})
    start(user, programme)


def arbitrations(n: int) -> None:
    """The way to the cases that wait for a third opinion; nothing where none does."""
    if n:
        words = n_("{n} case waits for arbitration", "{n} cases wait for arbitration", n)
        st.page_link("pages/doctor/arbitration.py", label=words, icon=":material/balance:", width="content")


def columns() -> list[Column]:
    return [
        Column("urgency", _("Urgency"), "chip", "104px"),
        Column("participant", _("Participant"), "strong", "200px", link=True),
        Column("programme", _("Programme"), "chip", "96px"),
        Column("exam", _("Exam"), "text", "120px", "nowrap"),
        Column("age", _("In queue"), "number", "90px", "right nowrap"),
        Column("score", _("AI score"), "score", "130px", help=_("Step 1 to 10 on the scale of the model's card; 10 is most suspicious")),
        Column("because", _("Why it ranks here")),
        Column("state", _("State"), "muted", "110px"),
        Column("actions", "", "actions", "96px"),
    ]


def rows(mine: Sequence[TriageRow], others: Sequence[TriageRow], user: Person) -> list[Row]:
    return [_row(case, user, in_hand=True) for case in mine] + [_row(case, user, in_hand=False) for case in others]


def _row(case: TriageRow, user: Person, *, in_hand: bool) -> Row:
    tone, shape = SHAPES[case.urgency]
    marks = [_("phantom")] if case.phantom else [_("invented")] if case.synthetic and not user.synthetic else []
    cells = {
        "urgency": chip(_(URGENCY[case.urgency]), tone, shape),
        "participant": two(case.participant_name, " · ".join([case.number, *marks])),
        "programme": chip(_(PROGRAMME[case.programme]), TONES.get(case.programme, "gray")),
        "exam": two(day(case.exam_date), _("round {n}", n=case.round)),
        "age": two(days(case.days_in_queue), _("overdue"), "red") if case.overdue else days(case.days_in_queue),
        "score": case.score,
        "because": show(case.because),
        "state": _("in your hands") if in_hand else "",
        "actions": [{"id": "release", "text": _("Release")}] if in_hand else [],
    }
    return Row(str(case.exam_id), cells, href=f"/case?exam={case.exam_id}", tone="action" if case.overdue else "")

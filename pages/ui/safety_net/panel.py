"""The safety net on a participant's record: one line that is always there, and the open tasks."""

import streamlit as st

from core.access import Act, Person
from core.safety_net.lists import TaskRow
from core.safety_net.overview import standing
from pages.ui.i18n import _, day, days
from pages.ui.i18n import show as said
from pages.ui.safety_net.drawer import drawer
from pages.ui.safety_net.words import TASK
from pages.ui.session import read
from pages.ui.tables import Column, Row, table, two

LOOKS = {"action": "red-badge[▲", "open": "orange-badge[◇", "quiet": "green-badge[✓"}


def show(user: Person, participant_id: int) -> None:
    """“Safety net: …” and, where something is open, the tasks; a row opens the task for those who work on it."""
    found = read(standing, user, participant_id)
    st.markdown(f"**{_('Safety net')}:** :{LOOKS[found.state]} {said(found.says)}]")
    if not found.tasks:
        return
    columns = [Column("due", _("Due"), "text", "150px", "nowrap"), Column("task", _("What is open, and why"), link=True)]
    works = user.may(Act.work_queue)
    rows = [_row(task, works) for task in found.tasks]
    picked = table("safety-net", columns, rows, label=_("Safety net"))
    if picked.opened and works:
        drawer(user, next(task for task in found.tasks if str(task.task_id) == picked.opened))


def _row(task: TaskRow, works: bool) -> Row:
    late = _("overdue for {age}", age=days(task.days_overdue))
    due = two(day(task.due), late, "red") if task.days_overdue and not task.told.lost else day(task.due)
    return Row(str(task.task_id), {"due": due, "task": two(_(TASK[task.kind]), said(task.why))}, opens=works)

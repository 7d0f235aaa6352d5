"""How open tasks are listed: filters from the address, the line under the title, a row for each task."""

from collections.abc import Iterable, Mapping

import streamlit as st

from core.access import Act, Person
from core.safety_net.lists import TaskRow, Wanted
from core.safety_net.overview import Overview
from core.safety_net.reasons import WORDS
from db.enums import TaskKind
from pages.ui.choice import asked
from pages.ui.i18n import _, day, days, n_, number, show
from pages.ui.queue import TONES, programmes
from pages.ui.safety_net.words import LISTS, REACHED, TASK
from pages.ui.tables import Column, Row, chip, two
from pages.ui.words import PROGRAMME, word

FIRST = "overdue"
TASK_IDS = {kind.value: word for kind, word in TASK.items() if kind != TaskKind.next_round}


def wanted(sites: Mapping[str, str]) -> Wanted:
    """The filters that the address asks for; beside the rounds without an invitation everything is counted."""
    name, kind, site = asked("list", LISTS, FIRST), asked("kind", TASK_IDS, ""), asked("site", sites, "")
    return Wanted(
        name="all" if name == "rounds" else name, programme=asked("programme", programmes(), ""), kind=TaskKind(kind) if kind else None,
        site_id=int(site) if site else None, text=st.query_params.get("search", ""),
    )  # fmt: skip


def kinds(found: Overview) -> dict[str, str]:
    """Every kind of task with how many are in the list."""
    named = {key: f"{_(word)} ({number(found.kinds.get(TaskKind(key), 0))})" for key, word in TASK_IDS.items()}
    return {"": f"{_('Every kind')} ({number(sum(found.kinds.values()))})", **named}


def places(user: Person, known: Mapping[int, str]) -> dict[str, str]:
    """The sites of this person, for a filter."""
    return {"": _("Every site"), **{str(one): known[one] for one in sorted(user.sites(Act.work_queue)) if one in known}}


def state_line(found: Overview) -> str:
    """What needs somebody, then what is open."""
    late, up, lost = found.every["overdue"], found.every["escalated"], found.every["lost"]
    parts = [f":red-badge[▲ {n_('{n} overdue', '{n} overdue', late)}]"] if late else []
    parts += [f":red-badge[▲ {n_('{n} escalated', '{n} escalated', up)}]"] if up else []
    parts += [f":orange-badge[◆ {n_('{n} lost to follow-up', '{n} lost to follow-up', lost)}]"] if lost else []
    calm = n_("**{n} task** is open.", "**{n} tasks** are open.", found.every["all"])
    return " ".join([*(parts or [f":green-badge[✓ {_('Nothing is overdue')}]"]), calm])


def empty(found: Overview, name: str) -> tuple[str, str]:
    """What an empty list means and the one next action."""
    if not found.every["all"]:
        return _("Nothing is open in the safety net."), _(
            "A task appears by itself when a recall is opened, an appointment is missed, or an answer or an outcome does not come."
        )
    if name == FIRST and not found.every[FIRST]:
        return _("Nothing is overdue."), _("See what is due soon in the list above.")
    return _("No task fits these filters."), _("Choose another list or kind above.")


def columns() -> list[Column]:
    return [
        Column("due", _("Due"), "text", "140px", "nowrap"),
        Column("participant", _("Participant"), "strong", "190px", link=True),
        Column("programme", _("Programme"), "chip", "90px"),
        Column("task", _("What is open, and why")),
        Column("state", _("State"), "chip", "136px"),
        Column("tried", _("Attempts"), "text", "200px"),
        Column("site", _("Site"), "muted", "150px"),
    ]


def rows(shown: Iterable[TaskRow], user: Person) -> list[Row]:
    return [_row(row, user) for row in shown]


def _row(row: TaskRow, user: Person) -> Row:
    late = _("overdue for {age}", age=days(row.days_overdue))
    marks = [row.number, *([_("invented")] if row.synthetic and not user.synthetic else [])]
    cells = {
        "due": two(day(row.due), late, "red") if row.days_overdue and not row.told.lost else day(row.due),
        "participant": two(row.participant_name, " · ".join(marks)),
        "programme": chip(_(PROGRAMME[row.programme]), TONES.get(row.programme, "gray")),
        "task": two(_(TASK[row.kind]), show(row.why)),
        "state": _states(row),
        "tried": _tried(row),
        "site": row.site_name,
    }
    return Row(str(row.task_id), cells, opens=True, tone="action" if row.told.level and not row.told.lost else "")


def _states(row: TaskRow) -> list[dict[str, str]]:
    if row.told.lost:
        return [chip(_("lost: {reason}", reason=word(WORDS, row.told.lost)), "orange", "◆")]
    return [chip(_("escalated") if row.told.level == 1 else _("escalated again"), "red", "▲")] if row.told.level else []


def _tried(row: TaskRow) -> str | dict[str, str]:
    if not row.told.attempts or row.told.last_attempt is None:
        return "–"
    last = f"{day(row.told.last_attempt.date())}, {_(REACHED[row.told.last_reached])}"
    return two(n_("{n} attempt", "{n} attempts", row.told.attempts), last)

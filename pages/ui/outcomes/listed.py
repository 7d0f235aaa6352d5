"""The lists of outcomes: what needs somebody comes first, a row opens the exam."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.access import Person
from core.outcomes import checking
from core.outcomes.checked import SUBJECTS
from core.outcomes.needs import FINAL_AFTER_DAYS
from core.outcomes.waiting import Line
from core.workflow.participants import Page
from pages.ui.frame import nothing_here
from pages.ui.i18n import _, day, days, n_, show
from pages.ui.queue import TONES
from pages.ui.session import did
from pages.ui.tables import Column, Row, chip, table, two
from pages.ui.words import PROGRAMME


def names() -> dict[str, str]:
    """The lists by name."""
    return {
        "check": _("To be checked"),
        "refused": _("Came back to me"),
        "outcome": _("Outcome missing"),
        "provisional": _("Final missing"),
        "own": _("Mine, not checked yet"),
        "registry": _("Registry lists"),
    }


def first(counts: Mapping[str, int]) -> str:
    """The list that the page opens on: the first that needs this person."""
    return next((name for name in ("refused", "check", "outcome", "provisional") if counts[name]), "outcome")


def show_lines(user: Person, name: str, found: Page[Line]) -> str | None:
    """The table of a list, its rows to be ticked where they wait for a check; the exam that was opened."""
    if not found.rows:
        nothing_here(*empty(name))
        return None
    bar = st.container()
    lines = {key(line): line for line in found.rows}
    picked = table(
        f"outcomes-{name}",
        columns(name),
        rows(name, found.rows, user),
        label=names()[name],
        selectable=name == "check",
        height="calc(100vh - 300px)",
    )
    if picked.selected:
        with bar:
            _approve(user, [lines[one] for one in picked.selected])
    return str(lines[picked.opened].exam_id) if picked.opened in lines else None


def _approve(user: Person, ticked: Sequence[Line]) -> None:
    """Approve what is ticked, all or nothing."""
    label = n_("Approve {n} entry", "Approve {n} entries", len(ticked))
    entries = [(line.subject, line.row_id) for line in ticked]
    if st.button(label, type="primary", icon=":material/check:", help=_("They count in every figure from now on")) and did(
        checking.approve_many, user, entries, done=_("Approved; they count from now on.")
    ):
        st.rerun()


def state_line(counts: Mapping[str, int]) -> str:
    """What needs this person now, and what waits beside it."""
    refused = counts["refused"]
    parts = [f":red-badge[▲ {n_('{n} entry came back to you', '{n} entries came back to you', refused)}]"] if refused else []
    parts += [
        n_("**{n} entry** waits for your check,", "**{n} entries** wait for your check,", counts["check"]),
        n_("**{n} exam** has no outcome.", "**{n} exams** have no outcome.", counts["outcome"]),
    ]
    return " ".join(parts)


def empty(name: str) -> tuple[str, str]:
    """What a list is for, and the next action."""
    return {
        "outcome": (
            _("No exam waits for its outcome."),
            _("An exam that was recalled for assessment stands here until somebody enters what was found."),
        ),
        "check": (
            _("Nothing waits for your check."),
            _("What others enter stands here; it counts in figures once you or somebody else approves it."),
        ),
        "refused": (_("None of your entries was refused."), _("A refused entry comes back here with the note of who looked at it.")),
        "own": (_("All your entries have been checked."), _("Your own entries wait here until another person has looked at them.")),
        "provisional": (
            _("No provisional outcome is overdue."),
            _("A provisional outcome stands here after {n} days, or as soon as its pathology is final.", n=FINAL_AFTER_DAYS),
        ),
    }[name]


def columns(name: str) -> list[Column]:
    what = {"outcome": _("Known so far"), "provisional": _("Provisional outcome")}.get(name, _("Entry"))
    age = {"outcome": _("Since the exam"), "provisional": _("Since the diagnosis")}.get(name, _("Entered"))
    found = [
        Column("age", age, "text", "150px", "nowrap"),
        Column("participant", _("Participant"), "strong", "210px", link=True),
        Column("programme", _("Programme"), "chip", "90px"),
        Column("exam", _("Exam"), "text", "120px", "nowrap"),
        Column("what", what),
    ]
    found += [Column("by", _("Entered by"), "text", "170px")] if name in ("check", "provisional") else []
    found += [Column("note", _("Why it was refused"), "text", "300px")] if name == "refused" else []
    return [*found, Column("site", _("Site"), "muted", "180px")]


def rows(name: str, lines: Sequence[Line], user: Person) -> list[Row]:
    return [_row(name, line, user) for line in lines]


def key(line: Line) -> str:
    """A row's own name; two entries of one exam are two rows."""
    return f"{line.exam_id}-{line.subject}-{line.row_id}"


def _row(name: str, line: Line, user: Person) -> Row:
    marks = [line.number, *([_("invented")] if line.synthetic and not user.synthetic else [])]
    subject = _(SUBJECTS[line.subject]) if line.subject else ""
    cells = {
        "age": two(days(line.days), day(line.since)),
        "participant": two(line.name, " · ".join(marks)),
        "programme": chip(_(PROGRAMME[line.programme]), TONES.get(line.programme, "gray")),
        "exam": day(line.exam_date),
        "what": two(show(line.said), subject) if subject and name != "provisional" else show(line.said, _("nothing entered yet")),
        "by": two(line.by or "–", _("registry list") if line.list_id else ""),
        "note": show(line.note),
        "site": line.site_name,
    }
    late = name == "refused" or (name == "provisional" and line.days > FINAL_AFTER_DAYS)
    return Row(key(line), cells, href=f"/outcomes?exam={line.exam_id}", tone="action" if late else "")

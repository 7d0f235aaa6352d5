"""How open recalls are listed: what is overdue first, filtered by programme, kind and name."""

from collections.abc import Iterable

import streamlit as st

from core.access import Person
from core.workflow.recalls import Counts, RecallRow, Wanted
from db.enums import ProgrammeDecision
from pages.ui.choice import asked
from pages.ui.i18n import _, day, days, n_
from pages.ui.queue import TONES, programmes
from pages.ui.tables import Column, Row, chip, two
from pages.ui.words import DECISION, PROGRAMME, RECALL_STEP

OVERDUE = "overdue"


def wanted() -> Wanted:
    """The filters that the address asks for."""
    kind = asked("kind", kinds(), "")
    return Wanted(
        programme=asked("programme", programmes(), ""), overdue=kind == OVERDUE, text=st.query_params.get("search", ""),
        kind=ProgrammeDecision(kind) if kind not in ("", OVERDUE) else None,
    )  # fmt: skip


def of_programme(found: Wanted) -> Wanted:
    """The same without the kind, for the counts beside the kinds."""
    return Wanted(programme=found.programme, text=found.text)


def state_line(found: Counts) -> str:
    parts = [f":red-badge[▲ {n_('{n} overdue', '{n} overdue', found.overdue)}]"] if found.overdue else []
    return " ".join([*parts, n_("**{n} recall** is open.", "**{n} recalls** are open.", found.total)])


def kinds() -> dict[str, str]:
    shown = (ProgrammeDecision.assessment, ProgrammeDecision.short_term_recall, ProgrammeDecision.technical_recall)
    return {"": _("All"), OVERDUE: _("Overdue"), **{kind.value: _(DECISION[kind]) for kind in shown}}


def by_kind(found: Counts) -> dict[str, int]:
    return {**{kind.value: n for kind, n in found.by_kind.items()}, "": found.total, OVERDUE: found.overdue}


def fitting(found: Counts, asked_for: Wanted) -> int:
    """How many recalls fit the filters."""
    if asked_for.overdue:
        return found.overdue
    return found.total if asked_for.kind is None else found.by_kind.get(asked_for.kind, 0)


def columns() -> list[Column]:
    return [
        Column("due", _("Due"), "text", "130px", "nowrap"),
        Column("participant", _("Participant"), "strong", "200px", link=True),
        Column("programme", _("Programme"), "chip", "90px"),
        Column("kind", _("Kind"), "text", "170px"),
        Column("exam", _("Exam"), "text", "120px", "nowrap"),
        Column("step", _("Last step"), "text", "180px"),
        Column("note", _("Note"), "muted"),
        Column("site", _("Site"), "muted", "190px"),
    ]


def rows(shown: Iterable[RecallRow], user: Person) -> list[Row]:
    return [_row(row, user) for row in shown]


def _row(row: RecallRow, user: Person) -> Row:
    late = _("overdue for {age}", age=days(row.days_overdue))
    marks = [row.number, *([_("invented")] if row.synthetic and not user.synthetic else [])]
    cells = {
        "due": two(day(row.due), late, "red") if row.days_overdue else day(row.due),
        "participant": two(row.participant_name, " · ".join(marks)),
        "programme": chip(_(PROGRAMME[row.programme]), TONES.get(row.programme, "gray")),
        "kind": two(_(DECISION[row.kind]), ", ".join(row.views)) if row.views else _(DECISION[row.kind]),
        "exam": day(row.exam_date),
        "step": two(_(RECALL_STEP[row.last_step]), day(row.last_at.date())),
        "note": row.last_note or "–",
        "site": row.site_name,
    }
    return Row(str(row.recall_id), cells, href=f"/recalls?recall={row.recall_id}", tone="action" if row.days_overdue else "")

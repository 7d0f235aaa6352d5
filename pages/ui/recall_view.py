"""How open recalls are listed: what is overdue first, filtered by programme, kind and name."""

from collections import Counter
from collections.abc import Iterable, Sequence

from core.access import Person
from core.workflow.recalls import RecallRow
from db.enums import ProgrammeDecision
from pages.ui.i18n import _, day, days, n_
from pages.ui.queue import TONES
from pages.ui.tables import Column, Row, chip, two
from pages.ui.words import DECISION, PROGRAMME, RECALL_STEP


def state_line(found: Sequence[RecallRow]) -> str:
    late = sum(row.days_overdue > 0 for row in found)
    parts = [f":red-badge[▲ {n_('{n} overdue', '{n} overdue', late)}]"] if late else []
    return " ".join([*parts, n_("**{n} recall** is open.", "**{n} recalls** are open.", len(found))])


def kinds() -> dict[str, str]:
    shown = (ProgrammeDecision.assessment, ProgrammeDecision.short_term_recall, ProgrammeDecision.technical_recall)
    return {"": _("All"), "overdue": _("Overdue"), **{kind.value: _(DECISION[kind]) for kind in shown}}


def counts(found: Iterable[RecallRow], programme: str) -> dict[str, int]:
    mine = [row for row in found if programme in ("", row.programme)]
    return {**Counter(row.kind.value for row in mine), "": len(mine), "overdue": sum(row.days_overdue > 0 for row in mine)}


def fitting(found: Iterable[RecallRow], programme: str, kind: str, text: str) -> list[RecallRow]:
    mine = [
        row for row in found if programme in ("", row.programme) and text.casefold() in f"{row.participant_name} {row.number}".casefold()
    ]
    return [row for row in mine if kind in ("", row.kind.value) or (kind == "overdue" and row.days_overdue)]


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

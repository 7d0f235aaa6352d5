"""How participants are shown: a line each, and one person's history in a drawer."""

from collections.abc import Iterable

import streamlit as st

from core.access import Act, Person
from core.clock import today
from core.workflow.participants import ParticipantLine
from pages.ui.i18n import N_, _, day, n_, show
from pages.ui.queue import TONES
from pages.ui.tables import Column, Row, Tone, chip, two
from pages.ui.words import PROGRAMME, SEX, word

SIZE = 50
KINDS: dict[str, tuple[str, Tone, str]] = {
    "invited": (N_("Invitation"), "gray", "○"),
    "exam": (N_("Exam"), "blue", "●"),
    "ai": (N_("AI"), "gray", "◇"),
    "read": (N_("Read"), "violet", "●"),
    "arbitration": (N_("Arbitration"), "violet", "◆"),
    "decision": (N_("Decision"), "orange", "◆"),
    "document": (N_("Document"), "gray", "▤"),
    "recall": (N_("Recall"), "orange", "↩"),
    "assessment": (N_("Assessment"), "orange", "◇"),
    "pathology": (N_("Pathology"), "red", "◇"),
    "outcome": (N_("Outcome"), "red", "■"),
    "check": (N_("Check"), "gray", "✓"),
}


def page() -> int:
    asked = st.query_params.get("page", "1")
    return max(int(asked) - 1, 0) if asked.isdigit() else 0


def pages(total: int) -> None:
    if total > SIZE:
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            first = page() * SIZE + 1
            st.markdown(
                f":gray[{_('{first}–{last} of {total}', first=first, last=min(first + SIZE - 1, total), total=total)}]", width="content"
            )
            st.pagination(-(-total // SIZE), key="page", bind="query-params")


def columns(*, narrow: bool = False) -> list[Column]:
    """`narrow`: for a list beside another one, without the site."""
    site = [] if narrow else [Column("site", _("Site"), "muted", "180px")]
    return [
        Column("name", _("Participant"), "strong", "230px" if not narrow else "200px", link=True),
        Column("born", _("Born"), "text", "140px", "nowrap"),
        Column("programmes", _("Round"), "chip", "100px"),
        Column("last", _("Last exam"), "text", "115px", "nowrap"),
        Column("due", _("Next due"), "text", "115px", "nowrap"),
        Column("net", _("Safety net"), "chip", "115px"),
        Column("status", _("Where they stand")),
        *site,
    ]


def rows(lines: Iterable[ParticipantLine], user: Person) -> list[Row]:
    return [_row(line, user) for line in lines]


def _row(line: ParticipantLine, user: Person) -> Row:
    invented = line.synthetic and not user.synthetic
    cells = {
        "name": two(line.name, " · ".join([line.number, line.identifier, *([_("invented")] if invented else [])])),
        "born": two(day(line.birth_date), _age(line)) if line.birth_date else "–",
        "programmes": [chip(_rounds(card, line), TONES.get(card, "gray")) for card in line.programmes],
        "last": day(line.last_exam),
        "due": two(day(line.next_due), _("overdue"), "red") if line.next_due and line.next_due < today() else day(line.next_due),
        "net": _net(line),
        "status": show(line.status),
        "site": line.site_name,
    }
    return Row(str(line.id), cells, href=f"/{page_of(user)}?participant={line.id}", tone="action" if line.tasks[1] else "")


def page_of(user: Person) -> str:
    """Where a participant opens: the record for those who keep it, the history for those who read."""
    return "record" if user.may(Act.work_queue) else "participant"


def _rounds(card: str, line: ParticipantLine) -> str:
    return _("{programme} {n}", programme=_(PROGRAMME[card]), n=line.rounds[card])


def _net(line: ParticipantLine) -> list[dict[str, str]]:
    """Open tasks, those past their date first in sight."""
    total, late = line.tasks
    if late:
        return [chip(n_("{n} overdue", "{n} overdue", late), "red", "▲")]
    return [chip(n_("{n} open", "{n} open", total), "orange", "◆")] if total else []


def _age(line: ParticipantLine) -> str:
    return f"{_('age {n}', n=line.age)}, {word(SEX, line.sex)}" if line.age is not None else word(SEX, line.sex)


def orders() -> dict[str, str]:
    return {
        "number": _("By number"), "newest": _("Newest first"), "oldest": _("Oldest people first"), "youngest": _("Youngest people first"),
    }  # fmt: skip


def stands() -> dict[str, str]:
    return {"": _("All"), "overdue": _("Recall overdue"), "recall": _("Open recall"), "left": _("Opted out, died, moved")}


__all__ = ["KINDS", "columns", "orders", "page", "page_of", "pages", "rows", "stands"]

"""How participants are shown: a line each, and one person's history in a drawer."""

from collections.abc import Iterable

import streamlit as st

from core.access import Person
from core.workflow.participants import ParticipantLine
from pages.ui.i18n import N_, _, day, show
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


def columns() -> list[Column]:
    return [
        Column("name", _("Participant"), "strong", "220px", link=True),
        Column("number", _("Number"), "text", "170px"),
        Column("born", _("Born"), "text", "170px", "nowrap"),
        Column("programmes", _("Programmes"), "chip", "150px"),
        Column("last", _("Last exam"), "text", "130px", "nowrap"),
        Column("status", _("Where they stand")),
        Column("site", _("Site"), "muted", "190px"),
    ]


def rows(lines: Iterable[ParticipantLine], user: Person) -> list[Row]:
    return [_row(line, user) for line in lines]


def _row(line: ParticipantLine, user: Person) -> Row:
    invented = line.synthetic and not user.synthetic
    cells = {
        "name": two(line.name, _("invented")) if invented else line.name,
        "number": two(line.number, line.identifier),
        "born": two(day(line.birth_date), _age(line)) if line.birth_date else "–",
        "programmes": [chip(_(PROGRAMME[card]), TONES.get(card, "gray")) for card in line.programmes],
        "last": day(line.last_exam),
        "status": show(line.status),
        "site": line.site_name,
    }
    return Row(str(line.id), cells, href=f"/participant?participant={line.id}")


def _age(line: ParticipantLine) -> str:
    return f"{_('age {n}', n=line.age)}, {word(SEX, line.sex)}" if line.age is not None else word(SEX, line.sex)


__all__ = ["KINDS", "columns", "page", "pages", "rows"]

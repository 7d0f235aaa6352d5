"""How participants are shown: a line each, and one person's history in a drawer."""

from collections.abc import Iterable, Sequence

import streamlit as st

from core.access import Act, Person
from core.workflow.participants import ParticipantLine
from core.workflow.timeline import TimelineEvent, timeline
from pages.ui.i18n import N_, _, day, literal, number, show
from pages.ui.queue import TONES
from pages.ui.session import read
from pages.ui.tables import Column, Row, Tone, chip, table, two
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
    "outcome": (N_("Outcome"), "red", "■"),
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


def history(user: Person, line: ParticipantLine) -> None:
    """Everything that happened to one person, the newest first, in a drawer beside the list."""

    @st.dialog(literal(line.name), position="right", width=720)
    def drawer() -> None:
        st.markdown(f"{line.number} · {_age(line)} · {literal(line.site_name)}")
        st.markdown(f"**{show(line.status)}**")
        events = read(timeline, user, line.id)
        for title, some in _rounds(events):
            st.markdown(f"**{title}**")
            opens = user.may(Act.read_cases) or user.may(Act.see_participants)
            picked = table(f"history-{title}", _event_columns(), [_event(n, event, opens) for n, event in enumerate(some)], label=title)
            if picked.opened:
                st.switch_page("pages/doctor/case.py", query_params={"exam": str(some[int(picked.opened)].exam_id)})

    drawer()


def _rounds(events: Sequence[TimelineEvent]) -> list[tuple[str, list[TimelineEvent]]]:
    keys = sorted({(event.programme, event.round) for event in events}, key=lambda key: (-key[1], key[0]))
    named = [(_("{programme}, round {n}", programme=_(PROGRAMME[key[0]]), n=key[1]), key) for key in keys]
    return [(title, [event for event in reversed(events) if (event.programme, event.round) == key]) for title, key in named]


def _event_columns() -> list[Column]:
    return [
        Column("at", _("Day"), "text", "120px", "nowrap"),
        Column("kind", _("What"), "chip", "120px"),
        Column("text", _("What happened"), "text", link=True),
    ]


def _event(n: int, event: TimelineEvent, opens: bool) -> Row:
    name, tone, shape = KINDS[event.kind]
    cells = {"at": day(event.at), "kind": chip(_(name), tone, shape), "text": show(event.text)}
    return Row(str(n), cells, href=f"/case?exam={event.exam_id}" if event.exam_id and opens else "")


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
    return Row(str(line.id), cells, href=f"/participants?participant={line.id}")


def _age(line: ParticipantLine) -> str:
    return f"{_('age {n}', n=line.age)}, {word(SEX, line.sex)}" if line.age is not None else word(SEX, line.sex)


__all__ = ["columns", "history", "number", "page", "pages", "rows"]

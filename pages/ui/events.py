"""How the audit trail is shown: its filters, its rows, and its download."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from core import trail
from core.access import Person
from core.clock import now, today
from core.trail import TrailFilters, TrailLine
from db.engine import transaction
from pages.ui.choice import asked
from pages.ui.i18n import N_, _, moment, plain
from pages.ui.session import read
from pages.ui.tables import Column, Row, two
from pages.ui.words import ACTION, OBJECT

SPANS = {"7": N_("7 days"), "30": N_("30 days"), "365": N_("1 year"), "all": N_("All")}
SIZE = 100


def page() -> int:
    """The page of the list that the address asks for, from 0."""
    number = st.query_params.get("page", "1")
    return max(int(number) - 1, 0) if number.isdigit() else 0


def wanted() -> TrailFilters:
    """The filters that the address asks for."""
    span = asked("span", SPANS, "30")
    first = None if span == "all" else today() - timedelta(days=int(span))
    asks = st.query_params
    return TrailFilters(actor=asks.get("who", ""), action=asks.get("act", ""), object_text=asks.get("object", ""), first=first)


def columns() -> list[Column]:
    return [
        Column("at", _("When"), "text", "180px", "nowrap"),
        Column("who", _("Who"), "strong", "190px"),
        Column("act", _("What"), "text", "200px"),
        Column("object", _("On what"), "text", "170px"),
        Column("site", _("Site"), "text", "190px"),
        Column("detail", _("Details"), "muted"),
    ]


def rows(lines: Iterable[TrailLine]) -> list[Row]:
    return [_row(line) for line in lines]


def as_csv(lines: Iterable[TrailLine]) -> str:
    """Every line with its hash, for checking outside."""
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(["id", "at", "actor", "action", "object_kind", "object_id", "site", "detail", "hash"])
    for line in lines:
        detail = json.dumps(dict(line.detail), ensure_ascii=False, default=str)
        sheet.writerow(
            [line.id, line.at.isoformat(), line.actor, line.action, line.object_kind, line.object_id, line.site, detail, line.hash]
        )
    return out.getvalue()


def _row(line: TrailLine) -> Row:
    who = two(line.actor_name, line.actor) if line.actor_name != line.actor else line.actor
    what = f"{_(OBJECT.get(line.object_kind, line.object_kind))} {line.object_id[:12]}"
    cells = {"at": moment(line.at), "who": who, "act": _(ACTION.get(line.action, line.action)), "object": what, "site": line.site or "–"}
    return Row(str(line.id), {**cells, "detail": _detail(line.detail)})


def _detail(detail: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')}: {plain(value)}" for name, value in detail.items() if value is not None) or "–"


def export(user: Person, filters: TrailFilters) -> str:
    """What the download button calls when it is pressed."""
    with transaction() as session:
        return as_csv(trail.export(session, user, filters))


@st.cache_data(ttl=300, show_spinner=False)
def _checked(user_id: int, _user: Person) -> tuple[int | None, datetime]:
    """The whole chain is worked through at most every five minutes."""
    return read(trail.verified, _user), now()


def chain_line(user: Person) -> str:
    """Whether the chain of hashes holds, and when that was checked."""
    return state_line(*_checked(user.user_id, user))


def state_line(broken: int | None, at: datetime) -> str:
    if broken is None:
        return f":green-badge[✓ {_('Chain intact')}] {_('Every event fits the one before it; checked {at}.', at=at)}"
    what = _("Event {n} does not fit the one before it. Keep the database as it is and call for help.", n=broken)
    return f":red-badge[▲ {_('Chain broken')}] {what}"

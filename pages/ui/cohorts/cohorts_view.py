"""The saved cohorts, and what one selects in words."""

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from core.cohorts.cohorts import Saved
from core.cohorts.selection import NOT_DECIDED, Selection
from pages.ui.choice import remember
from pages.ui.cohorts.words import FACT, RISK, TAKING_PART
from pages.ui.i18n import _, day
from pages.ui.tables import Column, Row, table, two
from pages.ui.words import DECISION, PROGRAMME, SEX, word


def asked(known: Sequence[Saved]) -> int:
    """The cohort that the address names, else the first."""
    value = st.query_params.get("cohort", "")
    return int(value) if value.isdigit() else known[0].id


def choose(known: Sequence[Saved]) -> None:
    """The cohorts by name; a click opens another one."""
    chosen = asked(known)
    columns = [Column("name", _("Cohorts"), "strong", link=True)]
    picked = table("cohorts", columns, [_row(one, one.id == chosen) for one in known], label=_("Cohorts"), height="calc(100vh - 230px)")
    if picked.opened and picked.opened != str(chosen):
        remember("cohort", picked.opened)
        for name in ("version", "page", "beside", "asof"):
            remember(name, None)
        st.rerun()


def in_words(selection: Selection, places: Mapping[int, str]) -> str:
    """What is selected, part by part."""
    said = [
        _(PROGRAMME[selection.programme]) if selection.programme else "",
        ", ".join(places.get(site, _("a site that is not yours")) for site in selection.site_ids),
        _range(_("age"), selection.age_from, selection.age_to),
        word(SEX, selection.sex) if selection.sex else "",
        fact(selection.fact),
        _range(_("round"), selection.round_from, selection.round_to),
        _("last decision: {decision}", decision=decision(selection.last_decision)) if selection.last_decision else "",
        _range(_("last exam"), _day(selection.exam_from), _day(selection.exam_to)),
        _(TAKING_PART[selection.taking_part]) if selection.taking_part else "",
    ]
    return " · ".join(part for part in said if part) or _("everybody")


def fact(chosen: str) -> str:
    """A fact that is selected by, in words."""
    if not chosen:
        return ""
    if chosen in RISK:
        return _(RISK[chosen])
    return f"{_(FACT[chosen[1:]])}: {_('yes') if chosen.startswith('+') else _('no')}"


def decision(chosen: str) -> str:
    """A last decision that is selected by, in words."""
    return _("not decided yet") if chosen == NOT_DECIDED else word(DECISION, chosen)


def _range(what: str, low: object, high: object) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return _("{what} from {low}", what=what, low=low)
    return _("{what} up to {high}", what=what, high=high) if low is None else _("{what} {low} to {high}", what=what, low=low, high=high)


def _day(text: str) -> str | None:
    return day(date.fromisoformat(text)) if text else None


def _row(one: Saved, chosen: bool) -> Row:
    newest = one.newest
    state = _("frozen on {day}", day=newest.frozen_on) if newest.frozen_on else _("as it is today")
    cells = {"name": two(one.name, _("version {n}, {state}", n=newest.number, state=state))}
    return Row(str(one.id), cells, href=f"/cohorts?cohort={one.id}", tone="chosen" if chosen else "")

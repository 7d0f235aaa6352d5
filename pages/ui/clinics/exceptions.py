"""What cannot stay as it is: appointments that passed without a word, and participants who wait for another day."""

from collections.abc import Sequence

import streamlit as st

from core.access import Person
from core.clinics import settling, steps
from core.clinics.day import AppointmentLine
from db.enums import AppointmentStep
from pages.ui.clinics import more
from pages.ui.clinics.words import step_chip
from pages.ui.i18n import _, moment
from pages.ui.session import did
from pages.ui.tables import Column, Row, table, two

S = AppointmentStep


def unsettled(user: Person, found: Sequence[AppointmentLine]) -> None:
    """One click for each: came or did not come; those with images are screened."""
    st.subheader(_("Passed without a word"), anchor=False)
    st.caption(_("They stay here until somebody says what came of them."))
    columns = [*_columns(), Column("actions", "", "actions", "240px")]
    picked = table("unsettled", columns, [_row(one, _to_settle(one)) for one in found], label=_("Passed without a word"), height="280px")
    _open(picked.opened, found)
    if picked.action is None:
        return
    one = next(line for line in found if str(line.id) == picked.action[0])
    act = {"screened": settling.mark_screened, "missed": _missed}.get(picked.action[1])
    if act is None:
        more.dialog(user, one)
    elif did(act, user, one.id, seen=one.seen, done=_("The step is recorded.")):
        st.rerun()


def to_rebook(user: Person, found: Sequence[AppointmentLine]) -> None:
    st.subheader(_("To rebook"), anchor=False)
    rows = [_row(one, [{"id": "more", "text": _("Another day")}]) for one in found]
    columns = [*_columns(), Column("actions", "", "actions", "130px")]
    picked = table("rebook", columns, rows, label=_("To rebook"), height="280px")
    _open(picked.opened, found)
    if picked.action:
        more.dialog(user, next(line for line in found if str(line.id) == picked.action[0]))


def _missed(session: object, user: Person, appointment_id: int, *, seen: int) -> None:
    steps.take(session, user, appointment_id, S.did_not_attend, seen=seen)  # type: ignore[arg-type]


def _to_settle(one: AppointmentLine) -> list[dict[str, str | bool]]:
    came: dict[str, str | bool] = {"id": "screened", "text": _("Screened"), "primary": one.images}
    missed: dict[str, str | bool] = {"id": "missed", "text": _("Did not attend")}
    rest: dict[str, str | bool] = {"id": "more", "text": _("More")}
    return [came, rest] if one.images or one.step != S.booked else [missed, came, rest]


def _columns() -> list[Column]:
    return [
        Column("when", _("Appointment"), "text", "170px", "nowrap"),
        Column("who", _("Participant"), "strong", "240px", link=True),
        Column("step", _("State"), "chip", "170px"),
        Column("note", _("Note"), "muted"),
    ]


def _row(one: AppointmentLine, actions: Sequence[dict[str, str | bool]]) -> Row:
    note = " · ".join(part for part in (_("images are here") if one.images else "", one.note) if part)
    said = {"when": moment(one.starts_at), "who": two(one.name, one.number), "step": step_chip(one.step), "note": note or "–"}
    cells = {**said, "actions": list(actions)}
    return Row(str(one.id), cells, href=f"/record?participant={one.participant_id}", tone="action" if one.step in steps.OPEN else "")


def _open(opened: str | None, found: Sequence[AppointmentLine]) -> None:
    if opened:
        one = next(line for line in found if str(line.id) == opened)
        st.switch_page("pages/coordinator/record.py", query_params={"participant": str(one.participant_id)})

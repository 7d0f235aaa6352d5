"""One clinic: its slots with participants, one click for each step, and the list for the day."""

from collections.abc import Iterator

import streamlit as st

from core.access import Person
from core.clinics import settling, steps
from core.clinics.day import AppointmentLine, ClinicDay, Slot
from core.clinics.day import clinic as clinic_day
from core.clock import now
from core.exchange.tabular import csv_text
from db.enums import AppointmentStep
from pages.ui.clinics import booking, calling_off, letters, more
from pages.ui.clinics.words import TAKE, step_chip
from pages.ui.frame import head
from pages.ui.i18n import _, day, moment, n_
from pages.ui.session import did, read
from pages.ui.tables import Column, Row, table, two

S = AppointmentStep
ONE_CLICK = (S.checked_in, S.started, S.screened, S.did_not_attend)


def show(user: Person, clinic_id: int) -> None:
    """The clinic, slot by slot; the caller has checked the role, `core` checks the site."""
    found = read(clinic_day, user, clinic_id)
    _head(user, found)
    if found.line.called_off:
        st.warning(_("Called off: {reason}", reason=found.line.called_off), icon=":material/event_busy:")
    height = "calc(100vh - 230px)"
    picked = table(f"clinic-{clinic_id}", _columns(), list(_rows(found)), label=_("Appointments"), height=height)
    if picked.action:
        _act(user, found, *picked.action)
    elif picked.opened and picked.opened.isdigit():
        one = _appointments(found)[int(picked.opened)]
        st.switch_page("pages/coordinator/record.py", query_params={"participant": str(one.participant_id)})


def _head(user: Person, found: ClinicDay) -> None:
    line = found.line
    open_now = [one for one in _appointments(found).values() if one.step in steps.OPEN and one.starts_at <= now()]
    missing = [one for one in open_now if one.step == S.booked and not one.images]
    state = _("{held} of {places} places taken.", held=line.held, places=line.places)
    if line.unsettled:
        state = f":red-badge[▲ {n_('{n} appointment to settle', '{n} appointments to settle', line.unsettled)}] {state}"
    st.page_link("pages/coordinator/clinics.py", label=_("All clinics"), icon=":material/arrow_back:")
    with head(f"{line.name}, {moment(line.starts_at)}", f"{state} {line.site_name}"):
        if missing and not line.called_off:
            label = n_("{n} did not attend", "All {n} others did not attend", len(missing))
            if st.button(label, icon=":material/person_off:") and did(
                settling.mark_missed, user, line.id, done=_("They are marked as not attended and wait to be rebooked.")
            ):
                st.rerun()
        letters.popover(user, line.id)
        name = f"firstlight-clinic-{line.starts_at.astimezone():%Y%m%d}-{line.id}.csv"
        st.download_button(_("Day list"), _day_list(found), name, "text/csv", icon=":material/print:", on_click="ignore",
                           help=_("The slots with names and dates of birth, to print (CSV)"))  # fmt: skip
        if not line.called_off and line.ends_at > now() and st.button(_("Call off"), icon=":material/event_busy:"):
            calling_off.dialog(user, line)


def _columns() -> list[Column]:
    return [
        Column("time", _("Time"), "strong", "80px", "nowrap"),
        Column("who", _("Participant"), "strong", "240px", link=True),
        Column("born", _("Born"), "text", "120px", "nowrap"),
        Column("step", _("State"), "chip", "190px"),
        Column("by", _("Last entry"), "muted", "190px"),
        Column("note", _("Note"), "muted"),
        Column("actions", "", "actions", "290px"),
    ]


def _rows(found: ClinicDay) -> Iterator[Row]:
    bookable = not found.line.called_off
    for slot in found.slots:
        at = f"{slot.starts_at.astimezone():%H:%M}"
        for one in slot.appointments:
            yield _row(one, at)
        if slot.free and bookable and slot.starts_at > now():
            book = [{"id": "book", "text": _("Book")}]
            free = _("free") if slot.free == 1 else n_("{n} free", "{n} free", slot.free)
            yield Row(f"slot-{slot.number}", {"time": at, "who": "–", "step": [], "note": free, "actions": book})
    for one in found.cancelled:
        yield _row(one, f"{one.starts_at.astimezone():%H:%M}")


def _row(one: AppointmentLine, at: str) -> Row:
    marks = [one.number, *([_("for a recall")] if one.recall_id else [])]
    late = one.step in steps.OPEN and one.starts_at < now() and one.step == S.booked
    cells = {
        "time": at, "who": two(one.name, " · ".join(marks)), "born": day(one.birth_date), "step": step_chip(one.step),
        "by": two(one.by or _("the program"), moment(one.at)), "note": _note(one), "actions": _actions(one),
    }  # fmt: skip
    return Row(str(one.id), cells, href=f"/record?participant={one.participant_id}", tone="attention" if late else "")


def _note(one: AppointmentLine) -> str:
    images = _("images are here") if one.images and one.step in steps.OPEN else ""
    return " · ".join(part for part in (images, one.note) if part)


def _actions(one: AppointmentLine) -> list[dict[str, str | bool]]:
    """The usual next step first; what needs a reason or a second look stands behind “more”."""
    if one.images and one.step in steps.OPEN:
        return [{"id": "all", "text": _("Screened"), "primary": True}, {"id": "more", "text": _("More")}]
    coming = one.starts_at.astimezone().date() > now().astimezone().date()
    later = {S.did_not_attend} if one.starts_at > now() else set()
    usual = [step for step in ONE_CLICK if step in one.next_steps and not coming and step not in later]
    if one.step == S.did_not_attend:
        usual = []
    shown: list[dict[str, str | bool]] = [{"id": step.value, "text": _(TAKE[step]), "primary": step == usual[0]} for step in usual]
    return [*shown, {"id": "more", "text": _("More")}] if one.next_steps else shown


def _act(user: Person, found: ClinicDay, row: str, action: str) -> None:
    if action == "book":
        booking.dialog(user, found.line, int(row.removeprefix("slot-")))
        return
    one = _appointments(found)[int(row)]
    if action == "more":
        more.dialog(user, one)
    elif action == "all":
        if did(settling.mark_screened, user, one.id, seen=one.seen, done=_("The step is recorded.")):
            st.rerun()
    elif did(steps.take, user, one.id, S(action), seen=one.seen, done=_("The step is recorded.")):
        st.rerun()


def _appointments(found: ClinicDay) -> dict[int, AppointmentLine]:
    return {one.id: one for slot in found.slots for one in slot.appointments} | {one.id: one for one in found.cancelled}


def _day_list(found: ClinicDay) -> str:
    header = (_("Time"), _("Participant"), _("Number"), _("Born"), _("State"), _("Note"))
    rows = [(f"{slot.starts_at.astimezone():%H:%M}", *line) for slot in found.slots for line in _lines(slot)]
    return csv_text(header, rows)


def _lines(slot: Slot) -> list[tuple[object, ...]]:
    """A line for each appointment; an empty slot is an empty line."""
    lines = [(one.name, one.number, one.birth_date or "", _(steps.WORDS[one.step]), one.note) for one in slot.appointments]
    return [*lines] or [("", "", "", "", "")]

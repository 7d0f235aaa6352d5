"""The clinics of a few weeks as a list: when, where, how full, and what is still to be settled."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from core.clinics.day import ClinicLine
from core.clock import now, today
from db.enums import AppointmentStep
from pages.ui.i18n import _, day, n_, number
from pages.ui.queue import TONES
from pages.ui.tables import Column, Row, chip, two
from pages.ui.words import PROGRAMME

PERIODS = {"weeks": (0, 27), "week": (0, 6), "past": (-30, -1), "later": (28, 365)}
STEPS = 10
AWAY = (AppointmentStep.booked, AppointmentStep.did_not_attend, AppointmentStep.cancelled)


def periods() -> dict[str, str]:
    return {"weeks": _("4 weeks"), "week": _("7 days"), "past": _("Last 30 days"), "later": _("Later")}


def span(period: str) -> tuple[date, date]:
    first, last = PERIODS[period]
    return today() + timedelta(days=first), today() + timedelta(days=last)


def state_line(shown: Sequence[ClinicLine], unsettled: int, rebook: int) -> str:
    """Exceptions first, then how full the clinics are."""
    parts = [f":red-badge[▲ {n_('{n} appointment to settle', '{n} appointments to settle', unsettled)}]"] if unsettled else []
    if rebook:
        parts.append(f":orange-badge[◆ {n_('{n} to rebook', '{n} to rebook', rebook)}]")
    kept = [line for line in shown if not line.called_off]
    held, places = sum(line.held for line in kept), sum(line.places for line in kept)
    if kept:
        parts.append(n_("**{n} clinic**,", "**{n} clinics**,", len(kept)))
        parts.append(_("{held} of {places} places taken.", held=held, places=places))
    return " ".join(parts) or _("No clinic in this period.")


def columns() -> list[Column]:
    return [
        Column("when", _("When"), "strong", "190px", "nowrap", link=True),
        Column("name", _("Clinic"), "text", "220px"),
        Column("programme", _("Programme"), "chip", "190px"),
        Column("places", _("Places taken"), "steps", "230px"),
        Column("came", _("Came"), "text", "120px", "nowrap"),
        Column("state", _("State")),
    ]


def rows(shown: Iterable[ClinicLine]) -> list[Row]:
    return [_row(line) for line in shown]


def _row(line: ClinicLine) -> Row:
    starts, ends = line.starts_at.astimezone(), line.ends_at.astimezone()
    marks = [chip(_("Assessment"), "orange")] if line.assessment else []
    cells = {
        "when": two(_weekday(starts.date()), f"{starts:%H:%M}–{ends:%H:%M}"),
        "name": two(line.name, line.site_name),
        "programme": [chip(_(PROGRAMME[line.card_id]), TONES.get(line.card_id, "gray")), *marks],
        "places": capacity(line),
        "came": _came(line),
        "state": _state(line),
    }
    tone = "action" if line.unsettled else "attention" if line.called_off else ""
    return Row(str(line.id), cells, href=f"/clinics?clinic={line.id}", tone=tone)


def capacity(line: ClinicLine) -> dict[str, object]:
    """A bar of ten parts; one that is not empty shows at least one part, one that is not full never ten."""
    share = line.held / line.places if line.places else 0
    filled = min(max(round(share * STEPS), 1 if line.held else 0), STEPS - (line.held < line.places))
    said = _("{held} of {places}", held=line.held, places=line.places)
    return {"step": filled, "of": STEPS, "text": said, "tone": "" if line.held < line.places else "done"}


def _came(line: ClinicLine) -> str:
    came = sum(n for step, n in line.counts.items() if step not in AWAY)
    return number(came) if line.starts_at <= now() else "–"


def _state(line: ClinicLine) -> str:
    if line.called_off:
        return _("Called off: {reason}", reason=line.called_off)
    if line.unsettled:
        return n_("{n} appointment to settle", "{n} appointments to settle", line.unsettled)
    missed = line.counts[AppointmentStep.did_not_attend]
    return n_("{n} did not attend", "{n} did not attend", missed) if missed else ""


def _weekday(on: date) -> str:
    """Mon 23 Nov 2026, or today."""
    if on == now().astimezone().date():
        return _("Today, {day}", day=on)
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return f"{names[on.weekday()]} {day(on)}"
